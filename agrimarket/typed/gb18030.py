"""GB 18030, read by its edition of 2022. Python's codec keeps that of 2000, which had characters of private use for
signs that Unicode had not yet taken in: the surname in the bytes FE 59 is U+9FB4, and not a box."""

from typing import Final

_SINCE_2000: Final = {
    **dict(zip(range(0xE78D, 0xE797), map(chr, (0xFE10, 0xFE12, 0xFE11, *range(0xFE13, 0xFE1A))), strict=True)),
    0xE7C7: "\u1e3f",
    0xE816: "\U00020087",
    0xE817: "\U00020089",
    0xE818: "\U000200cc",
    0xE81E: "\u9fb4",
    0xE826: "\u9fb5",
    0xE82B: "\u9fb6",
    0xE82C: "\u9fb7",
    0xE831: "\U000215d7",
    0xE832: "\u9fb8",
    0xE83B: "\U0002298f",
    0xE843: "\u9fb9",
    0xE854: "\u9fba",
    0xE855: "\U000241fe",
    0xE864: "\u9fbb",
}
"""Characters of private use in the edition of 2000, and what they have been since. These are all: glibc's `iconv` reads
each of the 23,940 codes of two bytes as Python does, but for these 25, which it reads so."""


def decode(content: bytes) -> str:
    """The text of those bytes; `UnicodeDecodeError` if they are not GB 18030."""
    return content.decode("gb18030").translate(_SINCE_2000)
