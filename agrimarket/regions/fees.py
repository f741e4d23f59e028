"""Rule of delivery fees: what a parcel costs from one place to another. No session, no clock."""

from agrimarket.drive import DeliveryFees
from agrimarket.regions.types.serviceability import Mode


def same_province(a: str, b: str) -> bool:
    """Whether two GB/T 2260 codes lie in one province, which their first two digits name."""
    return a[:2] == b[:2]


def delivery_fee(grams: int, origin: str, destination: str, fees: DeliveryFees, mode: Mode = Mode.TRUCK) -> int:
    """The delivery fee for one parcel in minor units: a base for the first kilograms, then a step for each one begun.

    It depends on whether origin and destination share a province; who fetches the goods pays none. The shipped `fees`
    are in the range of the public parcel tariffs of Chinese carriers.
    """
    if mode is Mode.PICK_UP:
        return 0
    tariff = fees.within_province if same_province(origin, destination) else fees.across_provinces
    steps = -(-max(0, grams - fees.included_grams) // fees.step_grams)
    return tariff.base + steps * tariff.step
