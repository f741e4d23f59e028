"""Alerts of the Common Alerting Protocol (OASIS CAP 1.2): a hazard, where, and until when.

An alert informs and closes nothing: it says that there is a hazard, not that a gate is shut; an operator who knows
that closes a region by hand. An alert, its updates and its cancellation are a series: each message says what holds
from the time it was `sent`, until it `expires`; a cancellation lists nothing. Areas are those with a code of GB/T
2260 among their `geocode`s, others by `areaDesc`.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from agrimarket.kernel.errors import InvalidFields
from agrimarket.regions.notices import Notice, Place
from agrimarket.regions.types.bulletins import SetAsideRow
from agrimarket.regions.types.restrictions import RiskLevel

_NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
_CAP = {"c": _NAMESPACE}
_CODE = re.compile(r"^([1-9]\d{5})(?:\d{3}|\d{6}|\d{8})?$")
_SAYS_SOMETHING = frozenset({"Alert", "Update"})
_LONGEST_NOTE = 300


class CapAlerts:
    """Adapter for a file with one alert in XML. Entities and document types are refused, not resolved."""

    def reads(self, raw: bytes) -> bool:
        """XML that names CAP near its beginning."""
        return raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and b"emergency:cap:" in raw[:2_000]

    def notices(self, raw: bytes) -> Iterable[Notice]:
        """The notice that the message is; `InvalidFields` for drafts and exercises, which say nothing that holds."""
        try:
            alert = ElementTree.fromstring(raw, forbid_dtd=True)
        except (ElementTree.ParseError, DefusedXmlException) as error:
            raise InvalidFields([("/alert", "xml_invalid", {})]) from error
        if alert.tag != f"{{{_NAMESPACE}}}alert":
            raise InvalidFields([("/alert", "missing", {})])
        return [_notice(alert, hashlib.sha256(raw).digest())]


def _notice(alert: Any, sha256: bytes) -> Notice:
    kind, sent = _said(alert, "msgType"), _time(alert, "sent")
    if _said(alert, "status") != "Actual":
        raise InvalidFields([("/alert/status", "cap_not_actual", {})])
    if kind not in _SAYS_SOMETHING | {"Cancel"} or sent is None:
        raise InvalidFields([("/alert/msgType" if sent else "/alert/sent", "missing", {})])
    infos: list[Any] = alert.findall("c:info", _CAP) if kind in _SAYS_SOMETHING else []
    places = list({(p.province, p.code, p.note): p for info in infos for p in _places(info, sent)}.values())
    expiries = [_time(info, "expires") for info in infos]
    ends = [at for at in expiries if at is not None]
    aside = [
        SetAsideRow(f"/alert/info/{number}", _said(info, "event"), "cap_no_area")
        for number, info in enumerate(infos)
        if not any(_places(info, sent))
    ]
    return Notice(
        published_at=sent,
        sha256=sha256,
        lists={RiskLevel.HIGH: [], RiskLevel.MIDDLE: [], RiskLevel.LOW: places},
        counts={RiskLevel.HIGH: (None, 0), RiskLevel.MIDDLE: (None, 0), RiskLevel.LOW: (None, len(places))},
        series=f"cap:{_said(alert, 'sender')}:{_root(alert)}"[:400],
        source=_said(alert, "sender"),
        expires_at=max(ends) if ends and len(ends) == len(infos) and max(ends) > sent else None,
        set_aside=aside,
        pointers={"hour": "/alert/sent"},
    )


def _places(info: Any, sent: datetime) -> Iterator[Place]:
    begins = _time(info, "onset") or _time(info, "effective")
    parts = [_said(info, "event"), _said(info, "severity"), _said(info, "headline")]
    if begins is not None and begins != sent:
        parts.append(f"from {begins.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    note = "; ".join(filter(None, parts))[:_LONGEST_NOTE]
    for area in info.findall("c:area", _CAP):
        described = _said(area, "areaDesc")
        values = (_said(geocode, "value") for geocode in area.findall("c:geocode", _CAP))
        codes = [match.group(1) for value in values if (match := _CODE.match(value))]
        for code in codes:
            yield Place(described or code, code=code, note=note)
        if not codes and described:
            for name in filter(None, re.split(r"[,，、;；]", described)):
                yield Place(name.strip(), note=note)


def _root(alert: Any) -> str:
    """Identifier of the first message of the alert: of those that are referred to, the one sent first."""
    references = [entry.split(",") for entry in _said(alert, "references").split()]
    complete = [entry for entry in references if len(entry) == len(("sender", "identifier", "sent"))]
    return min(complete, key=lambda entry: entry[2])[1] if complete else _said(alert, "identifier")


def _said(element: Any, name: str) -> str:
    return (element.findtext(f"c:{name}", "", _CAP) or "").strip()


def _time(element: Any, name: str) -> datetime | None:
    """A time with its offset, which CAP demands; None without one."""
    text = _said(element, name)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
