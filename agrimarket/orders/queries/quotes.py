"""Statement that inserts quotes."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session


def insert(session: Session, quote: dict[str, Any]) -> datetime:
    """Write a quote that is valid for its `lifetime`; returns when it expires."""
    return session.connection().execute(_INSERT, quote).scalar_one()


_INSERT = text("""
    INSERT INTO quote (id, cart_id, region_code, community, mode, goods, delivery, currency, parcels, expires_at)
    VALUES (:id, :cart_id, :region_code, :community, :mode, :goods, :delivery, :currency, :parcels,
            agrimarket_now() + :lifetime)
    RETURNING expires_at
""").bindparams(bindparam("parcels", type_=JSONB))
