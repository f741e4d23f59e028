"""Share cards: a picture with photo, price, days left and a QR code, for a group's chat."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Poster:
    """What is on a share card. Every value is a text that people read; empty ones are left out."""

    title: str
    price: str
    per_unit: str
    """For example ¥6 / 斤."""
    left: str
    """For example 还有 3 天."""
    place: str
    drive: str
    scan: str
    """What the QR code is for."""
    qr: str
    """Address that the QR code opens."""
    photo: bytes | None = None
    """WebP that we have encoded ourselves."""


def png(poster: Poster) -> bytes:
    """The card as PNG, 1080 × 1440 pixels; without a photo it is finished too. The same card gives the same bytes."""
    raise NotImplementedError
