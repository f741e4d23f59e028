"""Markdown of our own texts as HTML: what guides, and descriptions in the API's document, are written in."""

from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


@cache
def _reader() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # a megabyte, which no process needs before somebody reads a guide

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def parsed(text: str) -> "list[Token]":
    """The tokens of a text, for `html_of`."""
    return _reader().parse(text)


def html_of(tokens: "list[Token]") -> Markup:
    """Tokens as HTML; wide tables and code scroll by themselves, with keys too."""
    reader = _reader()
    html = str(reader.renderer.render(tokens, reader.options, {}))
    html = html.replace("<pre>", '<pre tabindex="0">')
    html = html.replace("<table>", '<div class="scroll" tabindex="0"><table>').replace("</table>", "</table></div>")
    return Markup(html)  # noqa: S704  # HTML in a text is escaped by the reader


def block(text: str) -> Markup:
    """A text of paragraphs as HTML."""
    return html_of(parsed(text))


def inline(text: str) -> Markup:
    """A sentence as HTML, without a paragraph around it."""
    return Markup(_reader().renderInline(text))  # noqa: S704  # HTML in a text is escaped by the reader
