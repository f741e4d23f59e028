"""Schema of a region that somebody follows."""

from agrimarket.kernel.resources import FollowId
from agrimarket.kernel.wire import Out
from agrimarket.regions.schemas.places import RegionOut
from agrimarket.regions.types.follows import Follow


class FollowOut(Out):
    """A region about which its follower gets a text when what is in force there changes."""

    id: FollowId
    region: RegionOut

    @classmethod
    def of(cls, follow: Follow) -> "FollowOut":
        """The region, for the wire."""
        return cls(id=follow.id, region=RegionOut.of(follow.region))
