"""Browser without scripts, which follows links, posts forms with their CSRF token, and keeps cookies."""

import re
from html import unescape
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient

HTML = {"Accept": "text/html", "Accept-Language": "zh-Hans"}


class Browser:
    """A browser; the last answer is in `page`, `path` and `status`."""

    def __init__(self, client: TestClient[Litestar]) -> None:
        self.client = client
        self.page, self.path, self.status = "", "", 0

    def sign_in(self, token: str) -> "Browser":
        """Sign somebody else in at this browser."""
        self.client.cookies.set("session", token)
        return self

    def get(self, path: str) -> str:
        return self._keep(self.client.get(path, headers=HTML, follow_redirects=True))

    def post(self, path: str, file: bytes | None = None, **fields: object) -> str:
        """Post the form on the page, with its hidden version or fence unless another is given."""
        token = re.search(r'name="_csrf_token" value="([^"]+)"', self.page)
        assert token, self.page
        data = {**{k: v for k, v in fields.items() if v is not None}, "_csrf_token": unescape(token[1])}
        for hidden in ("version", "fence"):
            if found := re.search(rf'name="{hidden}" value="(\d+)"', self.page):
                data.setdefault(hidden, found[1])
        files = None if file is None else {"file": ("社员.csv", file)}
        return self._keep(self.client.post(path, data=data, files=files, headers=HTML, follow_redirects=True))

    def _keep(self, answer: Any) -> str:
        self.page, self.path, self.status = answer.text, answer.url.path, answer.status_code
        return self.page
