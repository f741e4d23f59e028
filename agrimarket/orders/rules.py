"""Pure rules of a purchase: fees, amounts, and the state of a whole order. No session, no clock.

Commission, delivery fees and windows (quote, payment, answer, claim, review request) are the drive's: `drive.toml`.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final, Protocol
from uuid import UUID

from agrimarket.kernel.money import share
from agrimarket.orders.errors import PassExpired, PassNotYetValid, PassOtherRoute, PassOtherVehicle
from agrimarket.orders.states import EXITS, GroupState, PassKind, SellerOrderState
from agrimarket.regions.types.serviceability import Mode

MAX_LINES: Final = 50
MAX_PACKS: Final = 10_000
"""Packs that a line may have at most: enough for a group-buy leader who orders for a whole block."""
MAX_PHOTOS: Final = 6
SHORT_HARVEST: Final = "short_harvest"
"""The `end_reason` of an order that got nothing of a harvest that was short."""
MAX_ALTERNATIVES: Final = 3
"""Offers that the buyer of a declined order is shown: more would have to be chosen from, not taken."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a cart with its price. `amount` is the ceiling: catch-weight can only lower it."""

    listing_id: UUID
    lot_id: UUID
    product_id: UUID
    title: str
    packs: int
    pack_grams: int
    unit_price: int
    priced_by: str

    @property
    def grams(self) -> int:
        """Ordered weight, in grams."""
        return self.packs * self.pack_grams

    @property
    def amount(self) -> int:
        """The line's price in minor units."""
        return self.packs * self.unit_price


@dataclass(frozen=True, slots=True)
class Parcel:
    """A seller's part of a cart. Sellers ship on their own, so each has its own delivery fee.

    `modes` are those in which all of it can be delivered; `expected`: some of it is not harvested yet.
    """

    seller_id: UUID
    origin_region: str
    currency: str
    items: tuple[Item, ...]
    delivery: int
    modes: tuple[Mode, ...] = ()
    expected: bool = False

    @property
    def grams(self) -> int:
        """The weight of the goods, in grams."""
        return sum(item.grams for item in self.items)

    @property
    def goods(self) -> int:
        """The price of the goods without delivery, in minor units."""
        return sum(item.amount for item in self.items)

    @property
    def total(self) -> int:
        """The price with delivery, in minor units."""
        return self.goods + self.delivery


@dataclass(frozen=True, slots=True)
class NewPass:
    """A transport pass, as a seller has it before them. Days are China's, both included."""

    number: str
    issuer: str
    plate: str
    from_code: str
    to_code: str
    valid_from: date
    valid_until: date
    kind: PassKind


def common_modes(offered: Iterable[Iterable[Mode]]) -> tuple[Mode, ...]:
    """The modes that all of `offered` have, in the order of `Mode`; all of them where nothing is offered."""
    having = [frozenset(modes) for modes in offered]
    return tuple(mode for mode in Mode if all(mode in modes for modes in having))


def within(code: str, region: str) -> bool:
    """Whether the place `code` is that region or lies in it; zeros at the end of a code mean all of it."""
    return code.startswith(region.removesuffix("00").removesuffix("00"))


def check_pass(held: NewPass, plate: str, origin: str, destination: str, today: date) -> None:
    """A `PassRefused` unless a transport pass is good today, for that vehicle on that way."""
    if today > held.valid_until:
        raise PassExpired(pointer="/valid_until", number=held.number, until=held.valid_until)
    if today < held.valid_from:
        raise PassNotYetValid(pointer="/valid_from", number=held.number, since=held.valid_from)
    if not (within(origin, held.from_code) and within(destination, held.to_code)):
        raise PassOtherRoute(
            pointer="/route",
            number=held.number,
            from_code=held.from_code,
            to_code=held.to_code,
            origin=origin,
            destination=destination,
        )
    if plate != held.plate:
        raise PassOtherVehicle(pointer="/vehicle_plate", number=held.number, plate=held.plate, vehicle_plate=plate)


class OfLot(Protocol):
    """Protocol of things that take grams of a lot: a line, or a reservation."""

    @property
    def lot_id(self) -> UUID: ...

    @property
    def grams(self) -> int: ...


def grams_by_lot(parts: Iterable[OfLot]) -> dict[UUID, int]:
    """Total grams that `parts` take, by lot id."""
    wanted: dict[UUID, int] = {}
    for part in parts:
        wanted[part.lot_id] = wanted.get(part.lot_id, 0) + part.grams
    return wanted


def packed_amount(ordered: int, ordered_grams: int, packed_grams: int) -> int:
    """Price of a line priced by weight: `ordered` in proportion to the packed weight, rounded half up, never more.

    `ValueError` if more was packed than ordered: the buyer has not agreed to pay for that.
    """
    if not 0 <= packed_grams <= ordered_grams:
        raise ValueError("packed must lie between nothing and what was ordered")
    return (2 * ordered * packed_grams + ordered_grams) // (2 * ordered_grams)


@dataclass(frozen=True, slots=True)
class Ordered:
    """What a line takes of a harvest: `grams` in units of `unit` grams, a whole pack or a single gram."""

    line_id: UUID
    order_id: UUID
    grams: int
    unit: int


def allot(lines: Sequence[Ordered], came_in: int) -> dict[UUID, int]:
    """Grams of each line, if its lot's `came_in` grams are shared out in proportion to what was ordered.

    Whole units alone: each line has the whole units of its proportion, and those with the largest rest have one more,
    as far as it goes. Equal rests go by the order's id, then the line's, so that the answer is the same each time.
    Nobody gets more than they ordered; what is left over is less than the largest unit.
    """
    sold = sum(line.grams for line in lines)
    if came_in >= sold:
        return {line.line_id: line.grams for line in lines}
    allotted = {line.line_id: line.grams * came_in // (sold * line.unit) * line.unit for line in lines}
    left = came_in - sum(allotted.values())

    def rest(line: Ordered) -> Fraction:
        return Fraction(line.grams * came_in, sold * line.unit) % 1

    for line in sorted(lines, key=lambda line: (-rest(line), line.order_id, line.line_id)):
        if line.unit <= left:
            allotted[line.line_id] += line.unit
            left -= line.unit
    return allotted


_SHORTAGES: Final = (
    (50, 900, 0),
    (100, 0, 4.5),
    (200, 450, 0),
    (300, 0, 9),
    (500, 300, 0),
    (1_000, 0, 15),
    (10_000, 150, 0),
    (15_000, 0, 150),
)
"""Nominal grams up to which a row holds → the shortage as basis points, or as grams where these are none."""
_HEAVY_BPS: Final = 100


def allowed_shortage(nominal_grams: int) -> int:
    """Grams by which a packed commodity may weigh less than it says, rounded down.

    Source: table 3 of the Measures for metrological supervision of quantitatively packed commodities (AQSIQ order 75
    of 2005, kept by SAMR order 70 of 2023).
    """
    for most, bps, grams in _SHORTAGES:
        if nominal_grams <= most:
            return nominal_grams * bps // 10_000 if bps else int(grams)
    return nominal_grams * _HEAVY_BPS // 10_000


def doubtful(scale_grams: int, ordered_grams: int) -> bool:
    """Whether somebody should look at the scale again: above what was ordered, or less than half of it."""
    return scale_grams > ordered_grams or 2 * scale_grams < ordered_grams


_BUILDING = re.compile(r"^(.*?[0-9０-９A-Za-z一二三四五六七八九十]+\s*(?:号楼|號樓|栋|棟|幢|座))")
_HOUSE = re.compile(r"^(.*?[0-9０-９]+\s*(?:号院|號院|号|號|弄))")


def building_of(street: str) -> str:
    """The part of a street that names the building: up to 3栋, 5号楼, or else up to the number of the house; "" where
    it names none. What follows, a unit and a room, is left out.
    """
    text = unicodedata.normalize("NFKC", street).strip()
    found = _BUILDING.match(text) or _HOUSE.match(text)
    return "".join(found[1].split()) if found else ""


def natural(text: str) -> list[tuple[int, str]]:
    """Sort key by which 2栋 comes before 10栋."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.findall(r"[0-9]+|[^0-9]+", text)]


def claimed_amount(goods: int, packed_grams: int, *, bps: int | None, grams: int | None) -> int:
    """Claimed amount in minor units: `bps` basis points of the goods' price, or the price of `grams` of them.

    The delivery fee is never claimed, since the delivery was made.
    """
    if bps is not None:
        return share(goods, bps)
    return packed_amount(goods, packed_grams, min(grams or 0, packed_grams))


def group_state(states: Sequence[SellerOrderState]) -> GroupState:
    """State of a purchase: that of its slowest part that goes on or, once all parts have ended, how they ended."""
    alive = [state for state in states if state not in EXITS]
    if not alive:
        for exit_, whole in (
            (SellerOrderState.DECLINED, GroupState.DECLINED),
            (SellerOrderState.CANCELLED, GroupState.CANCELLED),
        ):
            if exit_ in states:
                return whole
        return GroupState.PAYMENT_EXPIRED
    kinds = set(alive)
    if SellerOrderState.PENDING_PAYMENT in kinds:
        return GroupState.PENDING_PAYMENT
    if kinds == {SellerOrderState.PLACED}:
        return GroupState.PLACED
    if kinds == {SellerOrderState.COMPLETED}:
        return GroupState.COMPLETED
    if kinds <= {SellerOrderState.DELIVERED, SellerOrderState.COMPLETED}:
        return GroupState.DELIVERED
    return GroupState.IN_PROGRESS
