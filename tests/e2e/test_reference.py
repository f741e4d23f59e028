"""The API reference, in a browser without scripts and in one that is offline to everything but the site."""

from tests.e2e.conftest import Visit


def test_an_operation_is_found_with_its_body_its_example_and_its_errors(visit: Visit) -> None:
    view = visit(width=1280, scripts=False, language="en")
    view.go("/schema#post-v1-lots")
    operation = view.page.locator("#post-v1-lots")
    assert "Record a harvest" in operation.inner_text()
    assert "required" in operation.locator("tr", has_text="region_code").inner_text()
    operation.get_by_text("Example of a body").click()
    assert '"region_code": "210681"' in operation.locator("pre").first.inner_text()
    operation.get_by_text("What can be refused").click()
    assert "422" in operation.inner_text()
    operation.get_by_role("link", name="Problem").first.click()
    assert view.page.url.endswith("#Problem")
    assert view.page.locator("#Problem").is_visible()
    assert (view.complaints, view.foreign()) == ([], [])


def test_every_link_within_the_reference_leads_somewhere(visit: Visit) -> None:
    view = visit(width=1280)
    view.go("/schema")
    broken = view.page.evaluate(
        """() => [...document.querySelectorAll('main a[href^="#"]')]
            .map(a => a.getAttribute("href")).filter(h => !document.getElementById(h.slice(1)))"""
    )
    assert broken == []
    ids = view.page.evaluate("() => [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
