"""The guides as pages of the site: complete, linked, and every link in them leads somewhere."""

import re
import shutil
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from agrimarket.http.guides import NAMES, rendered, slug, text_of

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "guides"
HTML = {"accept": "text/html", "accept-language": "en"}
LINK = re.compile(r"\[[^\]]+\]\((?P<to>[^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
Client = TestClient[Litestar]


class _Seen(HTMLParser):
    """Ids and links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.add(str(given["id"]))
        if tag == "a":
            self.links.append(given.get("href") or "")


def _anchors(path: Path) -> set[str]:
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return {slug(heading) for heading in HEADING.findall(text)}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=lambda path: path.name)
def test_every_link_in_a_guide_leads_to_a_file_and_a_heading_of_it(path: Path) -> None:
    links = [found["to"] for found in LINK.finditer(path.read_text(encoding="utf-8"))]
    for link in links:
        parts = urlsplit(link)
        if parts.scheme:
            continue
        target = path.parent / parts.path if parts.path else path
        assert target.exists(), link
        assert not parts.fragment or parts.fragment in _anchors(target), link


@pytest.mark.parametrize("name", NAMES)
def test_every_link_on_a_guides_page_is_answered(client: Client, name: str) -> None:
    answer = client.get(f"/guides/{name}", headers=HTML)
    assert answer.status_code == 200
    seen = _Seen(answer.text)
    inside = [link for link in seen.links if not urlsplit(link).scheme]
    assert "/guides" in inside
    for link in inside:
        path, _, fragment = link.partition("#")
        there = client.get(path, headers=HTML, follow_redirects=True) if path else answer
        assert there.status_code == 200, link
        assert not fragment or fragment in _Seen(there.text).ids, link


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans", "en"])
def test_a_newcomer_finds_the_guides_from_every_page(client: Client, language: str) -> None:
    headers = {**HTML, "accept-language": language}
    for path in ("/", "/schema", "/sign-in"):
        assert "/guides" in _Seen(client.get(path, headers=headers).text).links, path
    page = client.get("/guides", headers=headers).text
    assert f'<html lang="{language}">' in page
    links = _Seen(page).links
    assert {f"/guides/{name}" for name in NAMES} | {"/schema"} <= set(links)


def test_a_guide_that_is_none_is_not_there(client: Client) -> None:
    for name in ("nothing", "deploy.md", "..%2fpyproject", "README"):
        assert client.get(f"/guides/{name}", headers=HTML).status_code == 404


def test_a_page_is_the_whole_guide_with_this_systems_addresses(client: Client) -> None:
    guide = rendered("getting-started", "https://market.example", "https://post.example")
    text = text_of("getting-started", "https://market.example", "https://post.example")
    assert "BASE=https://market.example\nMAILBOX=https://post.example\n" in guide.html
    assert 'href="/schema"' in guide.html
    assert guide.html.count("<h2") == len(re.findall(r"^## ", text, re.MULTILINE))
    assert guide.html.count("<pre") == text.count("```sh")
    assert guide.html.count("<table>") == guide.html.count('<div class="scroll"') == 2


def test_the_guides_are_in_the_wheel(tmp_path: Path) -> None:
    source = tmp_path / "source"
    skip = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("agrimarket", "workers", "seeds"):
        shutil.copytree(ROOT / name, source / name, symlinks=True, ignore=skip)
    shutil.copytree(FOLDER, source / "docs" / "guides")
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, source / name)
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--disable-pip-version-check")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", tmp_path, source],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"agrimarket/guides/{path.name}" for path in FOLDER.glob("*.md")} <= names
