"""API keys, by which programs of integrators and operators sign in."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.errors import KeyMakerNeeded, KeyNameTaken, ScopesNotHeld
from agrimarket.accounts.models import ApiKey
from agrimarket.accounts.queries import api_keys as queries
from agrimarket.accounts.service import audit
from agrimarket.accounts.types import KeyInfo
from agrimarket.kernel import clock
from agrimarket.kernel.crypto import new_token, token_hash
from agrimarket.kernel.errors import Unauthenticated, found
from agrimarket.kernel.principal import KEY_PREFIX, Principal, Role, Scope, SignInNeeded, scopes_for
from agrimarket.kernel.resources import reference

MAKERS = frozenset({Role.INTEGRATOR, Role.OPERATOR})
"""Who may make keys. A key has no end of its own, so the drive gives this right person by person."""


def may_make(who: Principal) -> bool:
    """Whether `who` may make keys, with a sign-in and not with a key."""
    return who.session_id is not None and not MAKERS.isdisjoint(who.roles)


def create(session: Session, who: Principal, name: str, scopes: Collection[Scope]) -> tuple[str, KeyInfo]:
    """Make a key that acts for `who` within `scopes`; the key itself is returned here and never again.

    Under each scope it acts only in the roles of `kernel.principal.SPEAKS_AS` that its owner has at that moment.
    `KeyMakerNeeded` for who has none of `MAKERS`; `ScopesNotHeld`; `KeyNameTaken`, so that a form that is sent twice
    makes one key; `SignInNeeded` for a key that would make keys; `Unauthenticated` if the sign-in has ended meanwhile.
    """
    if who.session_id is None:
        raise SignInNeeded
    if not may_make(who):
        raise KeyMakerNeeded(person_id=who.person_id)
    if not scopes or not set(scopes_for(who.roles)).issuperset(scopes):
        raise ScopesNotHeld(pointer="/scopes")
    queries.lock_owner(session, who.person_id)  # who is disabled at this moment has no key afterwards
    if not queries.signed_in(session, who.session_id):
        raise Unauthenticated
    if queries.in_use(session, who.person_id, name):
        raise KeyNameTaken(pointer="/name")
    key = KEY_PREFIX + new_token()
    named = sorted(scope.value for scope in scopes)
    row = ApiKey(person_id=who.person_id, name=name, key_hash=token_hash(key), hint=key[:10], scopes=named)
    session.add(row)
    session.flush()  # need row.created_at
    session.refresh(row)
    audit.record(session, who, "api_key.created", reference("api_key", row.id), {"name": name, "scopes": named})
    return key, _info(row)


def of_person(session: Session, person_id: UUID, *, before: UUID | None = None, limit: int = 50) -> list[KeyInfo]:
    """A person's keys made before `before`, revoked ones too, newest first."""
    return [_info(row) for row in queries.of_person(session, person_id, before, limit)]


def revoke(session: Session, who: Principal, key_id: UUID) -> None:
    """End a key of `who` at once and for good; `NotFound` if it is not theirs. A second call changes nothing."""
    row = found(queries.lock(session, who.person_id, key_id))
    if row.revoked_at is None:
        row.revoked_at = clock.read(session)
        audit.record(session, who, "api_key.revoked", reference("api_key", key_id), {})


def revoke_all(session: Session, person_id: UUID) -> None:
    """End every key of a person at once, for good; the caller's audit entry tells why.

    One that is being made is waited for; end the person's sign-ins before, so that no other is made after it.
    """
    queries.lock_owner(session, person_id)
    queries.revoke_all(session, person_id)


def _info(row: ApiKey) -> KeyInfo:
    scopes = frozenset(Scope(scope) for scope in row.scopes)
    return KeyInfo(row.id, row.name, row.hint, scopes, row.created_at, row.used_at, row.revoked_at)
