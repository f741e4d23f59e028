"""Drafts of appeals: what was typed is kept at every page, so that a lost signal loses nothing."""

import hmac
import json
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.rules import CODE_TRIES
from agrimarket.kernel import clock
from agrimarket.kernel.crypto import decrypt, encrypt, new_token, token_hash
from agrimarket.onboarding import rules
from agrimarket.onboarding.queries import drafts as queries

Answers = dict[str, str]
FILED = "filed"
"""Key of a draft that has become an appeal: holds the appeal's id as it is on the wire."""
AGAIN_WITHIN = timedelta(minutes=10)
"""Time in which the code that signed an appeal still signs in whoever sends the same page again."""
_CONTEXT = "appeal_draft.sealed"


def load(session: Session, token: str | None, *, lock: bool = False) -> Answers:
    """Answers typed so far, or what `done` left of them; empty for an unknown token."""
    sealed = queries.sealed(session, token_hash(token), lock=lock) if token else None
    return json.loads(decrypt(sealed, context=_CONTEXT)) if sealed else {}


def keep(session: Session, token: str | None, answers: Answers) -> str:
    """Replace the draft's answers; returns its token: a new one for None, and for one that was not made here."""
    made_here = token is not None and queries.sealed(session, token_hash(token)) is not None
    known = token if token is not None and made_here else new_token()
    sealed = encrypt(json.dumps(answers, ensure_ascii=False), context=_CONTEXT)
    queries.put(session, token_hash(known), sealed, clock.read(session))
    return known


def done(session: Session, token: str, appeal_id: str, person_id: UUID, code: str) -> None:
    """Record that the appeal is filed. The answers are erased; the appeal's id, its signer and the code are kept."""
    at = clock.read(session).isoformat()
    keep(session, token, {FILED: appeal_id, "person_id": str(person_id), "code": code, "at": at})


def signer(session: Session, token: str, code: str) -> UUID | None:
    """Signer of the appeal that a draft became, if the same code comes again within `AGAIN_WITHIN`; else None.

    A page sent twice because the first response was lost is answered as the first time. After `CODE_TRIES` wrong ones
    the code is forgotten.
    """
    answers = load(session, token, lock=True)
    if not code or not answers.get("code"):
        return None
    if clock.read(session) - datetime.fromisoformat(answers["at"]) > AGAIN_WITHIN:
        return None
    if hmac.compare_digest(answers["code"].encode(), code.encode()):
        return UUID(answers["person_id"])
    wrong = int(answers.get("wrong", "0")) + 1
    kept = answers["code"] if wrong < CODE_TRIES else ""
    keep(session, token, {**answers, "wrong": str(wrong), "code": kept})
    return None


def tidy(session: Session) -> int:
    """Delete drafts that have not been changed for `rules.DRAFTS_KEPT`; returns how many."""
    return queries.drop_before(session, clock.read(session) - rules.DRAFTS_KEPT)
