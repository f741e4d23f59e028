"""SELECTs and writes of counties' opinions about appeals."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from agrimarket.onboarding.models.opinions import AppealOpinion


def about(session: Session, appeal_id: UUID) -> Sequence[AppealOpinion]:
    """Every opinion about an appeal, newest first."""
    statement = select(AppealOpinion).where(col(AppealOpinion.appeal_id) == appeal_id)
    return session.scalars(statement.order_by(col(AppealOpinion.id).desc())).all()


def last_verified(session: Session, appeal_id: UUID) -> AppealOpinion | None:
    """The newest opinion by which the stock was verified."""
    statement = select(AppealOpinion).where(col(AppealOpinion.appeal_id) == appeal_id, col(AppealOpinion.verified))
    return session.scalars(statement.order_by(col(AppealOpinion.id).desc()).limit(1)).one_or_none()


def erase_words(session: Session, appeal_ids: Collection[UUID]) -> None:
    """Erase what was said in words; who said when that it is so stays."""
    session.connection().execute(
        update(AppealOpinion)
        .where(col(AppealOpinion.appeal_id).in_(appeal_ids), col(AppealOpinion.words) != "")
        .values(words="")
    )
