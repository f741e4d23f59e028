"""Refusals of `regions`."""

from typing import ClassVar

from agrimarket.kernel.errors import Conflict, Invalid, NotFound


class RegionUnknown(NotFound):
    """No division has that code."""

    code: ClassVar[str] = "region.unknown"


class BulletinUnknown(NotFound):
    """The notice does not exist."""

    code: ClassVar[str] = "bulletin.unknown"


class DeliveryRestricted(Conflict):
    """A restriction in force forbids the delivery.

    `details`: `destination`, `region`, `region_name`, `since`, `bulletin_number`, `bulletin_id`, `source`,
    `community_count`, `closed_communities` (those that the address touches, else the first twenty), `mode`, `level`,
    and `instead`: what would make it possible, each with `kind`, `mode` and `date`.
    """

    code: ClassVar[str] = "delivery.restricted"


class OriginRestricted(DeliveryRestricted):
    """The whole place of origin is closed, so that nothing can be sent from it."""

    code: ClassVar[str] = "delivery.origin_restricted"


class CommunityRestricted(DeliveryRestricted):
    """The community in the address is closed."""

    code: ClassVar[str] = "delivery.community_restricted"


class CommunityNeeded(DeliveryRestricted):
    """Parts of the place are closed, and the address does not say which community it is in."""

    code: ClassVar[str] = "delivery.community_needed"


class CountyNeeded(DeliveryRestricted):
    """Parts of the city or province are closed, and the address does not say which county it is in."""

    code: ClassVar[str] = "delivery.county_needed"


class EssentialOnly(DeliveryRestricted):
    """People there stay in: nothing comes to the door, but to a contactless point."""

    code: ClassVar[str] = "delivery.essential_only"


class DateOutOfRange(Invalid):
    """The day lies before the oldest notice, or too far ahead. `details`: `earliest`, `latest`."""

    code: ClassVar[str] = "serviceability.date_out_of_range"


class AddressUnclear(DeliveryRestricted):
    """The address may lie in a closed place: it says too little, or the notice describes more than a name."""

    code: ClassVar[str] = "delivery.address_unclear"


class OriginNotServed(Invalid):
    """The drive takes no produce from that place (`drive.toml`). `details`: `region_name`, `places` (served ones)."""

    code: ClassVar[str] = "region.origin_not_served"


class DestinationNotServed(Conflict):
    """The drive does not deliver to that place (`drive.toml`). `details`: `region`, `region_name`, `places`."""

    code: ClassVar[str] = "delivery.not_served"


class BulletinEmpty(Invalid):
    """Nothing is listed, and the notice does not state that there is nothing: it would open everything."""

    code: ClassVar[str] = "bulletin.empty"


class NameUnknown(NotFound):
    """No entry of a notice has these names. `details`: `stated`."""

    code: ClassVar[str] = "name.unknown"


class BulletinFromFuture(Invalid):
    """The notice is dated later than now, which would keep every correct one out."""

    code: ClassVar[str] = "bulletin.from_future"


class BulletinIncomplete(Invalid):
    """The lists hold more or fewer communities than the notice says it has: it was cut off or changed in transit."""

    code: ClassVar[str] = "bulletin.incomplete"


class RegionsMissing(Conflict):
    """The code table with which names are resolved is missing; load the seeds first."""

    code: ClassVar[str] = "region.none_loaded"


class PassRequirementUnknown(NotFound):
    """There is no such requirement of a transport pass, or it has ended already."""

    code: ClassVar[str] = "pass_requirement.unknown"


class PassRequirementKnown(Conflict):
    """The region asks for a transport pass already. `details.region_name`."""

    code: ClassVar[str] = "pass_requirement.known"


class PassRequirementPeriod(Invalid):
    """It would end before it begins. `details.since`."""

    code: ClassVar[str] = "pass_requirement.period"


class RumourUnknown(NotFound):
    """Nothing is published about such a rumour."""

    code: ClassVar[str] = "rumour.unknown"


class RumourAnswered(Conflict):
    """Something else was published meanwhile, which the caller has not seen."""

    code: ClassVar[str] = "rumour.answered"


class FollowsTooMany(Conflict):
    """The person follows as many regions as one can. `details`: `most`."""

    code: ClassVar[str] = "follow.too_many"


class HandTimes(Invalid):
    """A restriction by hand begins later than now, or ends before it begins."""

    code: ClassVar[str] = "by_hand.times"


class HandEnded(Conflict):
    """The restriction by hand has ended."""

    code: ClassVar[str] = "by_hand.ended"


class RegionAmbiguous(Invalid):
    """What was typed is not the name of just one region. `details`: `typed`, `found` (names with codes, perhaps "")."""

    code: ClassVar[str] = "region.ambiguous"


class RegionNotFound(RegionAmbiguous):
    """What was typed is the name of no region, nor near to one. `details`: `typed`, `found` ("")."""

    code: ClassVar[str] = "region.not_found"


class NoticeUnreadable(Invalid):
    """The file is no notice in JSON, or larger than any."""

    code: ClassVar[str] = "notice.unreadable"
