"""Atom feeds (RFC 4287). A piece without handlers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from xml.etree import ElementTree

from agrimarket.drive import drive

ATOM: Final = "application/atom+xml; charset=utf-8"
_SPACE: Final = "http://www.w3.org/2005/Atom"
_NEVER: Final = "1970-01-01T00:00:00+00:00"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: what it is and where it is read; `file` is an address of its CSV, if it has one."""

    id: str
    title: str
    updated: datetime
    summary: str
    page: str
    file: str = ""


def feed(title: str, page: str, address: str, entries: list[Entry], language: str) -> bytes:
    """The feed at `address` about what `page` shows; the entries come with the newest first."""
    root = ElementTree.Element("feed", {"xmlns": _SPACE, "xml:lang": language})
    _text(root, "id", page)
    _text(root, "title", f"{title} · {drive().name.in_(language)}")
    _text(root, "updated", max((each.updated.isoformat() for each in entries), default=_NEVER))
    author = ElementTree.SubElement(root, "author")
    _text(author, "name", drive().operator.in_(language))
    _link(root, "self", address, ATOM.partition(";")[0])
    _link(root, "alternate", page, "text/html")
    for each in entries:
        entry = ElementTree.SubElement(root, "entry")
        _text(entry, "id", each.id)
        _text(entry, "title", each.title)
        _text(entry, "updated", each.updated.isoformat())
        _text(entry, "summary", each.summary)
        _link(entry, "alternate", each.page, "text/html")
        if each.file:
            _link(entry, "enclosure", each.file, "text/csv")
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _text(parent: ElementTree.Element, name: str, words: str) -> None:
    ElementTree.SubElement(parent, name).text = words


def _link(parent: ElementTree.Element, rel: str, href: str, media_type: str) -> None:
    ElementTree.SubElement(parent, "link", {"rel": rel, "href": href, "type": media_type})
