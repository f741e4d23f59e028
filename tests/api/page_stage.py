"""Stage with everybody who posts a form of the pages, at the point where they would."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pyotp
from sqlmodel import Session

from agrimarket.accounts.models import Seller
from agrimarket.accounts.service import api_keys, invitations, mandates, staff
from agrimarket.catalog.flows import photos as produce_photos
from agrimarket.catalog.models.listings import Listing
from agrimarket.catalog.service import clearance, listings, lots, proposals
from agrimarket.catalog.types.lots import NewLot
from agrimarket.coaching.service import matching, tasks
from agrimarket.integrations.storage import storage
from agrimarket.kernel import clock, ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.principal import Role, Scope
from agrimarket.notifications.models import Notification
from agrimarket.notifications.states import Channel, NotificationState
from agrimarket.onboarding.flows import documents as flows
from agrimarket.onboarding.flows import imports as import_flows
from agrimarket.onboarding.models.appeals import Appeal
from agrimarket.onboarding.service import drafts, filings, imports, review, triage
from agrimarket.onboarding.states import CallOutcome
from agrimarket.orders.flows import claims as claim_flows
from agrimarket.orders.flows import delivery_photos as arrivals
from agrimarket.orders.queries import alerts as alert_queries
from agrimarket.orders.service import boxes, checkouts, claims, order_groups, recalls, seller_orders
from agrimarket.orders.service.claims import Complaint
from agrimarket.orders.states import AlertKind
from agrimarket.orders.types import GroupView, Handover
from agrimarket.payments.service import bank_accounts, bank_transfers
from agrimarket.payments.service.bank_accounts import BankDetails
from agrimarket.regions.service import by_hand
from agrimarket.regions.types.by_hand import RestrictedByHand
from agrimarket.regions.types.restrictions import RiskLevel
from agrimarket.settings import get_settings
from tests.factories import accounts as people
from tests.factories import bulk as bulk_files
from tests.factories import imports as member_files
from tests.factories import onboarding as make
from tests.factories import orders, regions
from tests.factories.catalog import PLACE, a_draft, a_listing, a_lot, product, today
from tests.factories.coaching import a_case, a_coach
from tests.factories.deliveries import a_dead_letter
from tests.factories.files import jpeg
from tests.factories.follows import a_clearance_follow, a_follow
from tests.factories.orders import Market
from tests.factories.payments import money_set_aside
from tests.factories.regions import a_requirement
from tests.factories.rumours import a_rumour, an_answered_rumour
from tests.factories.staff import link_of, token_of
from workers.inline import drain

PASSWORD = "a horse that pulls strawberries"
TOTP_SECRET = pyotp.random_base32()
EMAIL = "reviewer@forms.example"


@dataclass(frozen=True)
class Stage:
    """Tokens of the people who post, the ids and numbers that their forms carry, and the same ids of others."""

    tokens: Mapping[str, str]
    values: Mapping[str, str]
    foreign: Mapping[str, str]
    files: Mapping[str, bytes]
    draft_cookie: str

    def fill(self, text: str) -> str:
        """Text with its `{names}` filled in."""
        apps = {"totp": TOTP_SECRET, "invitation_totp": self.values["invitation_secret"]}
        return text.format_map({**{name: pyotp.TOTP(secret).now() for name, secret in apps.items()}, **self.values})


def a_stage(db: Database) -> Stage:
    """Make everybody who posts a form of `page_forms`, with the things that they act on."""
    with db.transaction() as session:
        staff.enrol(session, EMAIL, "審核 · 陳", "zh-Hant", [Role.OPERATOR], password=PASSWORD, totp_secret=TOTP_SECRET)
        colleague = staff.enrol(session, "colleague@forms.example", "同事", "zh-Hant", [Role.OPERATOR]).person_id
        invited = staff.enrol(session, "invited@forms.example", "新人", "zh-Hant", [Role.COACH]).person_id
        dead = a_dead_letter(session)
        asked = a_requirement(session, since=date(2099, 2, 1))
    token = token_of(link_of(db, invited))
    with db.reading() as session:
        secret = invitations.read(session, token).totp_secret
    tokens: dict[str, str] = {}
    values = {"invitation": token, "invitation_secret": secret}
    values |= {"colleague": ids.encode("per", colleague), "dead": ids.encode("dlv", dead)}
    values["requirement"] = ids.encode("psr", asked.id)
    foreign: dict[str, str] = {}
    for part in (_farmers, _reviewing, _coaching, _calling, _paying, _integrating, _selling):
        with db.transaction() as session:
            part(session, tokens, values, foreign)
    _importing(db, tokens, values, foreign)
    ordering(db, tokens, values, foreign)
    _photos(db, values, foreign)
    _produce_photos(db, values, foreign)
    with db.transaction() as session:
        phone = "+8613900009999"
        values |= {"code_phone": phone, "code": make.code_for(session, phone)}
        draft = {**make.appeal_body(), "spoils_in_days": "3", "phone": phone}
        cookie = drafts.keep(session, None, draft)
    with db.transaction() as session:
        listing = a_listing(session, people.a_seller(session).principal)
        values["seller"] = ids.encode("sel", listing.seller_id)
        values["listing"], values["listed_lot"] = ids.encode("lst", listing.id), ids.encode("lot", listing.lot_id)
        follow = a_clearance_follow(session, people.a_person(session).principal)
        clearance.make(session, people.a_person(session, Role.OPERATOR).principal, None)
        values |= {"clearance_follow": ids.encode("clf", follow), "today": str(today(session))}
        values["free_coach"] = ids.encode("per", a_coach(session).person_id)
        seller, coach = people.a_seller(session), a_coach(session)
        edited = a_listing(session, seller.principal)
        case = a_case(session, seller.person_id)
        case.seller_id = seller.principal.seller_id
        matching.assign(session, people.a_person(session, Role.OPERATOR).principal, case.id, coach.person_id, "認識")
        made = proposals.add(session, coach.person_id, edited.seller_id, edited.id, {"price": 5_000}, "太貴")
        values |= {"proposal": ids.encode("lpr", made.id), "edited": ids.encode("lst", edited.id)}
        values["coached"] = ids.encode("cas", case.id)
        tokens |= {"edited_seller": seller.token, "editing_coach": coach.token}
        values["case"] = ids.encode("cas", a_case(session, people.a_person(session).person_id).id)
    values |= _regions(db)
    return Stage(
        tokens,
        values,
        foreign,
        {
            "photo": jpeg(240, colour="darkgreen"),
            "listings": bulk_files.new_listing(db),
            "orders": bulk_files.no_orders(),
            "members": member_files.csv_of(member_files.lines(3)),
            "notice": json.dumps(regions.notice(high={"湖北省 武汉市 江岸区": ["甲"]})).encode(),
        },
        cookie,
    )


def _regions(db: Database) -> dict[str, str]:
    """Rumours that wait and that are answered, a region that is followed and one restricted by hand, and a name."""
    with db.transaction() as session:
        operator = people.a_person(session, Role.OPERATOR).principal
        waiting, other = a_rumour(session, "等回應的話"), a_rumour(session, "不回應的話")
        answered = an_answered_rumour(session, operator, "有人答過的話")
        follow = a_follow(session, people.a_person(session).principal, "420103")
        made = by_hand.restrict(session, operator, RestrictedByHand("420104", RiskLevel.LOW, (), "通知", "核實"))
        bulletin = regions.close(session, "某社區", area="四川省 成都市 無此區")
        return {
            "rumour": ids.encode("rum", waiting.id),
            "other_rumour": ids.encode("rum", other.id),
            "answered_rumour": ids.encode("rum", answered.id),
            "follow": ids.encode("fol", follow),
            "bulletin": ids.encode("bul", bulletin.id),
            "by_hand": ids.encode("hnd", made.id),
        }


def _farmers(session: Session, tokens: dict[str, str], values: dict[str, str], foreign: dict[str, str]) -> None:
    farmer, other, appellant, newcomer = (people.a_person(session) for _ in range(4))
    draft = make.draft(session, farmer.principal, make.farmer_answers(1)).application
    theirs = make.draft(session, other.principal, make.farmer_answers(2)).application
    second = people.signed_in(session, farmer.person_id)
    told = Notification(
        person_id=farmer.person_id,
        channel=Channel.IN_APP,
        template="application_submitted",
        params={},
        state=NotificationState.SENT,
        dedupe_key="stage",
        sent_at=clock.read(session),
    )
    session.add(told)
    session.flush()
    values |= {
        "draft": ids.encode("app", draft.id),
        "message": ids.encode("ntf", told.id),
        "version": str(draft.version),
        "other_session": _session_id(second),
        "appeal": ids.encode("apl", make.file_appeal(session, appellant.person_id).appeal.id),
    }
    foreign |= {
        "draft": ids.encode("app", theirs.id),
        "other_session": _session_id(other),
        "appeal": ids.encode("apl", make.file_appeal(session, other.person_id).appeal.id),
    }
    for grower, where in ((people.a_seller(session), values), (people.a_seller(session), foreign)):
        agent = farmer if where is values else other
        where["mandate"] = ids.encode("mdt", mandates.give(session, grower.principal, agent.person_id).id)
    tokens |= {"farmer": farmer.token, "appellant": appellant.token, "newcomer": newcomer.token}


def _session_id(who: people.Somebody) -> str:
    assert who.principal.session_id is not None
    return ids.encode("ses", who.principal.session_id)


def _reviewing(session: Session, tokens: dict[str, str], values: dict[str, str], foreign: dict[str, str]) -> None:
    reviewer = people.a_person(session, Role.OPERATOR)
    waiting, held, refused, stranger = (people.a_person(session) for _ in range(4))
    values["waiting"] = ids.encode("app", make.submitted(session, waiting.principal, 11).application.id)
    application_id = make.submitted(session, held.principal, 12).application.id
    claimed = review.hold(session, reviewer.principal, application_id).dossier.application
    values |= {"held": ids.encode("app", application_id), "fence": str(claimed.fence)}
    for who, where in ((refused, values), (stranger, foreign)):
        rejected = make.submitted(session, who.principal, 13 + (who is stranger)).application
        review.hold(session, reviewer.principal, rejected.id)
        review.reject(session, reviewer.principal, rejected.id, "照片看不清", None)
        where["rejected"] = ids.encode("app", rejected.id)
    tokens |= {"reviewer": reviewer.token, "refused": refused.token}


def _coaching(session: Session, tokens: dict[str, str], values: dict[str, str], foreign: dict[str, str]) -> None:
    for name, key in (("coach", "task"), ("fresh_coach", "ready_task")):
        coach = a_coach(session, capacity=1)
        matching.match(session, a_case(session, people.a_person(session).person_id).id)
        ((task, _),) = tasks.queue(session, coach.principal, 10)
        tokens[name], values[key] = coach.token, ids.encode("tsk", task.id)
        if name == "coach":
            values["task_fence"] = str(tasks.lease(session, coach.principal, task.id).fence)
    foreign |= {"task": values["ready_task"], "ready_task": values["task"]}


def _calling(session: Session, tokens: dict[str, str], values: dict[str, str], foreign: dict[str, str]) -> None:
    """Make appeals on the desk: one that nobody holds, one that the caller holds, one whose farmer was reached."""
    caller = people.a_person(session, Role.OPERATOR)
    for key in ("unheld_appeal", "held_appeal", "reached_appeal"):
        appeal_id = make.file_appeal(session, people.a_person(session).person_id).appeal.id
        values[key] = ids.encode("apl", appeal_id)
        if key == "unheld_appeal":
            continue
        fence = triage.hold(session, caller.principal, appeal_id).filed.appeal.fence
        if key == "held_appeal":
            values["appeal_fence"] = str(fence)
        else:
            triage.record_call(session, caller.principal, appeal_id, fence, CallOutcome.REACHED, "")
    tokens |= {"caller": caller.token, "agent": people.a_person(session).token}


def _paying(session: Session, tokens: dict[str, str], values: dict[str, str], foreign: dict[str, str]) -> None:
    """Make a seller without a payout account, a bank account to check, a bank transfer to make and one that is made."""
    first, second = (people.a_person(session, Role.OPERATOR) for _ in range(2))
    unpaid, waiting, paid = (people.a_seller(session) for _ in range(3))
    for number, seller in enumerate((waiting, paid)):
        assert seller.principal.seller_id is not None
        details = BankDetails("中国农业银行", "李小梅", make.bank_card_of(40 + number))
        bank_id = bank_accounts.give(session, seller.principal, seller.principal.seller_id, details).id
        if seller is waiting:
            values["bank"] = ids.encode("bka", bank_id)
            continue
        for operator in (first, second):
            bank_accounts.verify(session, operator.principal, bank_id, "called the bank")
        sent = money_set_aside(session, seller.principal.seller_id, 9_500)
        bank_transfers.mark_paid(session, first.principal, sent, "ABC20200218-000417")
        due = money_set_aside(session, seller.principal.seller_id, 8_000)
        values |= {"sent_payout": ids.encode("pyo", sent), "payout": ids.encode("pyo", due)}
    tokens |= {"seller": unpaid.token, "cashier": first.token}


def _integrating(session: Session, tokens: dict[str, str], values: dict[str, str], foreign: dict[str, str]) -> None:
    """Two integrators with a key each."""
    for where in (values, foreign):
        integrator = people.a_person(session, Role.INTEGRATOR)
        _, made = api_keys.create(session, integrator.principal, "价格表", [Scope.PROFILE_READ])
        where["api_key"] = ids.encode("key", made.id)
        if where is values:
            tokens["integrator"] = integrator.token


def _selling(session: Session, tokens: dict[str, str], values: dict[str, str], foreign: dict[str, str]) -> None:
    """Two sellers with a lot, a draft, a listing on sale, a paused one, an expected one, and one that is reviewed."""
    strawberry, garlic = (product(session, code) for code in ("strawberry", "garlic"))
    values["product"] = ids.encode("prd", strawberry.id)
    for where in (values, foreign):
        seller = people.a_seller(session)
        who = seller.principal
        lot = a_lot(session, who)
        where["lot"], where["lot_draft"] = (
            ids.encode("lot", lot.id),
            ids.encode("lst", a_draft(session, who, lot.id).id),
        )
        where["sold"] = ids.encode("lst", a_listing(session, who).id)
        paused = a_listing(session, who)
        listings.pause(session, who, paused.id)
        where["paused"] = ids.encode("lst", paused.id)
        ahead = today(session) + timedelta(days=9)
        due = lots.add(session, who, NewLot(strawberry.id, PLACE, ahead, 100_000))
        where["due"] = ids.encode("lst", a_draft(session, who, due.id).id)
        unknown = lots.add(session, who, NewLot(garlic.id, PLACE, today(session), 100_000))
        asked = a_draft(session, who, unknown.id, title="大蒜")
        listings.publish(session, who, asked.id)
        where["reviewed"] = ids.encode("lst", asked.id)
        where["seller_token"] = seller.token
    foreign.pop("reviewed")  # operators review what anybody asks
    tokens["offerer"] = values["seller_token"]
    days = {"today": today(session), "soon": today(session) + timedelta(days=2)}
    values |= {name: day.isoformat() for name, day in days.items()}
    values["paused_version"] = str(session.get_one(Listing, ids.parse("lst", values["paused"])).version)


def _produce_photos(db: Database, values: dict[str, str], foreign: dict[str, str]) -> None:
    """A photo of each seller's draft and of what they have on sale."""
    for where in (values, foreign):
        with db.reading() as session:
            who = session.get_one(Listing, ids.parse("lst", where["sold"])).seller_id
            person = session.get_one(Seller, who).person_id
        with db.transaction() as session:
            seller = people.signed_in(session, person).principal
        for name, photo in (("lot_draft", "draft_photo"), ("sold", "sold_photo")):
            kept = produce_photos.add(db, get_settings(), seller, ids.parse("lst", where[name]), jpeg())
            where[photo] = ids.encode("lph", kept.id)


def _photos(db: Database, values: dict[str, str], foreign: dict[str, str]) -> None:
    """Add a photo to each appeal that is open."""
    for where in (values, foreign):
        appeal_id = ids.parse("apl", where["appeal"])
        with db.reading() as session:
            owner = session.get_one(Appeal, appeal_id).person_id
        with db.transaction() as session:
            who = people.signed_in(session, owner).principal
        photo = flows.upload_photo(db, storage(get_settings()), who, appeal_id, "大棚.jpg", jpeg())
        where["photo"] = ids.encode("doc", photo.id)


def ordering(db: Database, tokens: dict[str, str], values: dict[str, str], foreign: dict[str, str]) -> None:
    """Make orders of a grower and a shopper at every stage, claims about them, and one that is stuck.

    The foreign ones are the same purchases' parts of another seller, but for what both have bought.
    """
    with db.transaction() as session:
        market = orders.a_market(session)
    grower, other = market.sellers
    for stage in _STAGES:
        with db.transaction() as session:
            group = orders.a_purchase(session, market, (1, 1))
        order_id, others = (orders.order_of(group, seller) for seller in (grower, other))
        values[f"{stage}_order"] = ids.encode("sor", order_id)
        with db.transaction() as session:
            theirs = orders.a_purchase(session, market, (0, 1), buyer=people.a_buyer(session))
        foreign[f"{stage}_order"] = ids.encode("sor", orders.order_of(theirs, other))
        for act in _ACTS[: _STAGES[stage]]:
            with db.transaction() as session:
                act(session, group, market, (order_id, others))
        if _STAGES[stage] == len(_ACTS):
            with db.transaction() as session:
                values[f"{stage}_claim"] = _a_claim(session, market, order_id, stage)
    _boxing(db, market, values, foreign)
    with db.transaction() as session:
        sent = ids.parse("sor", values["sent_order"])
        alert = alert_queries.open_on(session, sent, AlertKind.SHIPMENT_FAILED, {"note": "地址找不到"})
    assert alert is not None
    values["alert"] = ids.encode("alr", alert)
    lot_id = market.listings[0].lot_id
    values["bought_lot"] = ids.encode("lot", lot_id)
    with db.transaction() as session:
        drilled = recalls.drill(session, market.operator.principal, lot_id, "演练", told=False)
    values["recall"] = ids.encode("rcl", drilled.id)
    for seller, where in ((grower, values), (other, foreign)):
        where |= bulk_files.files_of(db, seller.principal)
    photo = claim_flows.keep_photo(db, get_settings(), market.buyer.principal, jpeg())
    values["claim_photo"] = ids.encode("pho", photo.id)
    arrived = ids.parse("sor", values["arrived_order"])
    shown = arrivals.keep(db, get_settings(), grower.principal, arrived, jpeg())
    values["delivery_photo"] = ids.encode("dph", shown.id)
    tokens |= {"grower": grower.token, "shopper": market.buyer.token}


def _boxing(db: Database, market: Market, values: dict[str, str], foreign: dict[str, str]) -> None:
    """An order of two packs of which one is in a box, and one whose two boxes are packed and paid for."""
    grower = market.sellers[0].principal
    for stage, count in (("weighed", 1), ("boxed", 2)):
        with db.transaction() as session:
            group = orders.a_purchase(session, market, (2, 0))
        order_id = orders.order_of(group, market.sellers[0])
        values[f"{stage}_order"] = ids.encode("sor", order_id)
        foreign[f"{stage}_order"] = foreign["accepted_order"]
        with db.transaction() as session:
            _pay(session, group, market, ())
            seller_orders.accept(session, grower, order_id)
        for number in range(1, count + 1):
            with db.transaction() as session:
                boxes.weigh(session, grower, order_id, number)
    with db.transaction() as session:
        boxes.finish(session, grower, order_id)
        orders.capture(session, group, sum(view.order.goods + view.order.delivery for view in group.orders))
        order_groups.mark_settled(session, group.group.id)


def _pay(session: Session, group: GroupView, market: Market, parts: tuple[UUID, ...]) -> None:
    orders.authorise(session, group)
    checkouts.mark_paid(session, group.group.id)


def _accept(session: Session, group: GroupView, market: Market, parts: tuple[UUID, ...]) -> None:
    for seller, part in zip(market.sellers, parts, strict=True):
        seller_orders.accept(session, seller.principal, part)


def _pack(session: Session, group: GroupView, market: Market, parts: tuple[UUID, ...]) -> None:
    for seller, part in zip(market.sellers, parts, strict=True):
        seller_orders.pack(session, seller.principal, part, 1, {})
    orders.capture(session, group, sum(view.order.goods + view.order.delivery for view in group.orders))
    order_groups.mark_settled(session, group.group.id)


def _send(session: Session, group: GroupView, market: Market, parts: tuple[UUID, ...]) -> None:
    seller_orders.dispatch(session, market.sellers[0].principal, parts[0], Handover())


def _arrive(session: Session, group: GroupView, market: Market, parts: tuple[UUID, ...]) -> None:
    seller_orders.deliver(session, market.buyer.principal, parts[0])


_ACTS = (_pay, _accept, _pack, _send, _arrive)
_STAGES = {
    "unpaid": 0, "placed": 1, "accepted": 2, "packed": 3, "sent": 4, "arrived": 5, "asked": 5, "rejected": 5, "open": 5,
}  # fmt: skip
"""Number of `_ACTS` that have happened to an order at that stage."""


def _a_claim(session: Session, market: Market, order_id: UUID, stage: str) -> str:
    """A claim about the order, asked about or refused; "" for the order that has none yet."""
    if stage == "arrived":
        return ""
    said = Complaint("spoiled", "下面一层坏了", 1_000, None)
    claim_id = claims.submit(session, market.buyer.principal, order_id, said)
    if stage == "asked":
        claims.request_evidence(session, market.operator.principal, claim_id, "哪一箱？")
    elif stage == "rejected":
        claims.reject(session, market.operator.principal, claim_id, "照片看不清")
    return ids.encode("clm", claim_id)


def _importing(db: Database, tokens: dict[str, str], values: dict[str, str], foreign: dict[str, str]) -> None:
    importer, other = member_files.cooperative(db, 31), member_files.cooperative(db, 32, "别家合作社")
    assert importer.principal.seller_id is not None
    content = member_files.csv_of(member_files.lines(3))
    for who, where in ((importer, values), (other, foreign)):
        for key in ("loaded", "checked"):
            out = import_flows.check_file(db, Idempotency(), who.principal, content, "社员.csv", None, "zh-Hans")
            where[key] = ids.encode("imp", out.id)
        with db.transaction() as session:
            imports.start(session, who.principal, ids.parse("imp", where["loaded"]))
    drain(db)
    members = [make.sign_in(db, member_files.FIRST + number) for number in (1, 2)]
    with db.transaction() as session:
        for member, where in zip(members, (values, foreign), strict=True):
            mine = filings.listed(session, member.principal, None, 10)
            where["filing"] = ids.encode("fil", mine[0].row.id)
    values["cooperative"] = ids.encode("sel", importer.principal.seller_id)
    tokens |= {"importer": importer.token, "member": members[0].token}
