"""Browser without scripts: it follows links, keeps cookies, and posts forms with their CSRF token and hidden fields."""

import re
from html import unescape
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient


class Browser:
    """A browser; the last answer is in `page`, `path`, `status` and `answer_headers`."""

    def __init__(self, client: TestClient[Litestar], *, session: str | None = None, language: str = "en") -> None:
        self.client = client
        self.headers = {"Accept": "text/html", "Accept-Language": language}
        self.page, self.path, self.status = "", "", 0
        self.answer_headers: dict[str, str] = {}
        if session is not None:
            self.become(session)

    def become(self, session: str | None) -> "Browser":
        """Sign somebody else in at this browser; None signs out."""
        self.client.cookies.delete("session")
        if session is not None:
            self.client.cookies.set("session", session)
        return self

    def get(self, path: str) -> str:
        """Open a page, and follow its redirects."""
        return self._keep(self.client.get(path, headers=self.headers, follow_redirects=True))

    def post(self, path: str, file: bytes | None = None, *, from_page: bool = True, **fields: object) -> str:
        """Fill in the page's form to `path` and send it, with its hidden version or fence unless another is given.

        `from_page=False` sends a form that is not on the page.
        """
        on_page = re.search(rf'action="{re.escape(path)}["#]', self.page)
        assert on_page or not from_page, f"{path} is no form of {self.path}: {self.page}"
        token = re.search(r'name="_csrf_token" value="([^"]+)"', self.page)
        assert token, self.page
        data = {**{k: v for k, v in fields.items() if v is not None}, "_csrf_token": unescape(token[1])}
        for hidden in ("version", "fence"):
            if found := re.search(rf'name="{hidden}" value="(\d+)"', self.page):
                data.setdefault(hidden, found[1])
        multipart = re.search(rf'action="{re.escape(path)}"[^>]* enctype="multipart', self.page)
        files = {"file": ("社员.csv", file)} if file is not None else {"photos": ("", b"")} if multipart else None
        return self._keep(self.client.post(path, data=data, files=files, headers=self.headers, follow_redirects=True))

    @property
    def words(self) -> str:
        """Text of the page, without its markup."""
        main = re.sub(r"(?s).*<main[^>]*>|</main>.*", "", self.page)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main))).strip()

    def _keep(self, answer: Any) -> str:
        self.page, self.path, self.status = answer.text, answer.url.path, answer.status_code
        self.answer_headers = dict(answer.headers)
        return self.page
