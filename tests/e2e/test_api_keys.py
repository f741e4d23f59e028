"""A newcomer who writes a program: from the first page to the guides, and an integrator to a key, without scripts."""

import httpx
import pytest

from agrimarket.kernel.principal import Role
from tests.e2e.conftest import Site, Visit
from tests.factories import onboarding as make
from tests.support.rows import count


@pytest.mark.slow
def test_from_the_first_page_to_the_reference_by_links_alone(visit: Visit) -> None:
    view = visit(width=360, scripts=False, language="en")
    view.go("/")
    view.page.get_by_role("link", name="For programs").click()
    view.page.get_by_role("link", name="From a code to a paid order").click()
    assert "Idempotency-Key" in view.page.locator("main").inner_text()
    view.page.get_by_role("link", name="API key", exact=True).click()
    assert view.page.url.endswith("/guides/api-keys")
    view.page.get_by_role("link", name="the first steps").click()
    assert view.page.url.endswith("/guides/getting-started#2-sign-in")
    assert f"BASE={view.site.url}" in view.page.locator("pre").first.inner_text()
    view.page.get_by_role("link", name="reference", exact=True).first.click()
    assert view.page.url.endswith("/schema")
    view.page.get_by_role("link", name="New here?").first.click()
    assert view.page.url.endswith("/guides/getting-started")
    assert (view.complaints, view.foreign()) == ([], [])


def test_an_integrator_makes_a_key_uses_it_and_revokes_it(visit: Visit, site: Site) -> None:
    integrator = make.sign_in(site.db, 56_000_001, Role.INTEGRATOR)
    view = visit(width=360, scripts=False, language="en")
    page = view.page
    page.context.add_cookies([{"name": "session", "value": integrator.token, "url": site.url}])
    view.go("/me")
    page.get_by_role("link", name="API keys").click()
    page.get_by_label("What is the key for?").fill("village form")
    page.get_by_role("button", name="Make the key").click()
    assert page.locator("#summary").is_visible()
    assert page.get_by_label("What is the key for?").input_value() == "village form"
    mine = f"api_key WHERE person_id = '{integrator.principal.person_id}'"
    assert count(site.db, mine) == 0
    page.get_by_label("See your name, number and accounts").check()
    page.get_by_role("button", name="Make the key").click()
    key = page.get_by_label("village form").input_value()
    bearer = {"Authorization": f"Bearer {key}"}
    assert httpx.get(f"{site.url}/v1/me", headers=bearer).json()["roles"] == ["integrator"]
    page.get_by_role("link", name="I have copied it").click()
    assert key not in page.content()
    page.get_by_role("button", name="Revoke “village form”").click()
    assert "revoked" in page.locator("main").inner_text()
    assert httpx.get(f"{site.url}/v1/me", headers=bearer).status_code == 401
    assert count(site.db, f"{mine} AND revoked_at IS NOT NULL") == 1
    assert view.foreign() == []
    assert [each for each in view.complaints if "422" not in each] == []
