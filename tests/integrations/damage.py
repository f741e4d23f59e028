"""Files that were damaged on their way: bytes changed, cut off, put in. Seeded: each is the same in every run."""

import os
import random
from collections.abc import Iterator

COUNT = int(os.environ.get("AGRIMARKET_DAMAGED", "150"))
"""Damaged files of each kind that a run tries; 2,000 were tried for docs/reliability.md."""


def damaged(content: bytes, count: int = COUNT, seed: int = 1) -> Iterator[bytes]:
    """`count` copies of `content`, each damaged in its own way."""
    luck = random.Random(seed)
    for _ in range(count):
        copy = bytearray(content)
        for _ in range(luck.randint(1, 5)):
            at = luck.randrange(len(copy) + 1)
            match luck.randrange(6):
                case 0:
                    del copy[at:]
                case 1:
                    copy[at:at] = luck.randbytes(luck.randint(1, 8))
                case 2:
                    del copy[at : at + luck.randint(1, 64)]
                case _:
                    copy[at : at + 1] = luck.randbytes(1)
        yield bytes(copy)
