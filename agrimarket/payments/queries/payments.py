"""Payments written, found and locked. Locks are taken in this order: payment, its splits, their transfers."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session, col, select

from agrimarket.kernel.db import locked
from agrimarket.payments.models.payments import Payment
from agrimarket.payments.states import PaymentState


def insert(session: Session, payment: Mapping[str, Any]) -> bool:
    """Write a payment with its splits and, unless `call` is None, its first call, claimed for a minute. One statement.

    `splits` is a list of objects with the columns of `payment_split`. False, and nothing is written, if the source has
    a payment that is not cancelled.
    """
    return session.connection().execute(_INSERT, payment).scalar_one()


def one(session: Session, payment_id: UUID, *, lock: bool = False) -> Payment | None:
    """A payment; with `lock`, under its lock."""
    statement = select(Payment).where(Payment.id == payment_id)
    return session.exec(locked(statement) if lock else statement).one_or_none()


def of_payer(session: Session, payer_id: UUID, payment_ids: Sequence[UUID]) -> Sequence[Payment]:
    """Those of the payments that this person pays."""
    return session.exec(select(Payment).where(col(Payment.id).in_(payment_ids), Payment.payer_id == payer_id)).all()


def known(session: Session, payment_id: UUID) -> Payment | None:
    """A payment as the session knows it already; read only if it does not."""
    return session.get(Payment, payment_id)


def unknown_at_provider(session: Session, payment_id: str | None) -> Payment | None:
    """The payment of that id, under its lock, unless it has an id at the provider; None for what is no id of ours."""
    try:
        payment = one(session, UUID(payment_id or ""), lock=True)
    except ValueError:
        return None
    return payment if payment is not None and payment.provider_id is None else None


def at_provider(session: Session, provider_id: str) -> UUID | None:
    """Id of the payment that the provider knows by that id."""
    return session.exec(select(Payment.id).where(Payment.provider_id == provider_id)).one_or_none()


def live(session: Session, source_type: str, source_id: UUID) -> Payment | None:
    """The source's payment that is not cancelled, under its lock. A source has at most one."""
    statement = select(Payment).where(
        Payment.source_type == source_type, Payment.source_id == source_id, Payment.state != PaymentState.CANCELLED
    )
    return session.exec(locked(statement)).one_or_none()


_INSERT = text("""
    WITH paid AS (
        INSERT INTO payment (id, source_type, source_id, payer_id, method, state, amount, currency, transfer_group,
                             attempts, capture_at_once)
        VALUES (:id, :source_type, :source_id, :payer_id, :method, 'created', :amount, :currency, :transfer_group,
                :attempts, :capture_at_once)
        ON CONFLICT (source_type, source_id) WHERE state <> 'cancelled' DO NOTHING
        RETURNING id
    ), part AS (
        INSERT INTO payment_split (id, payment_id, position, reference_id, seller_id, currency, amount, commission_bps)
        SELECT s.id, paid.id, s.position, s.reference_id, s.seller_id, :currency, s.amount, s.commission_bps
        FROM paid CROSS JOIN jsonb_to_recordset(:splits) AS s (
            id uuid, position integer, reference_id uuid, seller_id uuid, amount bigint, commission_bps integer)
    ), begun AS (
        INSERT INTO provider_call (id, key, operation, subject_id, attempt, request, state, calls, called_at, retry_at)
        SELECT CAST(:call AS uuid), :operation || ':' || CAST(paid.id AS text) || ':' || 1, :operation, paid.id, 1,
               :request, 'intent', 1, agrimarket_now(), agrimarket_now() + interval '60 s'
        FROM paid WHERE CAST(:call AS uuid) IS NOT NULL
    )
    SELECT EXISTS (SELECT FROM paid)
""").bindparams(bindparam("splits", type_=JSONB), bindparam("request", type_=JSONB))
