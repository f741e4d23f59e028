"""Drawing a page of a PDF, in a process of its own (see `previews`).

`python -m agrimarket.onboarding.documents.drawing PAGE SIDE` takes a PDF on standard input and writes that page as PNG
to standard output.
"""

import resource
import sys

import pypdfium2

MEMORY = 1 << 30
"""Bytes of address space."""
SECONDS = 10
"""Of processor time."""


def main() -> None:
    """Draw within `MEMORY` and `SECONDS`, beyond which the process ends."""
    page, side = (int(argument) for argument in sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    drawn = pypdfium2.PdfDocument(sys.stdin.buffer.read())[page - 1]
    scale = side / max(drawn.get_size())
    drawn.render(scale=scale).to_pil().save(sys.stdout.buffer, "PNG")


if __name__ == "__main__":
    main()
