"""Staging: a notice's entries with the places that they mean, ready to be put into force."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel import Session

from agrimarket.kernel.ids import new_id
from agrimarket.regions.errors import RegionsMissing
from agrimarket.regions.gazetteer import Gazetteer, Part, Resolution
from agrimarket.regions.notices import Notice, Place
from agrimarket.regions.queries import places, unresolved
from agrimarket.regions.queries import zones as zone_queries
from agrimarket.regions.rules import community_key, is_whole_area, normalise
from agrimarket.regions.types.bulletins import EntryKey, Found, StagedEntry
from agrimarket.regions.types.restrictions import RiskLevel
from agrimarket.regions.zones import ZoneName


@dataclass(slots=True)
class _Entry:
    resolution: Resolution
    names: dict[str, str] = field(default_factory=dict[str, str])


def gazetteer(session: Session) -> Gazetteer:
    """The code tree with what operators answered; `RegionsMissing` where no tree is loaded."""
    regions = places.tree(session)
    if not regions:
        raise RegionsMissing
    return Gazetteer(regions, unresolved.answers(session))


def stage(session: Session, notice: Notice) -> dict[EntryKey, StagedEntry]:
    """A notice's entries by key; zones that nobody named before are made."""
    reader = gazetteer(session)
    entries: dict[EntryKey, _Entry] = {}
    for level, listed in notice.lists.items():
        for place in listed:
            for part in parts(reader, place):
                _add(entries, level, place, part)
    named = {entry.resolution.zone for entry in entries.values() if entry.resolution.zone is not None}
    zones = zone_queries.ensure(session, {zone: reader.counties_of(zone) for zone in named})
    return {key: StagedEntry(new_id(), _found(entry.resolution, zones), entry.names) for key, entry in entries.items()}


def parts(reader: Gazetteer, place: Place) -> list[Part]:
    """A place's communities by where they lie; a place that gives its code is where that says."""
    if place.code is not None:
        return [Part(reader.coded(place.code), list(place.communities))]
    return reader.parts(place.province, place.city, place.county, place.communities)


def _add(entries: dict[EntryKey, _Entry], level: RiskLevel, place: Place, part: Part) -> None:
    whole, named = _split(place, part.resolution, part.communities)
    stated = " ".join(filter(None, (place.province, place.city, place.county, part.beyond)))
    if whole:
        entries.setdefault(EntryKey(stated, level, True, place.note), _Entry(part.resolution))
    if named:
        names = entries.setdefault(EntryKey(stated, level, False, place.note), _Entry(part.resolution)).names
        for key, name in named.items():
            names.setdefault(key, name)


def _split(place: Place, found: Resolution, communities: Sequence[str]) -> tuple[bool, dict[str, str]]:
    """Whether all of the region is meant, and the named communities.

    No list at all means all of it. A blank in a list means nothing: a list of blanks alone closes nothing. All of a
    town or of a zone is a community of what it lies in.
    """
    province, city, county = place.province, place.city, place.county
    own = {province + city + county, city + county, province + county, county or city or province}
    whole, named = not communities, dict[str, str]()
    for name in communities:
        if is_whole_area(name, own):
            whole = True
        elif normalise(name):
            named.setdefault(community_key(name), name)
    beneath = found.place or (found.zone.name if found.zone else "")
    if whole and beneath and found.resolved:
        called = place.county if found.zone and not found.place and normalise(place.county) else beneath
        return False, named | {community_key(called) or called: called}
    return whole, named


def _found(resolution: Resolution, zones: dict[tuple[str, str], UUID]) -> Found:
    zone: ZoneName | None = resolution.zone
    zone_id = zones[zone.city_code, zone.key] if zone else None
    return Found(resolution.code, zone_id, resolution.place, resolution.resolved)
