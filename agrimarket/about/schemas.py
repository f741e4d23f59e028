"""The drive's facts on the wire."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from agrimarket.about.service import DriveFacts, Place
from agrimarket.drive import DeliveryFees, Limits, Tariff, Windows, Words
from agrimarket.kernel.money import Money
from agrimarket.kernel.wire import LARGEST_INT32, MoneyOut, Out, Several, WeightOut

Texts = Annotated[dict[str, str], Field(description="By language.", examples=[{"en": "agrimarket"}])]
Seconds = Annotated[int, Field(ge=0, le=LARGEST_INT32, examples=[172_800])]


class PlaceOut(Out):
    """A province, prefecture or county of GB/T 2260."""

    code: Annotated[str, Field(examples=["210600"])]
    name: Annotated[str, Field(examples=["辽宁省丹东市"])]

    @classmethod
    def of(cls, place: Place) -> "PlaceOut":
        """As it is on the wire."""
        return cls(code=place[0], name=place[1])


class ContactOut(Out):
    """Whom people reach, when, and between which hours (China's time) they are called."""

    telephone: Annotated[str, Field(examples=["+86 400 000 0000"])]
    hours: Texts
    called_from: Annotated[str, Field(examples=["08:00"])]
    called_until: Annotated[str, Field(examples=["20:00"])]


class TariffOut(Out):
    """The fee of a parcel up to the included weight, and of each step begun beyond it."""

    base: MoneyOut
    step: MoneyOut

    @classmethod
    def of(cls, tariff: Tariff) -> "TariffOut":
        """As it is on the wire."""
        return cls(base=MoneyOut.of(Money(tariff.base)), step=MoneyOut.of(Money(tariff.step)))


class FeesOut(Out):
    """What the drive takes. The commission is a share of what a buyer pays in the end, in hundredths of a percent."""

    commission_bps: Annotated[int, Field(ge=0, le=3_000, examples=[300])]
    included: WeightOut
    step: WeightOut
    within_province: TariffOut
    across_provinces: TariffOut

    @classmethod
    def of(cls, commission_bps: int, delivery: DeliveryFees) -> "FeesOut":
        """As they are on the wire."""
        return cls(
            commission_bps=commission_bps,
            included=WeightOut(grams=delivery.included_grams),
            step=WeightOut(grams=delivery.step_grams),
            within_province=TariffOut.of(delivery.within_province),
            across_provinces=TariffOut.of(delivery.across_provinces),
        )


class LimitsOut(Out):
    """What a seller who is not fully verified may have sold and not yet delivered: at first, and at most."""

    first_exposure: MoneyOut
    highest_exposure: MoneyOut
    codes_a_phone: Annotated[list[str], Field(max_length=5, examples=[["5/hour", "10/day"]])]

    @classmethod
    def of(cls, limits: Limits) -> "LimitsOut":
        """As they are on the wire."""
        return cls(
            first_exposure=MoneyOut.of(Money(limits.first_exposure)),
            highest_exposure=MoneyOut.of(Money(limits.highest_exposure)),
            codes_a_phone=list(limits.codes_a_phone),
        )


class WindowsOut(Out):
    """How long things wait, in seconds."""

    quote: Seconds
    payment: Seconds
    late_payment: Seconds
    answer: Seconds
    claim: Seconds
    review_request: Seconds
    hold: Seconds
    lease: Seconds
    bank_verified: Seconds
    bank_sent: Seconds

    @classmethod
    def of(cls, windows: Windows) -> "WindowsOut":
        """As they are on the wire."""
        return cls(**{name: getattr(windows, name) // timedelta(seconds=1) for name in cls.model_fields})


class DriveOut(Out):
    """Who runs the drive and on which terms. No `growers` or `buyers` mean that every place is served."""

    name: Texts
    operator: Texts
    languages: Annotated[list[str], Field(max_length=3, examples=[["en", "zh-Hans"]])]
    contact: ContactOut
    growers: Annotated[list[PlaceOut], Several]
    buyers: Annotated[list[PlaceOut], Several]
    fees: FeesOut
    limits: LimitsOut
    windows: WindowsOut

    @classmethod
    def of(cls, facts: DriveFacts) -> "DriveOut":
        """As they are on the wire."""
        here = facts.drive

        def texts(words: Words) -> dict[str, str]:
            return {language: words.in_(language) for language in here.languages}

        return cls(
            name=texts(here.name),
            operator=texts(here.operator),
            languages=list(here.languages),
            contact=ContactOut(
                telephone=here.contact.telephone,
                hours=texts(here.contact.hours),
                called_from=f"{here.calling.from_:%H:%M}",
                called_until=f"{here.calling.until:%H:%M}",
            ),
            growers=[PlaceOut.of(place) for place in facts.growers],
            buyers=[PlaceOut.of(place) for place in facts.buyers],
            fees=FeesOut.of(here.fees.commission_bps, here.fees.delivery),
            limits=LimitsOut.of(here.limits),
            windows=WindowsOut.of(here.windows),
        )
