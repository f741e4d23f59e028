"""An appeal that is not signed yet: kept at every step, so that a lost signal loses nothing."""

import hmac
import json
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel import clock
from agrimarket.kernel.crypto import decrypt, encrypt, new_token, token_hash
from agrimarket.onboarding import queries, rules

Answers = dict[str, str]
FILED = "filed"
"""Stands in a draft that has become an appeal: its id on the wire."""
AGAIN_WITHIN = timedelta(minutes=10)
"""How long the code that signed an appeal signs in who sends the same page once more."""
_SEALED = "appeal_draft.sealed"


def load(session: Session, token: str | None, *, lock: bool = False) -> Answers:
    """What was typed so far, or what `done` left; nothing for a token that is not known."""
    sealed = queries.draft(session, token_hash(token), lock=lock) if token else None
    return json.loads(decrypt(sealed, context=_SEALED)) if sealed else {}


def keep(session: Session, token: str | None, answers: Answers) -> str:
    """Keep what was typed; the token to find it by."""
    known = token or new_token()
    sealed = encrypt(json.dumps(answers, ensure_ascii=False), context=_SEALED)
    queries.put_draft(session, token_hash(known), sealed, clock.read(session))
    return known


def done(session: Session, token: str, appeal_id: str, person_id: UUID, code: str) -> None:
    """The appeal is filed. What was typed is forgotten; where it is now, and what signed it, is kept for `signer`."""
    at = clock.read(session).isoformat()
    keep(session, token, {FILED: appeal_id, "person_id": str(person_id), "code": code, "at": at})


def signer(session: Session, answers: Answers, code: str) -> UUID | None:
    """Whose appeal a filed draft became, for who sends the same code again within `AGAIN_WITHIN`.

    A page that is sent twice, since the first answer was lost on the way, is answered as the first time.
    """
    same = bool(code) and hmac.compare_digest(answers["code"].encode(), code.encode())
    if not same or clock.read(session) - datetime.fromisoformat(answers["at"]) > AGAIN_WITHIN:
        return None
    return UUID(answers["person_id"])


def tidy(session: Session) -> int:
    """Forget drafts that nobody touched for `DRAFTS_KEPT`; how many."""
    return queries.drop_drafts_before(session, clock.read(session) - rules.DRAFTS_KEPT)
