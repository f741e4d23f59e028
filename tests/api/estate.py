"""Estate: one of each thing that belongs to somebody, the owners, and strangers who have their own things."""

import base64
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from PIL import Image
from sqlalchemy import text

from agrimarket.accounts.service import mandates, people, sign_in, staff
from agrimarket.accounts.states import SellerKind
from agrimarket.app import create_app
from agrimarket.catalog.service import listings, proposals
from agrimarket.coaching.service import matching
from agrimarket.embedded.stripe_sandbox.testing import RunningSandbox, running_sandbox
from agrimarket.integrations.stripe import gateway
from agrimarket.kernel.db import Database
from agrimarket.kernel.ids import decode, encode
from agrimarket.kernel.principal import Role
from agrimarket.orders.queries import alerts
from agrimarket.orders.service import recalls
from agrimarket.orders.states import AlertKind
from agrimarket.payments.flows import payouts
from agrimarket.regions.service import by_hand
from agrimarket.regions.types.by_hand import RestrictedByHand
from agrimarket.regions.types.restrictions import RiskLevel
from agrimarket.settings import get_settings
from tests.factories import bulk as bulk_files
from tests.factories import imports as member_files
from tests.factories import onboarding as make
from tests.factories import regions
from tests.factories.accounts import Somebody, a_buyer, a_person, a_seller, signed_in
from tests.factories.catalog import a_draft, a_lot
from tests.factories.coaching import a_case, a_coach
from tests.factories.deliveries import a_dead_letter
from tests.factories.follows import a_clearance_follow, a_follow
from tests.factories.orders import ADDRESS, Market, a_market
from tests.factories.payments import Till, a_settled_sale, transfer
from tests.factories.rumours import an_answered_rumour
from tests.orders.conftest import Shop, checkout_body
from tests.support.current import CurrentDatabase
from workers.inline import drain

API_BASE = "AGRIMARKET_STRIPE_API_BASE"
BANK_NUMBER = "6222021234567890128"
NOTE = "北路封了，车在村口"
TUS = {"Tus-Resumable": "1.0.0"}


@dataclass(frozen=True)
class Estate:
    """The estate; `ids` has a wire id for each path parameter (`lot_id`) and, for bodies, each prefix (`lot`)."""

    app: Litestar
    current: CurrentDatabase
    base: Database
    client: TestClient[Litestar]
    ids: Mapping[str, str]
    owners: Mapping[str, Somebody]
    strangers: Mapping[str, Somebody | None]
    """Strangers by name; None is a visitor who is not signed in."""
    secrets: tuple[str, ...]
    """Words and numbers of the owners that nobody else may read."""


@contextmanager
def estate(base: Database) -> Iterator[Estate]:
    """Build the estate in `base`, over HTTP where that is as short as calling the services."""
    with running_sandbox() as sandbox, pytest.MonkeyPatch.context() as patch:
        patch.setenv(API_BASE, sandbox.url)
        get_settings.cache_clear()
        current = CurrentDatabase()
        current.current = base
        app = create_app(get_settings(), current)
        with TestClient(app, raise_server_exceptions=False) as client:
            yield _Builder(app, current, base, client, sandbox).build()
    get_settings.cache_clear()


@dataclass
class _Builder:
    app: Litestar
    current: CurrentDatabase
    db: Database
    client: TestClient[Litestar]
    sandbox: RunningSandbox

    def build(self) -> Estate:
        with self.db.transaction() as session:
            market = a_market(session)
        ids = {**self._purchase(market), **self._payout(market), **self._files(market)}
        farmer, of_farmer = self._application()
        cooperative, member, of_cooperative = self._import()
        coach, of_coach = self._case(farmer)
        with self.db.transaction() as session:
            bulletin = regions.close(session, "三里屯社区", area="北京市 北京市 朝阳区").id
            rumour = an_answered_rumour(session, market.operator.principal)
            follow = a_follow(session, market.buyer.principal)
            mandate = mandates.give(session, market.sellers[0].principal, market.buyer.person_id)
            told = a_clearance_follow(session, market.buyer.principal)
            by = market.operator.principal
            made = by_hand.restrict(session, by, RestrictedByHand("420103", RiskLevel.LOW, (), "source", "reason"))
            draft = a_draft(session, market.sellers[0].principal, decode("lot", ids["lot_id"]))
            unknown = a_lot(session, market.sellers[0].principal, code="garlic", approved=False)
            asked_for = a_draft(session, market.sellers[0].principal, unknown.id)
            listings.publish(session, market.sellers[0].principal, asked_for.id)
            sold = market.listings[0]
            proposal = proposals.add(session, coach.person_id, sold.seller_id, sold.id, {"price": 5_000}, NOTE)
            dead = a_dead_letter(session)
            asked = regions.a_requirement(session)
            colleague = staff.enrol(session, "colleague@estate.example", "同事", "zh-Hans", [Role.COACH]).person_id
        ids |= {**of_farmer, **of_cooperative, **of_coach, "bulletin_id": encode("bul", bulletin)}
        ids |= {"rumour_id": encode("rum", rumour.id), "follow_id": encode("fol", follow)}
        ids["mandate_id"], ids["proposal_id"] = encode("mdt", mandate.id), encode("lpr", proposal.id)
        ids["clearance_follow_id"] = encode("clf", told)
        ids |= {"rebuttal_id": encode("reb", rumour.words[0].id), "hand_restriction_id": encode("hnd", made.id)}
        ids = {"delivery_id": encode("dlv", dead), "colleague_id": encode("per", colleague), **ids}
        ids["listing_id"], ids["seller_id"] = encode("lst", draft.id), encode("sel", draft.seller_id)
        ids["reviewed_listing_id"] = encode("lst", asked_for.id)
        ids["draft_photo_id"] = self._listing_photo(market.sellers[0], ids["listing_id"])
        ids["requirement_id"] = encode("psr", asked.id)
        owners = {
            "seller": market.sellers[0],
            "buyer": market.buyer,
            "operator": market.operator,
            "farmer": farmer,
            "cooperative": cooperative,
            "member": member,
            "coach": coach,
        }
        drain(self.db)
        ids["notification_id"] = self._first("ntf", "notification", "person_id", market.buyer.person_id)
        secrets = (
            *(self._phone(one) for one in owners.values() if one is not market.operator),
            ADDRESS.recipient, ADDRESS.street, make.id_number_of(1), BANK_NUMBER, NOTE,
            make.farmer_answers()["identity"]["legal_name"], make.farmer_answers()["farm"]["farm_name"],
        )  # fmt: skip
        strangers = self._strangers(market)
        wire = {**ids, **{ids[name][:3]: ids[name] for name in ids}}
        return Estate(self.app, self.current, self.db, self.client, wire, owners, strangers, secrets)

    def _purchase(self, market: Market) -> dict[str, str]:
        """A purchase of two sellers' goods, delivered, with a claim; and a cart with its quote."""
        shop = Shop(self.client, market)
        group = shop.done(market.buyer, "/checkouts", checkout_body(cart_id=shop.cart(2, 1)))["order_group"]
        drain(self.db)
        for number, seller in enumerate(market.sellers):
            order = shop.order(group, number)
            shop.done(seller, f"/seller-orders/{order}/accept")
            shop.done(seller, f"/seller-orders/{order}/pack", {"boxes": 1})
        drain(self.db)
        order = shop.order(group, 0)
        shop.done(market.sellers[0], f"/seller-orders/{order}/dispatch", {})
        shop.done(market.sellers[0], f"/seller-orders/{order}/deliver")
        arrival = self._photo(market.sellers[0], f"/v1/seller-orders/{order}/delivery-photos")
        photo, spare = (self._photo(market.buyer) for _ in range(2))
        complaint = {"seller_order_id": order, "reason": "spoiled", "description": NOTE, "affected_bps": 1_000}
        claim = shop.done(market.buyer, "/claims", {**complaint, "photos": [photo]})
        cart = shop.cart(1)
        with self.db.transaction() as session:
            alert = alerts.open_on(session, decode("sor", order), AlertKind.RESTRICTED, {})
            assert alert is not None
        line = shop.get(market.sellers[0], f"/seller-orders/{order}").json()["lines"][0]
        return {
            "group_id": group["id"],
            "order_id": order,
            "line_id": line["id"],
            "payment_id": self._first("pay", "payment"),
            "photo_id": spare,
            "delivery_photo_id": arrival,
            "claim_id": claim["id"],
            "cart_id": cart,
            "listing_in_cart": encode("lst", market.listings[0].id),
            "quote_id": shop.quote(cart)["id"],
            "alert_id": encode("alr", alert),
            "listing_photo_id": self._listing_photo(market.sellers[0], encode("lst", market.listings[0].id)),
            "lot_id": encode("lot", market.listings[0].lot_id),
            "product_id": self._first("prd", "product"),
        }

    def _files(self, market: Market) -> dict[str, str]:
        """Files of listings and of orders, and a drill of a recall."""
        found = bulk_files.files_of(self.db, market.sellers[0].principal)
        with self.db.transaction() as session:
            lot_id = market.listings[0].lot_id
            drill = recalls.drill(session, market.operator.principal, lot_id, NOTE, told=False).id
        return {
            "order_file_id": found["order_file"],
            "bulk_file_id": found["listing_file"],
            "recall_id": encode("rcl", drill),
        }

    def _photo(self, who: Somebody, path: str = "/v1/claims/photos") -> str:
        files = {"file": ("box.jpg", picture(), "image/jpeg")}
        answer = self.client.post(path, files=files, headers=who.headers)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def _listing_photo(self, who: Somebody, listing: str) -> str:
        files = {"data": ("crate.jpg", picture(), "image/jpeg")}
        answer = self.client.post(f"/v1/listings/{listing}/photos", files=files, headers=who.headers)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def _payout(self, market: Market) -> dict[str, str]:
        """A verified bank account, and a bank transfer to make to it."""
        seller = market.sellers[0]
        given = {"bank_name": "中国农业银行", "account_holder": "段秀云", "account_number": BANK_NUMBER}
        bank = self.client.post("/v1/payout-account/bank", json=given, headers=seller.headers).json()["id"]
        with self.db.transaction() as session:
            second = a_person(session, Role.OPERATOR)
        for operator in (market.operator, second):
            path = f"/v1/review/payout-accounts/{bank}/verify"
            assert self.client.post(path, json={"note": "called"}, headers=operator.headers).status_code == 200
        till = Till(self.db, gateway(get_settings()), self.sandbox)
        assert seller.principal.seller_id is not None
        transfer(till, a_settled_sale(till, [10_000], sellers=[seller.principal.seller_id]))
        payouts.pay_out(self.db, till.gateway)
        return {"bank_id": bank, "payout_id": self._first("pyo", "payout")}

    def _application(self) -> tuple[Somebody, dict[str, str]]:
        """An appeal, and an application with a document that waits for review; a second sign-in, an API key."""
        who = make.sign_in(self.db, 7_001, Role.INTEGRATOR)
        with self.db.transaction() as session:
            appeal = make.file_appeal(session, who.principal.person_id, note=NOTE).appeal.id
            application = make.draft(session, who.principal, make.farmer_answers(1), appeal).application.id
        document = self._document(who, application=encode("app", application))
        photo = self._document(who, appeal=encode("apl", appeal))
        session_id = accounts_session(self.db, who.principal.person_id)
        key = self.client.post("/v1/api-keys", json={"name": NOTE, "scopes": ["profile:read"]}, headers=who.headers)
        assert key.status_code == 201, key.text
        submitted = self.client.post(f"/v1/applications/{encode('app', application)}/submit", headers=who.headers)
        assert submitted.status_code == 200, submitted.text
        return Somebody(who.token, who.principal), {
            "appeal_id": encode("apl", appeal),
            "application_id": encode("app", application),
            "document_id": document,
            "appeal_photo_id": photo,
            "session_id": session_id,
            "key_id": key.json()["api_key"]["id"],
            "person_id": encode("per", who.principal.person_id),
        }

    def _document(self, who: make.SignedIn, **of: str) -> str:
        content = picture()
        begin = {**TUS, "Upload-Length": str(len(content)), "Upload-Metadata": tus_metadata(**of)}
        document = self.client.post("/v1/documents", headers={**who.headers, **begin}).json()["id"]
        send = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        path = f"/v1/documents/{document}"
        assert self.client.patch(path, content=content, headers={**who.headers, **send}).status_code == 204
        return document

    def _import(self) -> tuple[Somebody, Somebody, dict[str, str]]:
        """A cooperative's file, loaded, and what it filed for a member."""
        who = member_files.cooperative(self.db, 7_002, "云岭草莓合作社")
        content = member_files.csv_of([member_files.line(1, note=NOTE), member_files.line(2, phone="1")])
        checked = member_files.upload(self.client, who, content).json()["id"]
        assert self.client.post(f"/v1/imports/{checked}/start", headers=who.headers).status_code == 200
        drain(self.db)
        with self.db.transaction() as session:
            phone = make.phone_of(member_files.FIRST + 1)
            member = signed_in(session, people.with_phone(session, phone, "zh-Hans"))
        filing = self._first("fil", "member_filing", "person_id", member.person_id)
        return Somebody(who.token, who.principal), member, {"import_id": checked, "filing_id": filing}

    def _case(self, farmer: Somebody) -> tuple[Somebody, dict[str, str]]:
        """A coaching case, its coach, and a task that the coach holds."""
        with self.db.transaction() as session:
            coach = a_coach(session)
            case = a_case(session, farmer.person_id).id
            matching.match(session, case)
        claimed = self.client.post("/v1/coaching/tasks/claim", headers=coach.headers)
        assert claimed.status_code == 200, claimed.text
        return coach, {
            "case_id": encode("cas", case),
            "task_id": claimed.json()["id"],
            "coach_id": encode("per", coach.person_id),
        }

    def _strangers(self, market: Market) -> dict[str, Somebody | None]:
        """Strangers of all kinds, with an appeal, an application, a cart and a case of their own."""
        with self.db.transaction() as session:
            farmer, buyer = a_person(session, name="外人"), a_buyer(session)
            make.file_appeal(session, farmer.person_id, name="外人")
            answers = make.farmer_answers(2, identity={"legal_name": "外人甲"}, farm={"farm_name": "外地"})
            make.draft(session, farmer.principal, answers)
            cooperative = a_seller(session, kind=SellerKind.COOPERATIVE, name="外地合作社")
            coach = a_coach(session, name="外地老师")
        return {
            "another farmer": farmer,
            "the purchase's other seller": market.sellers[1],
            "another buyer": buyer,
            "another cooperative": cooperative,
            "another coach": coach,
            "nobody": None,
        }

    def _first(self, prefix: str, table: str, column: str = "", value: UUID | None = None) -> str:
        """Id of the first row of a table, or of somebody's first row in it."""
        where = f"WHERE {column} = :value" if column else ""
        with self.db.reading() as session:
            found = session.connection().execute(
                text(f"SELECT id FROM {table} {where} ORDER BY id LIMIT 1"), {"value": value} if column else {}
            )
            return encode(prefix, found.scalar_one())

    def _phone(self, who: Somebody) -> str:
        """End of somebody's phone number, which shows it in any spelling."""
        with self.db.reading() as session:
            phone = session.connection().execute(text("SELECT phone FROM person WHERE id = :id"), {"id": who.person_id})
            return str(phone.scalar_one())[-8:]


def picture() -> bytes:
    """A small JPEG."""
    content = io.BytesIO()
    Image.new("RGB", (64, 48), "crimson").save(content, "JPEG")
    return content.getvalue()


def tus_metadata(**of: str) -> str:
    """Metadata of an upload for that application or appeal."""
    pairs = {"filename": "id.jpg", **of}
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in pairs.items())


def accounts_session(db: Database, person_id: UUID) -> str:
    """Sign that person in once more; returns the session's id."""
    with db.transaction() as session:
        _, principal = sign_in.open_session(session, person_id, device="the kitchen's tablet")
    assert principal.session_id is not None
    return encode("ses", principal.session_id)
