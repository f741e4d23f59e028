"""API keys at every route: what is not named by one of a key's scopes is refused, and changes nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.testing import TestClient

from agrimarket.accounts.service import api_keys, people
from agrimarket.app import create_app
from agrimarket.http.operations import KEY, Declaration
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import encode, new_id
from agrimarket.kernel.principal import SPEAKS_AS, Principal, Role, Scope, scopes_for
from agrimarket.settings import get_settings
from tests.factories.accounts import a_buyer, a_person
from tests.support.current import CurrentDatabase

Route = tuple[str, str]
CLOSED = {
    "/v1/auth/sessions",
    "/v1/api-keys",
    "/v1/staff",
    "/v1/people",
    "/v1/buyers",
    "/v1/review",
    "/v1/dead-letters",
}
"""Beginnings of addresses that no key opens."""


def _signed_in(app: Litestar) -> Iterator[tuple[Route, HTTPRouteHandler, Declaration]]:
    """Routes of the API that ask who it is."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            made = getattr(handler, "operation_class", None)
            declared: Declaration | None = getattr(made, "declaration", None)
            if declared and (declared.signed_in or "visitor" in declared.provided):
                for method in sorted(set(handler.http_methods) - {"OPTIONS"}):
                    yield (method, route.path_format), handler, declared


class Keyring:
    """An operator and buyer with every role, a key of theirs for each scope, and one whose scopes were taken away."""

    def __init__(self, client: TestClient[Litestar], db: Database) -> None:
        self.client, self.db = client, db
        with db.transaction() as session:
            owner = a_buyer(session)
            for role in Role:
                people.grant_role(session, owner.person_id, role)
        with db.transaction() as session:
            everything = owner.principal.__class__(
                owner.person_id, frozenset(Role), "en", owner.principal.session_id, None, owner.principal.buyer_id
            )
            self.keys: dict[Scope | None, str] = {
                scope: api_keys.create(session, everything, scope.value, [scope])[0] for scope in Scope
            }
            self.keys[None], bare = api_keys.create(session, everything, "bare", [Scope.PROFILE_READ])
            session.connection().exec_driver_sql("UPDATE api_key SET scopes = '{}' WHERE id = %s", (bare.id,))

    def ask(self, route: Route, scope: Scope | None) -> Any:
        """The answer to a request that carries nothing but the key."""
        method, path = route
        made_up = {"person_id": "per", "key_id": "key", "session_id": "ses"}
        for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
            path = path.replace(f"{{{name}}}", encode(made_up.get(name, "lot"), new_id()))
        return self.client.request(method, path, headers={"authorization": f"Bearer {self.keys[scope]}"})


@pytest.fixture(scope="module")
def app() -> tuple[Litestar, CurrentDatabase]:
    current = CurrentDatabase()
    return create_app(get_settings(), current), current


@pytest.fixture(scope="module")
def keyring(app: tuple[Litestar, CurrentDatabase], module_database: Database) -> Iterator[Keyring]:
    app[1].current = module_database
    with TestClient(app[0], raise_server_exceptions=False) as client:
        yield Keyring(client, module_database)


def _code(answer: Any) -> str:
    return answer.json().get("code", "") if answer.content and "json" in answer.headers.get("content-type", "") else ""


def test_every_route_refuses_keys_whose_scopes_it_does_not_name(
    app: tuple[Litestar, CurrentDatabase], keyring: Keyring
) -> None:
    tried, wrong = 0, []
    for route, _, declared in _signed_in(app[0]):
        for scope in (None, *Scope):
            answer = keyring.ask(route, scope)
            refusal = "forbidden.scope" if declared.scopes else "forbidden.sign_in"
            refused = answer.status_code == 403 and (route[0] == "HEAD" or _code(answer) == refusal)
            if refused == (scope in declared.scopes) or answer.status_code in (401, 500):
                wrong.append((route, scope, answer.status_code, _code(answer)))
            if _code(answer) == "forbidden.scope":
                assert answer.json()["details"]["scope"] == " ".join(declared.scopes)
            tried += 1
    assert wrong == []
    assert tried > 3_000


def test_a_key_opens_no_page(app: tuple[Litestar, CurrentDatabase], keyring: Keyring) -> None:
    """A key in the place of a session's cookie."""
    for path in ("/me", "/desk", "/me/api-keys", "/coach", "/review", "/payout-account"):
        keyring.client.cookies.set("session", keyring.keys[Scope.PROFILE_READ])
        answer = keyring.client.get(path, headers={"accept": "text/html"}, follow_redirects=False)
        keyring.client.cookies.clear()
        assert answer.status_code == 403, path


def test_what_keys_never_do_names_no_scope(app: tuple[Litestar, CurrentDatabase]) -> None:
    for (method, path), _, declared in _signed_in(app[0]):
        if any(path.startswith(closed) for closed in CLOSED) or (method, path) == ("PATCH", "/v1/me"):
            assert declared.scopes == (), (method, path)


def test_the_document_tells_which_scope_an_operation_takes(app: tuple[Litestar, CurrentDatabase]) -> None:
    document = app[0].openapi_schema.to_schema()
    for (method, path), _, declared in _signed_in(app[0]):
        operation = document["paths"].get(path, {}).get(method.lower())
        if operation:
            named = [scheme[KEY] for scheme in operation["security"] if KEY in scheme]
            assert named == [[scope.value] for scope in declared.scopes], (method, path)


def test_under_a_scope_a_key_acts_in_no_other_role() -> None:
    owner = Principal(new_id(), frozenset(Role), "en", None, new_id(), new_id(), frozenset(Scope))
    for scope in Scope:
        acting = owner.within([scope])
        assert acting.roles == SPEAKS_AS[scope]
        assert (acting.seller_id is None) == (Role.SELLER not in SPEAKS_AS[scope])
        assert (acting.buyer_id is None) == (Role.BUYER not in SPEAKS_AS[scope])
        if not scope.endswith(":read") or scope in (Scope.PURCHASES_READ, Scope.ORDERS_READ, Scope.CLAIMS_READ):
            assert Role.OPERATOR not in acting.roles or scope is Scope.BULLETINS_WRITE


def test_people_choose_among_the_scopes_of_their_roles() -> None:
    assert Scope.LEDGER_READ not in scopes_for([Role.INTEGRATOR, Role.BUYER])
    assert {Scope.APPEALS_WRITE, Scope.PURCHASES_WRITE} <= set(scopes_for([Role.INTEGRATOR, Role.BUYER]))
    assert Scope.LOTS_WRITE not in scopes_for([Role.INTEGRATOR])
    assert set(scopes_for(list(Role))) == set(Scope)


def test_a_key_to_file_for_others_does_nothing_else_for_its_owner(keyring: Keyring) -> None:
    """What was found: such a key cancelled purchases, changed the profile, listed sessions and revoked keys."""
    with keyring.db.transaction() as session:
        who = a_person(session, Role.INTEGRATOR)
        key, made = api_keys.create(session, who.principal, "form", [Scope.APPEALS_WRITE])
    bearer = {"authorization": f"Bearer {key}"}
    asked = [
        ("PATCH", "/v1/me", {"display_name": "x"}),
        ("GET", "/v1/me", None),
        ("GET", "/v1/auth/sessions", None),
        ("DELETE", f"/v1/api-keys/{encode('key', made.id)}", None),
        ("GET", "/v1/order-groups", None),
        ("GET", "/v1/notifications", None),
    ]
    for method, path, body in asked:
        answer = keyring.client.request(method, path, headers=bearer, json=body)
        assert answer.status_code == 403, (method, path, answer.text)
    with keyring.db.reading() as session:
        assert api_keys.of_person(session, who.person_id)[0].revoked_at is None
