"""What is printed about orders: labels on boxes, and packing slips. The words are those of whoever reads the paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from agrimarket.accounts.service import people, sellers
from agrimarket.accounts.types import SellerInfo
from agrimarket.catalog.service import listings
from agrimarket.drive import drive
from agrimarket.kernel.addresses import BOUGHT, path_of
from agrimarket.kernel.i18n import render, spoken, t
from agrimarket.kernel.ids import short_number
from agrimarket.kernel.money import Money
from agrimarket.kernel.quantity import Weight
from agrimarket.orders.models.boxes import Box
from agrimarket.orders.models.seller_orders import OrderLine
from agrimarket.orders.queries import boxes as box_queries
from agrimarket.orders.types import OrderView
from agrimarket.printing import labels, slips
from agrimarket.printing.labels import Label, LabelWords, Paper
from agrimarket.printing.slips import Slip, SlipLine, SlipWords
from agrimarket.regions.service import places
from agrimarket.regions.types.serviceability import Mode


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels that can be printed."""

    labels: Sequence[Label]
    words: LabelWords
    paper: Paper

    def pdf(self) -> bytes:
        """The file; it is drawn outside of a transaction."""
        return labels.pdf(self.labels, self.words, self.paper)


@dataclass(frozen=True, slots=True)
class Slips:
    """Packing slips that can be printed."""

    slips: Sequence[Slip]
    words: SlipWords
    paper: Paper

    def pdf(self) -> bytes:
        """The file; it is drawn outside of a transaction."""
        return slips.pdf(self.slips, self.words, self.paper)


@dataclass(frozen=True, slots=True)
class _Around:
    """What the papers of several orders say beside the orders themselves."""

    language: str
    site: str
    sellers: dict[UUID, SellerInfo]
    places: dict[str, str]
    perish: dict[UUID, str]
    boxes: dict[UUID, list[Box]]


def language_of(session: Session, view: OrderView) -> str:
    """The language of the person who gets the parcel. One statement."""
    return spoken(people.contact(session, view.order.buyer_person_id).language)


def labels_of(session: Session, views: Sequence[OrderView], paper: Paper, language: str, site: str) -> Labels:
    """A label for each box of these orders; `site` is where the pages of the drive begin. Four statements.

    The QR code leads to the order's page. Boxes that were not weighed yet have a label too, without a weight: one for
    each pack, or as many as were said to be packed.
    """
    around = _around(session, views, language, site)
    made = [label for view in views for label in _labels(view, around)]
    words = {name: t(f"paper.{name}", language) for name in ("number", "recipient", "sender", "goods", "pick_up")}
    perish, note = t("paper.perish_by", language), t("paper.note", language)
    title = _title("paper.labels", views, language)
    return Labels(made, LabelWords(language=language, title=title, perish_by=perish, note=note, **words), paper)


def slips_of(session: Session, views: Sequence[OrderView], paper: Paper, language: str, site: str) -> Slips:
    """The packing slips of these orders. Four statements."""
    around = _around(session, views, language, site)
    names = ("number", "placed", "sender", "recipient", "name", "ordered", "packed", "price", "amount", "note")
    words = {name: t(f"paper.{name}", language) for name in names}
    title = _title("paper.slips", views, language)
    return Slips([_slip(view, around) for view in views], SlipWords(language=language, title=title, **words), paper)


def _title(key: str, views: Sequence[OrderView], language: str) -> str:
    return f"{t(key, language)} {short_number(views[0].order.id)}" if len(views) == 1 else t(key, language)


def _around(session: Session, views: Sequence[OrderView], language: str, site: str) -> _Around:
    sold = sellers.by_ids(session, {view.order.seller_id for view in views})
    codes = {view.group.region_code for view in views} | {view.order.origin_region for view in views}
    offers = listings.offers(session, {line.listing_id for view in views for line in view.lines})
    boxes: dict[UUID, list[Box]] = {}
    for box in box_queries.of_orders(session, [view.order.id for view in views]):
        if not box.left_out:
            boxes.setdefault(box.seller_order_id, []).append(box)
    return _Around(
        language,
        site.rstrip("/"),
        sold,
        places.called(session, codes, language),
        {offer.listing_id: render(offer.perish_by, language) for offer in offers},
        boxes,
    )


def _labels(view: OrderView, around: _Around) -> list[Label]:
    goods = _goods(view, around)
    return [_label(view, around, number, len(goods), *each) for number, each in enumerate(goods, 1)]


def _goods(view: OrderView, around: _Around) -> list[tuple[list[tuple[str, str]], str]]:
    """What is in each box, (name, weight), and until when it keeps."""
    lines = {line.id: line for line in view.lines}
    found: list[tuple[list[tuple[str, str]], str]] = []
    left = {line.id: line.due_packs for line in view.lines}
    for box in around.boxes.get(view.order.id, []):
        line = lines[box.order_line_id]
        left[line.id] -= box.packs
        found.append(([_named(line, box.packs, Weight(box.scale_grams), around)], _keeps([line], around)))
    if view.shipment is not None and view.shipment.boxes is not None:
        if not found:
            whole = [_named(line, line.packs, Weight(line.packed_grams or 0), around) for line in view.lines]
            found = [(whole, _keeps(view.lines, around))] * view.shipment.boxes
        return found
    for line in view.lines:
        found += [([_named(line, 1, None, around)], _keeps([line], around))] * left[line.id]
    return found


def _named(line: OrderLine, packs: int, weight: Weight | None, around: _Around) -> tuple[str, str]:
    return f"{line.title} × {packs}", render(weight, around.language) if weight else ""


def _keeps(lines: Sequence[OrderLine], around: _Around) -> str:
    return around.perish.get(lines[0].listing_id, "") if len(lines) == 1 else ""


def _label(
    view: OrderView, around: _Around, number: int, count: int, goods: list[tuple[str, str]], keeps: str
) -> Label:
    language, mode, address = around.language, Mode(view.group.mode), view.address
    met = mode in (Mode.PICK_UP, Mode.CONTACTLESS_POINT)
    return Label(
        number=short_number(view.order.id),
        box=t("paper.box", language, number=number, count=count),
        recipient=address.recipient if address else "",
        telephone=address.phone if address else "",
        address=_address(view, around),
        goods=goods,
        sender=_sender(view, around),
        drive=drive().name.in_(language),
        perish_by=keeps,
        pick_up=t(f"order.mode.{mode}", language) if met else "",
        cold=t("paper.cold", language) if mode is Mode.COLD_CHAIN else "",
        qr=_address_of_page(view, around),
    )


def _address(view: OrderView, around: _Around) -> list[str]:
    address = view.address
    if address is None:
        return []
    place = around.places.get(address.region_code, address.region_code)
    return [place, *filter(None, (address.community, address.street))]


def _sender(view: OrderView, around: _Around) -> list[str]:
    seller, origin = around.sellers.get(view.order.seller_id), view.order.origin_region
    return [*([seller.display_name] if seller else []), around.places.get(origin, origin)]


def _address_of_page(view: OrderView, around: _Around) -> str:
    return f"{around.site}{path_of(BOUGHT, view.order.id)}"


def _slip(view: OrderView, around: _Around) -> Slip:
    order, language, address = view.order, around.language, view.address

    def money(amount: int) -> str:
        return render(Money(amount, order.currency), language)

    finals = order.final if order.final is not None else order.goods + order.delivery
    back = order.goods + order.delivery - finals
    sums = [
        (t("paper.goods_price", language), money(order.goods)),
        (t("paper.delivery", language), money(order.delivery)),
    ]
    if back:
        sums.append((t("paper.not_charged", language), money(-back)))
    hours = drive().windows.claim
    return Slip(
        number=short_number(order.id),
        placed=render(order.placed_at or order.created_at, language),
        sender=_sender(view, around),
        recipient=[*([address.recipient, address.phone] if address else []), *_address(view, around)],
        lines=[_slip_line(line, order.currency, language) for line in view.lines],
        sums=[*sums, (t("paper.total", language), money(finals))],
        drive=drive().name.in_(language),
        until=t("paper.claims", language, hours=hours, page=_address_of_page(view, around)),
        notes=[order.short_reason] if order.short_reason else [],
        qr=_address_of_page(view, around),
    )


def _slip_line(line: OrderLine, currency: str, language: str) -> SlipLine:
    ordered = Weight(line.packs * line.pack_grams)
    price = render(Money(line.unit_price, currency), language)
    final = line.final if line.final is not None else line.packs * line.unit_price
    return SlipLine(
        name=line.title,
        ordered=f"{render(line.packs, language)} × {render(Weight(line.pack_grams), language)}",
        packed=render(ordered if line.packed_grams is None else Weight(line.packed_grams), language),
        price=t("paper.a_pack", language, price=price),
        amount=render(Money(final, currency), language),
    )
