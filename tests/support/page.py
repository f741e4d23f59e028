"""Pages parsed for tests that judge them without a browser."""

from html.parser import HTMLParser
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient


class Page(HTMLParser):
    """A page's language, heading, sentences, contents of fields, and addresses of forms."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.language = ""
        self.headings: list[str] = []
        self.errors: list[str] = []
        """Sentences of the error summary and beside fields."""
        self.paragraphs: list[str] = []
        """Text of the main part."""
        self.fields: dict[str, list[str]] = {}
        """Contents of inputs and text areas, by name."""
        self.actions: list[str] = []
        self._open: list[tuple[str, str]] = []
        self._area = ""
        self.feed(text)
        self.close()

    _VOID = frozenset({"input", "meta", "link", "br", "img", "rect", "path", "hr"})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given.get("lang", "")
        if tag == "form" and given.get("method") == "post":
            self.actions.append(given["action"])
        if tag == "input" and given.get("type") not in ("radio", "checkbox", "file"):
            self.fields.setdefault(given.get("name", ""), []).append(given.get("value", ""))
        if tag in ("input", "select") and "name" in given:
            self.fields.setdefault(given["name"], [])
        if tag == "textarea":
            self._area = given.get("name") or given["id"]  # one to copy from has no name
            self.fields.setdefault(self._area, []).append("")
        if tag not in self._VOID:
            kind = given.get("class", "").split(" ")[0]
            self._open.append((tag, kind))
            if tag in ("h1", "p", "li"):
                into = self._list()
                if into is not None:
                    into.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        while self._open:
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area][-1] += data
            return
        into = self._list()
        if into:
            into[-1] += data

    def _list(self) -> list[str] | None:
        tags = [tag for tag, _ in self._open]
        if "main" not in tags:
            return None
        if "h1" in tags:
            return self.headings
        if ("li" in tags and ("div", "summary") in self._open) or ("p", "error") in self._open:
            return self.errors
        if "p" in tags or "li" in tags:
            return self.paragraphs
        return None

    def typed(self, name: str) -> str:
        """Content of the field `name` as it was typed, with a number's unit."""
        return "".join(self.fields.get(name, [])[:1])


def submit(client: TestClient[Litestar], path: str, **fields: str) -> Any:
    """Answer to a browser that sends those fields with the token of a form of ours; redirects are not followed."""
    html = {"accept": "text/html", "accept-language": "en"}
    token = Page(client.get("/sign-in", headers=html).text).typed("_csrf_token")
    return client.post(path, data={**fields, "_csrf_token": token}, headers=html, follow_redirects=False)
