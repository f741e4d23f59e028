"""SELECTs and locks of `onboarding`'s tables."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from agrimarket.kernel.ids import new_id
from agrimarket.onboarding.models import Appeal, AppealDraft, Application, Check, Document, InfoRequest, Secret
from agrimarket.onboarding.states import OPEN, ApplicationState

_STILL_OPEN = text(f"state IN ({', '.join(repr(state.value) for state in OPEN)})")
"""`uq_application_open`, written out: a plan for any parameters would not find the index by them."""


def insert_appeal(session: Session, values: dict[str, Any]) -> Appeal | None:
    """The new appeal; None where the same is open already (`ex_appeal_duplicate`)."""
    statement = insert(Appeal).values(**values).on_conflict_do_nothing().returning(Appeal)
    return session.scalars(statement).one_or_none()


def lock_same_appeal(
    session: Session, person_id: UUID, region_code: str, product_key: str, now: datetime
) -> Appeal | None:
    """The open appeal that such a one joins."""
    statement = (
        select(Appeal)
        .where(
            col(Appeal.person_id) == person_id,
            col(Appeal.region_code) == region_code,
            col(Appeal.product_key) == product_key,
            col(Appeal.state) != "closed",
            col(Appeal.joins_until) > now,
        )
        .with_for_update()
    )
    return session.scalars(statement).one_or_none()


def appeal(session: Session, appeal_id: UUID, person_id: UUID, *, lock: bool = False) -> Appeal | None:
    """That person's appeal."""
    statement = select(Appeal).where(
        col(Appeal.id) == appeal_id, (col(Appeal.person_id) == person_id) | (col(Appeal.filed_by) == person_id)
    )
    return session.scalars(statement.with_for_update() if lock else statement).one_or_none()


def appeals_of(session: Session, person_id: UUID, limit: int = 50) -> Sequence[Appeal]:
    """That person's appeals, newest first."""
    statement = (
        select(Appeal)
        .where((col(Appeal.person_id) == person_id) | (col(Appeal.filed_by) == person_id))
        .order_by(col(Appeal.id).desc())
        .limit(limit)
    )
    return session.scalars(statement).all()


def filed_by(session: Session, agent_id: UUID, before: UUID | None, limit: int) -> Sequence[Appeal]:
    """What an agent filed for others, newest first."""
    statement = select(Appeal).where(col(Appeal.filed_by) == agent_id).order_by(col(Appeal.id).desc()).limit(limit)
    return session.scalars(statement.where(col(Appeal.id) < before) if before else statement).all()


def application_states(session: Session, application_ids: Collection[UUID]) -> dict[UUID, str]:
    """How far those applications are."""
    statement = select(col(Application.id), col(Application.state)).where(col(Application.id).in_(application_ids))
    return {row.id: row.state for row in session.connection().execute(statement)}


def linked_appeals(session: Session, application_id: UUID) -> Sequence[Appeal]:
    """The appeals that led to an application, oldest first."""
    statement = select(Appeal).where(col(Appeal.application_id) == application_id).order_by(col(Appeal.id))
    return session.scalars(statement).all()


def insert_application(session: Session, values: dict[str, Any]) -> Application | None:
    """The new application; None where the person has an open one (`uq_application_open`)."""
    statement = (
        insert(Application)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["person_id"], index_where=_STILL_OPEN)
        .returning(Application)
    )
    return session.scalars(statement).one_or_none()


def application(session: Session, application_id: UUID, person_id: UUID, *, lock: bool = False) -> Application | None:
    """That person's application."""
    statement = select(Application).where(
        col(Application.id) == application_id,
        (col(Application.person_id) == person_id) | (col(Application.filed_by) == person_id),
    )
    return session.scalars(statement.with_for_update() if lock else statement).one_or_none()


def any_application(session: Session, application_id: UUID, *, lock: bool = False) -> Application | None:
    """Any application, for reviewers."""
    statement = select(Application).where(col(Application.id) == application_id)
    return session.scalars(statement.with_for_update() if lock else statement).one_or_none()


def current_application(session: Session, person_id: UUID) -> Application | None:
    """The person's open application, locked; else the one they were approved by."""
    states = [state.value for state in (*OPEN, ApplicationState.APPROVED, ApplicationState.SUSPENDED)]
    statement = (
        select(Application)
        .where(col(Application.person_id) == person_id, col(Application.state).in_(states))
        .order_by(col(Application.state).in_([state.value for state in OPEN]).desc(), col(Application.id).desc())
        .limit(1)
        .with_for_update()
    )
    return session.scalars(statement).one_or_none()


def applications_of(session: Session, person_id: UUID, limit: int = 50) -> Sequence[Application]:
    """That person's applications and those they filed for others, newest first."""
    statement = (
        select(Application)
        .where((col(Application.person_id) == person_id) | (col(Application.filed_by) == person_id))
        .order_by(col(Application.id).desc())
        .limit(limit)
    )
    return session.scalars(statement).all()


def secrets(session: Session, application_id: UUID) -> dict[str, Secret]:
    """An application's secret answers by field."""
    statement = select(Secret).where(col(Secret.application_id) == application_id)
    rows = session.scalars(statement.execution_options(populate_existing=True))
    return {row.field: row for row in rows}


def put_secrets(session: Session, rows: list[dict[str, Any]]) -> None:
    """Write or replace secret answers."""
    statement = insert(Secret)
    session.connection().execute(
        statement.on_conflict_do_update(
            index_elements=["application_id", "field"],
            set_={name: statement.excluded[name] for name in ("sealed", "lookup", "masked", "step")},
        ),
        rows,
    )


def drop_secrets(session: Session, application_id: UUID, fields: Sequence[str] | None = None) -> None:
    """Forget secret answers, or all of them."""
    statement = delete(Secret).where(col(Secret.application_id) == application_id)
    session.connection().execute(statement if fields is None else statement.where(col(Secret.field).in_(fields)))


def others_with(session: Session, application_id: UUID, field: str, lookup: bytes) -> bool:
    """Whether another application that became a seller has the same secret answer."""
    statement = (
        select(func.count())
        .select_from(Secret)
        .join(Application, col(Application.id) == col(Secret.application_id))
        .where(
            col(Secret.field) == field,
            col(Secret.lookup) == lookup,
            col(Secret.application_id) != application_id,
            col(Application.seller_id).is_not(None),
        )
    )
    return session.scalars(statement).one() > 0


def requests(session: Session, application_id: UUID) -> Sequence[InfoRequest]:
    """What was asked for, oldest first."""
    statement = select(InfoRequest).where(col(InfoRequest.application_id) == application_id)
    fresh = statement.order_by(col(InfoRequest.id)).execution_options(populate_existing=True)
    return session.scalars(fresh).all()


def answer_requests(session: Session, application_id: UUID, step: str, now: datetime) -> None:
    """The step was changed, so what was asked about it is answered."""
    session.connection().execute(
        update(InfoRequest)
        .where(
            col(InfoRequest.application_id) == application_id,
            col(InfoRequest.step) == step,
            col(InfoRequest.answered_at).is_(None),
        )
        .values(answered_at=now)
    )


def ask(session: Session, rows: list[dict[str, Any]]) -> None:
    """Add requests; one that is open already stays."""
    session.connection().execute(insert(InfoRequest).on_conflict_do_nothing(), rows)


def seen(session: Session, application_id: UUID) -> set[str]:
    """The requirements that a reviewer saw met."""
    return set(session.scalars(select(col(Check.requirement)).where(col(Check.application_id) == application_id)))


def set_seen(session: Session, application_id: UUID, requirement: str, checked_by: UUID, *, met: bool) -> None:
    """Note that a requirement was seen met, or take that back."""
    if met:
        row = {"application_id": application_id, "requirement": requirement, "checked_by": checked_by}
        session.connection().execute(insert(Check).values(**row).on_conflict_do_nothing())
        return
    session.connection().execute(
        delete(Check).where(col(Check.application_id) == application_id, col(Check.requirement) == requirement)
    )


def urgency(grams: str, since: str) -> str:
    """`rules.urgency` in SQL: `grams` and `since` are expressions over a table `a` with `spoils_at`."""
    return f"""{grams} / 1e6::float8
        * extract(epoch FROM CAST(:as_of AS timestamptz) - {since})::float8 / 3600
        / (greatest(extract(epoch FROM a.spoils_at - CAST(:as_of AS timestamptz)), :shortest)::float8 / 86400)"""


QUEUE = text(f"""
    SELECT id, kind, state, product, grams, region_code, spoils_at, submitted_at, urgency
    FROM (
        SELECT a.*, {urgency("a.grams", "a.submitted_at")} AS urgency
        FROM application AS a
        WHERE a.state IN ('submitted', 'in_review') AND (a.held_until IS NULL OR a.held_until <= :as_of)
            AND a.submitted_at <= :as_of
    ) AS waiting
    WHERE CAST(:urgency AS float8) IS NULL OR (urgency, id) < (CAST(:urgency AS float8), CAST(:id AS uuid))
    ORDER BY urgency DESC, id DESC
    LIMIT :limit
""")  # noqa: S608  # the piece is `urgency` above


def queue(
    session: Session, as_of: datetime, shortest: float, after: tuple[float, UUID] | None, limit: int
) -> Sequence[Row[Any]]:
    """What waits for a reviewer, most urgent first, as of a moment; one statement over `ix_application_queue`."""
    urgency, last = after or (None, None)
    values = {"as_of": as_of, "shortest": shortest, "urgency": urgency, "id": last, "limit": limit}
    return session.connection().execute(QUEUE, values).all()


def held_by(session: Session, reviewer_id: UUID) -> Sequence[Application]:
    """What a reviewer holds, the claim that ends first on top."""
    statement = select(Application).where(
        col(Application.reviewer_id) == reviewer_id,
        col(Application.state) == ApplicationState.IN_REVIEW,
        col(Application.held_until).is_not(None),
    )
    return session.scalars(statement.order_by(col(Application.held_until))).all()


def draft(session: Session, token_hash: bytes, *, lock: bool = False) -> bytes | None:
    """What a token's draft holds, sealed."""
    statement = select(col(AppealDraft.sealed)).where(col(AppealDraft.token_hash) == token_hash)
    return session.scalars(statement.with_for_update() if lock else statement).one_or_none()


def put_draft(session: Session, token_hash: bytes, sealed: bytes, now: datetime) -> None:
    """Write or replace a token's draft."""
    row = {"id": new_id(), "token_hash": token_hash, "sealed": sealed, "updated_at": now}
    statement = insert(AppealDraft).values(**row)
    session.connection().execute(
        statement.on_conflict_do_update(index_elements=["token_hash"], set_={"sealed": sealed, "updated_at": now})
    )


def drop_drafts_before(session: Session, moment: datetime) -> int:
    """Forget drafts that nobody touched since; how many."""
    return session.connection().execute(delete(AppealDraft).where(col(AppealDraft.updated_at) < moment)).rowcount


def document(session: Session, document_id: UUID, *, lock: bool = False) -> Document | None:
    """Any document."""
    statement = select(Document).where(col(Document.id) == document_id).execution_options(populate_existing=True)
    return session.scalars(statement.with_for_update() if lock else statement).one_or_none()


def documents(session: Session, application_id: UUID) -> Sequence[Document]:
    """An application's documents, oldest first."""
    statement = select(Document).where(col(Document.application_id) == application_id).order_by(col(Document.id))
    return session.scalars(statement).all()


def photos(session: Session, appeal_ids: Collection[UUID]) -> Sequence[Document]:
    """What was uploaded for these appeals, oldest first."""
    statement = select(Document).where(col(Document.appeal_id).in_(appeal_ids)).order_by(col(Document.id))
    return session.scalars(statement).all() if appeal_ids else []


def documents_and_photos(session: Session, application_id: UUID) -> Sequence[Document]:
    """An application's documents and the photos of the appeals that led to it, oldest first."""
    appeals = select(col(Appeal.id)).where(col(Appeal.application_id) == application_id)
    statement = select(Document).where(
        (col(Document.application_id) == application_id) | col(Document.appeal_id).in_(appeals)
    )
    return session.scalars(statement.order_by(col(Document.id))).all()


def drop_documents(session: Session, document_ids: Collection[UUID]) -> None:
    """Forget documents; their files are gone."""
    session.connection().execute(delete(Document).where(col(Document.id).in_(document_ids)))
