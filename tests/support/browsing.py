"""Browser without scripts, which keeps cookies, and posts only forms that are on the page, with their CSRF token."""

import re
from html import unescape

from litestar import Litestar
from litestar.testing import TestClient


class Browser:
    """A browser; the last answer is in `page`, `path` and `status`."""

    def __init__(self, client: TestClient[Litestar], *, session: str | None = None, language: str = "en") -> None:
        self.client = client
        self.headers = {"Accept": "text/html", "Accept-Language": language}
        self.page, self.path, self.status = "", "", 0
        self.answer_headers: dict[str, str] = {}
        self.become(session)

    def become(self, session: str | None) -> None:
        """Sign somebody else in at this browser; None signs out."""
        self.client.cookies.delete("session")
        if session is not None:
            self.client.cookies.set("session", session)

    def get(self, path: str) -> str:
        """Open a page, and follow its redirects."""
        return self._keep(self.client.get(path, headers=self.headers, follow_redirects=True))

    def post(self, path: str, *, from_page: bool = True, **fields: str) -> str:
        """Fill in the page's form to `path` and send it; `from_page=False` sends a form that is not on the page."""
        assert not from_page or f'action="{path}"' in self.page, f"{path} is no form of {self.path}: {self.page}"
        token = re.search(r'name="_csrf_token" value="([^"]+)"', self.page)
        assert token, self.page
        data = {"_csrf_token": unescape(token[1]), **fields}
        return self._keep(self.client.post(path, data=data, headers=self.headers, follow_redirects=True))

    @property
    def words(self) -> str:
        """Text of the page, without its markup."""
        main = re.sub(r"(?s).*<main[^>]*>|</main>.*", "", self.page)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main))).strip()

    def _keep(self, answer) -> str:  # type: ignore[no-untyped-def]
        self.page, self.path, self.status = answer.text, answer.url.path, answer.status_code
        self.answer_headers = dict(answer.headers)
        return self.page
