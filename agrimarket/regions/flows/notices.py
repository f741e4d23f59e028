"""Uploaded notices: the file is opened apart, then the notices in it are put into force."""

from agrimarket.integrations.apart import pool
from agrimarket.integrations.apart.wire import Refused
from agrimarket.kernel.db import Database
from agrimarket.kernel.errors import DomainError, InvalidFields
from agrimarket.kernel.principal import Principal, Role
from agrimarket.regions.adapters import formats
from agrimarket.regions.errors import NoticeUnreadable
from agrimarket.regions.service import bulletins
from agrimarket.regions.types.bulletins import BulletinSummary

MAX_BYTES = 16_000_000
"""Bytes of a file at most; the largest notice so far had 2.4 million."""


def upload(
    db: Database, operator: Principal, content: bytes, source: str, *, accept_counts: bool = False
) -> list[BulletinSummary]:
    """Put the notices of a file of JSON into force, all or none; `NoticeUnreadable` for any other file.

    Refuses as `bulletins.import_notice` does; every refusal is about the file.
    """
    operator.require(Role.OPERATOR)
    if len(content) > MAX_BYTES:
        raise NoticeUnreadable(pointer="/file")
    try:
        plain = pool.run("document", content).content
    except Refused as refused:
        raise NoticeUnreadable(pointer="/file") from refused
    try:
        with db.transaction() as session:
            return [
                bulletins.import_notice(
                    session, notice, source=source, by=operator.person_id, accept_counts=accept_counts
                )
                for notice in formats.notices(plain)
            ]
    except InvalidFields as faults:
        _, code, values = faults.fields[0]
        raise InvalidFields([("/file", code, values)]) from faults
    except DomainError as refusal:
        refusal.pointer = "/file"
        raise
