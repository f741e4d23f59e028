"""Who was reached about a recall: sent, failed or read, and who cannot be reached."""

from sqlalchemy import text

from agrimarket.kernel.db import Database
from agrimarket.notifications.service import inbox, recalls, sending
from agrimarket.notifications.states import Channel, NotificationState
from agrimarket.orders.events import OrderRecalled
from agrimarket.orders.flows import recalls as flows
from agrimarket.orders.service import checkouts
from agrimarket.orders.service import recalls as practice
from tests.factories.orders import a_market, a_purchase, authorise


def test_a_recall_tells_what_became_of_each_message(db: Database) -> None:
    with db.transaction() as session:
        market = a_market(session)
        group = a_purchase(session, market, (1, 1))
        authorise(session, group)
        checkouts.mark_paid(session, group.group.id)
        operator, lot_id = market.operator.principal, market.listings[0].lot_id
        drill = practice.drill(session, operator, lot_id, "演练。", told=True)
    flows.run(db, drill.id)
    with db.transaction() as session:
        told = text("SELECT payload FROM outbox_message WHERE topic = 'order.recalled'")
        (payload,) = session.connection().execute(told).scalars()
        (message,) = sending.queue_news(session, OrderRecalled.model_validate(payload))
        (waiting,) = recalls.page(session, operator, drill.id, None, 10)
        row = practice.one(session, operator, drill.id)
        assert (row.buyers, waiting.channel, waiting.state) == (1, Channel.SMS, NotificationState.QUEUED)
        sending.begin(session, message)
        sending.fail(session, message, "no such number")
        (failed,) = recalls.page(session, operator, drill.id, None, 10)
        assert (failed.state, failed.read_at) == (NotificationState.FAILED, None)
        (entry, *_) = inbox.entries(session, market.buyer.person_id, language="zh-Hans", before=None, limit=1)
        inbox.mark_all_read(session, market.buyer.person_id, entry.id)
        (read,) = recalls.page(session, operator, drill.id, None, 10)
        assert read.read_at is not None
