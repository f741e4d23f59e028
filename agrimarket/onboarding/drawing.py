"""`python -m agrimarket.onboarding.drawing PAGE SIDE`: a PDF on standard input, that page as PNG on standard output."""

import resource
import sys

import pypdfium2

MEMORY = 1 << 30
SECONDS = 10


def main() -> None:
    """Draw, within limits that end this process and no other."""
    page, side = (int(argument) for argument in sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    drawn = pypdfium2.PdfDocument(sys.stdin.buffer.read())[page - 1]
    scale = side / max(drawn.get_size())
    drawn.render(scale=scale).to_pil().save(sys.stdout.buffer, "PNG")


if __name__ == "__main__":
    main()
