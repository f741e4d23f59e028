"""An appeal that is not signed yet: kept at every step, so that a lost signal loses nothing."""

import json

from sqlmodel import Session

from agrimarket.kernel import clock
from agrimarket.kernel.crypto import decrypt, encrypt, new_token, token_hash
from agrimarket.onboarding import queries, rules

Answers = dict[str, str]
_SEALED = "appeal_draft.sealed"


def load(session: Session, token: str | None) -> Answers:
    """What was typed so far; nothing for a token that is not known."""
    sealed = queries.draft(session, token_hash(token)) if token else None
    return json.loads(decrypt(sealed, context=_SEALED)) if sealed else {}


def keep(session: Session, token: str | None, answers: Answers) -> str:
    """Keep what was typed; the token to find it by."""
    known = token or new_token()
    sealed = encrypt(json.dumps(answers, ensure_ascii=False), context=_SEALED)
    queries.put_draft(session, token_hash(known), sealed, clock.read(session))
    return known


def forget(session: Session, token: str | None) -> None:
    """The appeal is filed."""
    if token:
        queries.drop_draft(session, token_hash(token))


def tidy(session: Session) -> int:
    """Forget drafts that nobody touched for `DRAFTS_KEPT`; how many."""
    return queries.drop_drafts_before(session, clock.read(session) - rules.DRAFTS_KEPT)
