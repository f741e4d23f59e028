"""`python -m agrimarket.onboarding.documents.drawing PAGE SIDE`: a page of the PDF on standard input, as PNG.

Run apart (`documents.apart`). `SIDE` is the longest side in pixels.
"""

import sys

import pypdfium2

from agrimarket.onboarding.documents import apart


def main() -> None:
    """Draw the page."""
    apart.limit()
    page, side = (int(argument) for argument in sys.argv[1:])
    drawn = pypdfium2.PdfDocument(sys.stdin.buffer.read())[page - 1]
    scale = side / max(drawn.get_size())
    drawn.render(scale=scale).to_pil().save(sys.stdout.buffer, "PNG")


if __name__ == "__main__":
    main()
