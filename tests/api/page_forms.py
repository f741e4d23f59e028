"""Correct posts, one for each form of the pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.api.page_stage import EMAIL, PASSWORD
from tests.factories import onboarding as make


@dataclass(frozen=True)
class Form:
    """A correct post of one form. `{names}` in path and fields are filled from the stage.

    `text`, `numbers` and `dates` name the fields into which people type texts, numbers and dates, which come back with
    the form. `machine` names those that pages fill in. `several` may hold more than one value; `unseen` are not given
    back. `keeps` are tables that a refusal may write on purpose: correct values are kept, and tries are counted.
    """

    path: str
    who: str = ""
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    files: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    text: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    machine: tuple[str, ...] = ()
    several: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    keeps: frozenset[str] = frozenset()
    status: int = 303


_DRAFT = frozenset({"application", "application_secret"})
_APPEAL = frozenset({"appeal_draft"})
_PHOTO = frozenset({"claim_photo"})
_PRODUCE_PHOTO = frozenset({"listing_photo", "listing", "market_version"})
_ARRIVAL = frozenset({"delivery_photo"})
_LOT = {"quantity": "500", "quantity_unit": "jin", "harvested_on": "{today}", "region_code": "丹东 东港"}
_WORD = {"verdict": "false", "why": "沒有這回事。", "authority": "疾控中心", "source_url": "https://example.org/1"}
_SAID = {
    "verified": "yes",
    "office": "東港市農業農村局",
    "officer": "于科長",
    "words": "到棚裡看過",
    "given_on": "{today}",
}
_HELD = {"fence": "{fence}"}
_TASK = {"fence": "{task_fence}"}


def _step(name: str, fields: Mapping[str, str], **more: tuple[str, ...]) -> Form:
    path, answers = f"/applications/{{draft}}/{name}", {"version": "{version}", **fields}
    return Form(path, "farmer", answers, machine=("version",), keeps=_DRAFT, **more)


FORMS: Mapping[str, Mapping[str, Form]] = {
    "/sign-in/code": {
        "": Form(
            "/sign-in/code",
            fields={"phone": "13900007777", "next": "/me"},
            text=("phone",),
            machine=("next",),
            status=200,
        )
    },
    "/sign-in": {
        "": Form(
            "/sign-in",
            fields={"phone": "{code_phone}", "code": "{code}", "next": "/me"},
            numbers=("code",),
            machine=("phone", "next"),
            keeps=frozenset({"sign_in_code"}),
        )
    },
    "/sign-in/staff": {
        "": Form(
            "/sign-in/staff",
            fields={"email": EMAIL, "password": PASSWORD, "totp": "{totp}", "next": "/review"},
            text=("email", "password"),
            numbers=("totp",),
            machine=("next",),
            unseen=("password", "totp"),
            keeps=frozenset({"audit_entry"}),
        )
    },
    "/sign-out": {"": Form("/sign-out", "farmer")},
    "/language": {
        "": Form("/language", "farmer", {"language": "zh-Hans", "next": "/me"}, machine=("language", "next"))
    },
    "/me/sessions/{session_id:str}/end": {"": Form("/me/sessions/{other_session}/end", "farmer")},
    "/me/messages/read": {"": Form("/me/messages/read", "farmer", {"last": "{message}"}, machine=("last",))},
    "/me/api-keys": {
        "": Form(
            "/me/api-keys",
            "integrator",
            {"name": "村里的表单", "scopes": "profile:read"},
            text=("name",),
            machine=("scopes",),
            several=("scopes",),
            status=200,
        )
    },
    "/me/api-keys/{key_id:str}/revoke": {"": Form("/me/api-keys/{api_key}/revoke", "integrator")},
    "/appeal/{step:str}": {
        "produce": Form(
            "/appeal/produce",
            fields={"product": "草莓", "quantity": "500", "quantity_unit": "jin", "spoils_in_days": "3"},
            text=("product",),
            numbers=("quantity", "spoils_in_days"),
            machine=("quantity_unit",),
            keeps=_APPEAL,
        ),
        "place": Form(
            "/appeal/place",
            fields={"region": "丹东 东港", "truck_access": "small", "note": "北路封了"},
            text=("region", "note"),
            machine=("truck_access", "region_code"),
            keeps=_APPEAL,
        ),
        "person": Form(
            "/appeal/person", fields={"name": "王大姐", "phone": "13900008888"}, text=("name", "phone"), keeps=_APPEAL
        ),
        "person signed in": Form(
            "/appeal/person",
            "newcomer",
            {"whose": "mine", "name": "王大姐"},
            text=("name",),
            machine=("whose",),
            keeps=_APPEAL,
        ),
        "person for another": Form(
            "/appeal/person",
            "agent",
            {"whose": "anothers", "name": "王大姐", "phone": "13900008888"},
            text=("name", "phone"),
            machine=("whose",),
            keeps=_APPEAL,
        ),
        "check": Form("/appeal/check", keeps=_APPEAL),
        "code": Form(
            "/appeal/code",
            fields={"code": "{code}"},
            numbers=("code",),
            unseen=("code",),
            keeps=_APPEAL | {"sign_in_code"},
        ),
    },
    "/agent/appeal": {"": Form("/agent/appeal", "agent")},
    "/sell/new": {
        "": Form(
            "/sell/new",
            "offerer",
            {**_LOT, "product_id": "{product}"},
            text=("region_code",),
            numbers=("quantity",),
            dates=("harvested_on",),
            machine=("product_id", "quantity_unit"),
        )
    },
    "/sell/new/{lot_id:str}/what": {
        "": Form(
            "/sell/new/{lot}/what",
            "offerer",
            {**_LOT, "product_id": "{product}"},
            text=("region_code",),
            numbers=("quantity",),
            dates=("harvested_on",),
            machine=("product_id", "quantity_unit"),
        )
    },
    "/sell/new/{lot_id:str}/price": {
        "": Form(
            "/sell/new/{lot}/price",
            "offerer",
            {
                "pack": "5",
                "pack_unit": "jin",
                "price": "68",
                "priced_by": "pack",
                "modes": "truck",
                "min_packs": "1",
                "max_packs": "9",
                "markdown_on": "yes",
                "markdown": "40",
                "from_days": "2",
            },
            numbers=("pack", "price", "min_packs", "max_packs", "markdown", "from_days"),
            machine=("pack_unit", "priced_by", "modes"),
            several=("modes",),
        )
    },
    "/sell/new/{lot_id:str}/condition": {
        "": Form(
            "/sell/new/{lot}/condition",
            "offerer",
            {
                "perish_by": "{soon}",
                "grade": "first",
                "storage": "chilled",
                "title": "东港草莓",
                "description": "今早摘的",
            },
            files={"photos": ("箱子.jpg", "photo")},
            text=("title", "description"),
            dates=("perish_by",),
            keeps=_PRODUCE_PHOTO,
        )
    },
    "/sell/new/{lot_id:str}/photos/{photo_id:str}/remove": {
        "": Form("/sell/new/{lot}/photos/{draft_photo}/remove", "offerer")
    },
    "/sell/new/{lot_id:str}/publish": {"": Form("/sell/new/{lot}/publish", "offerer")},
    "/sell/new/{lot_id:str}/discard": {"": Form("/sell/new/{lot}/discard", "offerer")},
    "/sell/listings/{listing_id:str}/price": {
        "": Form("/sell/listings/{sold}/price", "offerer", {"price": "58"}, numbers=("price",))
    },
    "/sell/listings/{listing_id:str}/stock": {
        "": Form(
            "/sell/listings/{sold}/stock",
            "offerer",
            {"quantity": "300", "quantity_unit": "jin"},
            numbers=("quantity",),
            machine=("quantity_unit",),
        )
    },
    "/sell/listings/{listing_id:str}/publish": {"": Form("/sell/listings/{paused}/publish", "offerer")},
    "/sell/listings/{listing_id:str}/pause": {"": Form("/sell/listings/{sold}/pause", "offerer")},
    "/sell/listings/{listing_id:str}/markdown": {
        "": Form(
            "/sell/listings/{sold}/markdown",
            "offerer",
            {"markdown": "40", "from_days": "2"},
            numbers=("markdown", "from_days"),
        )
    },
    "/sell/listings/{listing_id:str}/markdown/end": {"": Form("/sell/listings/{sold}/markdown/end", "offerer")},
    "/sell/listings/{listing_id:str}/words": {
        "": Form(
            "/sell/listings/{paused}/words",
            "offerer",
            {
                "version": "{paused_version}",
                "title": "东港草莓",
                "description": "今早摘的",
                "modes": "truck",
                "min_packs": "1",
                "max_packs": "9",
            },
            text=("title", "description"),
            numbers=("min_packs", "max_packs"),
            machine=("version", "modes"),
            several=("modes",),
        )
    },
    "/sell/listings/{listing_id:str}/photos": {
        "": Form(
            "/sell/listings/{paused}/photos",
            "offerer",
            files={"photos": ("箱子.jpg", "photo")},
        )
    },
    "/sell/listings/{listing_id:str}/photos/{photo_id:str}/remove": {
        "": Form("/sell/listings/{sold}/photos/{sold_photo}/remove", "offerer")
    },
    "/sell/listings/{listing_id:str}/harvest": {
        "": Form(
            "/sell/listings/{due}/harvest",
            "offerer",
            {"came_in": "150", "came_in_unit": "jin"},
            numbers=("came_in",),
            machine=("came_in_unit",),
        )
    },
    "/sell/listings/{listing_id:str}/recall": {
        "": Form("/sell/listings/{sold}/recall", "offerer", {"reason": "检出农药残留"}, text=("reason",))
    },
    "/desk/listings/{listing_id:str}/approve": {"": Form("/desk/listings/{reviewed}/approve", "reviewer")},
    "/desk/listings/{listing_id:str}/decline": {
        "": Form("/desk/listings/{reviewed}/decline", "reviewer", {"reason": "没法检查"}, text=("reason",))
    },
    "/appeals/{appeal_id:str}/photos": {
        "": Form("/appeals/{appeal}/photos", "appellant", files={"photos": ("大棚.jpg", "photo")})
    },
    "/documents/{document_id:str}/remove": {"": Form("/documents/{photo}/remove", "appellant")},
    "/appeals/{appeal_id:str}/close": {"": Form("/appeals/{appeal}/close", "appellant")},
    "/apply": {
        "": Form("/apply", "appellant", {"kind": "farmer", "appeal_id": "{appeal}"}, machine=("kind", "appeal_id"))
    },
    "/applications/{application_id:str}/{step:str}": {
        "identity": _step(
            "identity",
            {"legal_name": "王秀英", "id_number": make.id_number_of(7)},
            text=("legal_name",),
            numbers=("id_number",),
        ),
        "farm": _step(
            "farm",
            {"farm_name": "东港王家草莓", "region": "丹东 东港", "village": "椅圈镇", "land_mu": "3.5"},
            text=("farm_name", "region", "village"),
            numbers=("land_mu",),
        ),
        "produce": _step(
            "produce",
            {
                "product": "草莓",
                "quantity": "500",
                "quantity_unit": "jin",
                "spoils_on": make.SPOILS_ON,
                "right_to_sell": "yes",
                "daily_capacity": "80",
                "daily_capacity_unit": "kg",
            },
            text=("product",),
            numbers=("quantity", "daily_capacity"),
            dates=("spoils_on",),
        ),
        "needs": _step(
            "needs", {"needs": "packaging", "needs_note": "没有箱子"}, text=("needs_note",), several=("needs",)
        ),
        "payout": _step(
            "payout",
            {
                "payout_method": "manual",
                "bank_name": "农业银行",
                "account_holder": "王秀英",
                "account_number": make.bank_card_of(7),
            },
            text=("bank_name", "account_holder"),
            numbers=("account_number",),
        ),
    },
    "/applications/{application_id:str}/documents": {
        "": Form(
            "/applications/{draft}/documents",
            "farmer",
            {"version": "{version}"},
            files={"id_photo": ("我.jpg", "photo")},
            machine=("version",),
        )
    },
    "/applications/{application_id:str}/submit": {"": Form("/applications/{draft}/submit", "farmer")},
    "/applications/{application_id:str}/withdraw": {"": Form("/applications/{draft}/withdraw", "farmer")},
    "/applications/{application_id:str}/review-request": {
        "": Form("/applications/{rejected}/review-request", "refused")
    },
    "/review/{application_id:str}/claim": {"": Form("/review/{waiting}/claim", "reviewer")},
    "/review/{application_id:str}/approve": {
        "": Form(
            "/review/{held}/approve", "reviewer", {**_HELD, "limit": "3000"}, numbers=("limit",), machine=("fence",)
        )
    },
    "/review/{application_id:str}/reject": {
        "": Form(
            "/review/{held}/reject",
            "reviewer",
            {**_HELD, "reason": "照片看不清"},
            text=("reason",),
            machine=("fence",),
        )
    },
    "/review/{application_id:str}/ask": {
        "": Form(
            "/review/{held}/ask",
            "reviewer",
            {**_HELD, "step": "identity", "ask": "id_unreadable", "note": "请再拍一次"},
            text=("note",),
            machine=("fence", "step", "ask"),
        )
    },
    "/review/{application_id:str}/check": {
        "": Form(
            "/review/{held}/check",
            "reviewer",
            {**_HELD, "requirement": "identity_seen", "seen": "yes"},
            machine=("fence", "requirement", "seen"),
        )
    },
    "/review/{application_id:str}/reveal": {
        "": Form(
            "/review/{held}/reveal",
            "reviewer",
            {**_HELD, "field": "id_number"},
            machine=("fence", "field"),
            status=200,
        )
    },
    "/review/appeals/{appeal_id:str}/claim": {"": Form("/review/appeals/{unheld_appeal}/claim", "caller")},
    "/review/appeals/{appeal_id:str}/reveal": {"": Form("/review/appeals/{held_appeal}/reveal", "caller", status=200)},
    "/review/appeals/{appeal_id:str}/calls": {
        "": Form(
            "/review/appeals/{held_appeal}/calls",
            "caller",
            {"fence": "{appeal_fence}", "outcome": "not_reached", "note": "响了很久"},
            text=("note",),
            machine=("fence", "outcome"),
        )
    },
    "/review/appeals/{appeal_id:str}/application": {
        "": Form("/review/appeals/{reached_appeal}/application", "caller", {"kind": "farmer"}, machine=("kind",))
    },
    "/payout-account/bank": {
        "": Form(
            "/payout-account/bank",
            "seller",
            {"bank_name": "农业银行", "account_holder": "王秀英", "account_number": make.bank_card_of(7)},
            text=("bank_name", "account_holder"),
            numbers=("account_number",),
        )
    },
    "/payout-account/provider": {"": Form("/payout-account/provider", "seller", status=200)},
    "/review/payout-accounts/{bank_id:str}/verify": {
        "": Form("/review/payout-accounts/{bank}/verify", "cashier", {"note": "问过银行"}, text=("note",))
    },
    "/review/payout-accounts/{bank_id:str}/refuse": {
        "": Form("/review/payout-accounts/{bank}/refuse", "cashier", {"reason": "户名不一样"}, text=("reason",))
    },
    "/review/payout-accounts/{bank_id:str}/reveal": {
        "": Form("/review/payout-accounts/{bank}/reveal", "cashier", status=200)
    },
    "/review/payouts/{payout_id:str}/reveal": {"": Form("/review/payouts/{payout}/reveal", "cashier", status=200)},
    "/review/payouts/{payout_id:str}/mark-paid": {
        "": Form("/review/payouts/{payout}/mark-paid", "cashier", {"reference": "ABC-000418"}, text=("reference",))
    },
    "/review/payouts/{payout_id:str}/mark-returned": {
        "": Form("/review/payouts/{sent_payout}/mark-returned", "cashier", {"reason": "账户已销户"}, text=("reason",))
    },
    "/sell/orders/{order_id:str}/accept": {
        "": Form("/sell/orders/{placed_order}/accept", "grower", {"from": "list"}, machine=("from",))
    },
    "/sell/orders/{order_id:str}/weigh": {
        "": Form("/sell/orders/{accepted_order}/weigh", "grower", {"number": "1"}, machine=("number",))
    },
    "/sell/orders/{order_id:str}/weigh/undo": {
        "": Form("/sell/orders/{weighed_order}/weigh/undo", "grower", {"number": "1"}, machine=("number",))
    },
    "/sell/orders/{order_id:str}/weigh/finish": {
        "": Form("/sell/orders/{weighed_order}/weigh/finish", "grower", {"reason": "压坏了"}, text=("reason",))
    },
    "/sell/orders/{order_id:str}/leave-out": {
        "": Form(
            "/sell/orders/{boxed_order}/leave-out",
            "grower",
            {"numbers": "1", "reason": "掉下车了"},
            text=("reason",),
            machine=("numbers",),
            several=("numbers",),
        )
    },
    "/sell/orders/{order_id:str}/decline": {
        "": Form("/sell/orders/{placed_order}/decline", "grower", {"reason": "冰雹打了"}, text=("reason",))
    },
    "/sell/orders/{order_id:str}/pack": {
        "": Form(
            "/sell/orders/{accepted_order}/pack",
            "grower",
            {"boxes": "2", "unit": "jin"},
            numbers=("boxes",),
            machine=("unit",),
        )
    },
    "/sell/orders/{order_id:str}/send": {
        "": Form(
            "/sell/orders/{packed_order}/send",
            "grower",
            {"carrier": "顺丰", "tracking_number": "SF1234567890", "vehicle_plate": "辽F12345"},
            text=("carrier", "tracking_number", "vehicle_plate"),
        )
    },
    "/desk/passes": {
        "": Form(
            "/desk/passes",
            "reviewer",
            {
                "region_code": "610000",
                "since": "2020-02-01",
                "issued_by": "省交通运输厅",
                "apply_at": "各县交通局",
                "source": "陕交发〔2020〕1号",
            },
            text=("issued_by", "apply_at", "source"),
            numbers=("region_code",),
            machine=("since",),
        )
    },
    "/desk/passes/{requirement_id:str}/end": {
        "": Form("/desk/passes/{requirement}/end", "reviewer", {"until": "2099-03-01"}, dates=("until",))
    },
    "/sell/orders/{order_id:str}/shipment": {
        "": Form(
            "/sell/orders/{sent_order}/shipment",
            "grower",
            {"state": "held_at_checkpoint", "place": "G15 大丰", "note": "等放行"},
            text=("place", "note"),
            machine=("state",),
        )
    },
    "/sell/orders/{order_id:str}/delivered": {
        "": Form(
            "/sell/orders/{sent_order}/delivered", "grower", files={"photos": ("门口.jpg", "photo")}, keeps=_ARRIVAL
        )
    },
    "/orders/{order_id:str}/arrived": {"": Form("/orders/{sent_order}/arrived", "shopper")},
    "/orders/{order_id:str}/cancel": {
        "": Form("/orders/{placed_order}/cancel", "shopper", {"reason": "买错了"}, text=("reason",))
    },
    "/orders/{order_id:str}/pay": {
        "": Form("/orders/{unpaid_order}/pay", "shopper", {"method": ""}, machine=("method",))
    },
    "/orders/{order_id:str}/claim": {
        "": Form(
            "/orders/{arrived_order}/claim",
            "shopper",
            {"reason": "spoiled", "affected": "10", "affected_unit": "percent", "description": "下面一层坏了"},
            files={"photos": ("箱子.jpg", "photo")},
            text=("description",),
            numbers=("affected",),
            machine=("reason", "affected_unit"),
            keeps=_PHOTO,
        )
    },
    "/claims/{claim_id:str}/answer": {
        "": Form(
            "/claims/{asked_claim}/answer",
            "shopper",
            {"description": "第二箱"},
            files={"photos": ("箱子.jpg", "photo")},
            text=("description",),
            keeps=_PHOTO,
        )
    },
    "/claims/{claim_id:str}/review": {
        "": Form("/claims/{rejected_claim}/review", "shopper", {"reason": "另有照片"}, text=("reason",))
    },
    "/desk/claims/{claim_id:str}/approve": {
        "": Form("/desk/claims/{open_claim}/approve", "reviewer", {"amount": "5.50"}, numbers=("amount",))
    },
    "/desk/claims/{claim_id:str}/reject": {
        "": Form("/desk/claims/{open_claim}/reject", "reviewer", {"reason": "照片看不清"}, text=("reason",))
    },
    "/desk/claims/{claim_id:str}/ask": {
        "": Form("/desk/claims/{open_claim}/ask", "reviewer", {"question": "哪一箱？"}, text=("question",))
    },
    "/desk/orders/{alert_id:str}/cancel": {
        "": Form("/desk/orders/{alert}/cancel", "reviewer", {"reason": "送不到"}, text=("reason",))
    },
    "/desk/orders/{alert_id:str}/resolve": {
        "": Form("/desk/orders/{alert}/resolve", "reviewer", {"note": "退了"}, text=("note",))
    },
    "/sign-in/staff/invitation": {
        "": Form(
            "/sign-in/staff/invitation",
            fields={"token": "{invitation}", "password": PASSWORD, "totp": "{invitation_totp}"},
            numbers=("totp",),
            machine=("token",),
            unseen=("password", "totp"),
        )
    },
    "/desk/staff": {
        "": Form(
            "/desk/staff",
            "reviewer",
            {"email": "new@forms.example", "display_name": "新人", "language": "zh-Hant", "roles": "coach"},
            text=("email", "display_name"),
            machine=("language", "roles"),
            several=("roles",),
            status=200,
        )
    },
    "/desk/staff/{person_id:str}/roles": {
        "": Form(
            "/desk/staff/{colleague}/roles", "reviewer", {"roles": "coach"}, machine=("roles",), several=("roles",)
        )
    },
    "/desk/staff/{person_id:str}/reset": {"": Form("/desk/staff/{colleague}/reset", "reviewer", status=200)},
    "/desk/staff/{person_id:str}/disable": {
        "": Form("/desk/staff/{colleague}/disable", "reviewer", {"reason": "走了"}, text=("reason",))
    },
    "/desk/dead-letters/{delivery_id:str}/requeue": {"": Form("/desk/dead-letters/{dead}/requeue", "reviewer")},
    "/desk/dead-letters/{delivery_id:str}/give-up": {
        "": Form("/desk/dead-letters/{dead}/give-up", "reviewer", {"reason": "人工办了"}, text=("reason",))
    },
    "/rumours": {
        "": Form(
            "/rumours", "", {"said": "聽說的一句話", "region_code": "420102"}, text=("said",), machine=("region_code",)
        )
    },
    "/desk/rumours/{rumour_id:str}/publish": {
        "": Form(
            "/desk/rumours/{rumour}/publish",
            "reviewer",
            {**_WORD, "act": "publish"},
            text=("why", "authority", "source_url"),
            machine=("verdict", "act"),
        ),
        "preview": Form(
            "/desk/rumours/{rumour}/publish",
            "reviewer",
            _WORD,
            text=("why", "authority", "source_url"),
            machine=("verdict",),
            status=200,
        ),
    },
    "/desk/rumours/{rumour_id:str}/set-aside": {
        "": Form("/desk/rumours/{other_rumour}/set-aside", "reviewer", {"reason": "核對不了"}, text=("reason",))
    },
    "/place": {"": Form("/place", fields={"to": "武昌區", "next": "/"}, text=("to",), machine=("next",))},
    "/regions/{code:str}/follow": {"": Form("/regions/420102/follow", "farmer")},
    "/regions/{code:str}/unfollow": {"": Form("/regions/420102/unfollow", "farmer")},
    "/me/mandates": {"": Form("/me/mandates", "farmer", {"phone": "13900007766"}, text=("phone",))},
    "/mandates/{mandate_id:str}/end": {
        "": Form("/mandates/{mandate}/end", "farmer", {"next": "/me/growers"}, machine=("next",))
    },
    "/me/growers/{mandate_id:str}/choose": {
        "": Form("/me/growers/{mandate}/choose", "farmer", {"next": "/sell/orders"}, machine=("next",))
    },
    "/sell/proposals/{proposal_id:str}/accept": {"": Form("/sell/proposals/{proposal}/accept", "edited_seller")},
    "/sell/proposals/{proposal_id:str}/decline": {"": Form("/sell/proposals/{proposal}/decline", "edited_seller")},
    "/coach/cases/{case_id:str}/listings": {
        "": Form(
            "/coach/cases/{coached}/listings",
            "editing_coach",
            {"listing_id": "{edited}", "title": "新名", "price": "50", "description": "說明", "note": "太貴"},
            text=("title", "description", "note"),
            numbers=("price",),  # each listing has a form of its own: another `listing_id` is another form
        )
    },
    "/me/growers/leave": {"": Form("/me/growers/leave", "farmer")},
    "/follows/{follow_id:str}/end": {"": Form("/follows/{follow}/end", "farmer")},
    "/desk/notices": {
        "": Form(
            "/desk/notices", "reviewer", {"source": "網址"}, files={"file": ("1.json", "notice")}, text=("source",)
        )
    },
    "/desk/names": {
        "": Form(
            "/desk/names",
            "reviewer",
            {"stated": "四川省 成都市 無此區", "region": "510104"},
            text=("region",),
            machine=("stated",),
        )
    },
    "/desk/restrictions": {
        "": Form(
            "/desk/restrictions",
            "reviewer",
            {"region": "420102", "level": "high", "communities": "甲小區", "source": "通知", "reason": "核實"},
            text=("region", "source", "reason"),
            machine=("level",),
        )
    },
    "/desk/restrictions/{hand_restriction_id:str}/end": {
        "": Form("/desk/restrictions/{by_hand}/end", "reviewer", {"reason": "解封"}, text=("reason",))
    },
    "/clearance/follow": {"": Form("/clearance/follow", "shopper")},
    "/clearance/unfollow": {"": Form("/clearance/unfollow", "shopper")},
    "/clearance/told/{clearance_follow_id:str}/end": {"": Form("/clearance/told/{clearance_follow}/end")},
    "/desk/clearance/make": {"": Form("/desk/clearance/make", "reviewer", {"why": "少了一條"}, text=("why",))},
    "/desk/clearance/{lot_id:str}/opinion": {
        "": Form(
            "/desk/clearance/{listed_lot}/opinion",
            "reviewer",
            _SAID,
            text=("office", "officer", "words"),
            dates=("given_on",),
            machine=("verified",),
        )
    },
    "/review/appeals/{appeal_id:str}/opinion": {
        "": Form(
            "/review/appeals/{reached_appeal}/opinion",
            "caller",
            {**_SAID, "product": "草莓", "quantity": "500", "quantity_unit": "jin", "price_per_kg": "3.5"},
            text=("office", "officer", "words", "product"),
            numbers=("quantity", "price_per_kg"),
            dates=("given_on",),
            machine=("verified", "quantity_unit"),
        )
    },
    "/imports": {
        "": Form("/imports", "importer", files={"file": ("社员.csv", "members")}),
        "on behalf": Form(
            "/imports",
            "reviewer",
            {"on_behalf_of": "{cooperative}"},
            files={"file": ("社员.csv", "members")},
            text=("on_behalf_of",),
        ),
    },
    "/sell/import": {"": Form("/sell/import", "grower", files={"file": ("上架.csv", "listings")})},
    "/sell/import/{bulk_file_id:str}/load": {"": Form("/sell/import/{listing_file}/load", "grower")},
    "/sell/orders/bulk": {"": Form("/sell/orders/bulk", "grower", files={"file": ("订单.csv", "orders")})},
    "/sell/orders/bulk/{bulk_file_id:str}/load": {"": Form("/sell/orders/bulk/{order_file}/load", "grower")},
    "/sell/orders/bulk/accept": {
        "": Form(
            "/sell/orders/bulk/accept",
            "grower",
            {"order_ids": "{placed_order}"},
            machine=("order_ids",),
            several=("order_ids",),
        )
    },
    "/desk/recalls": {
        "": Form(
            "/desk/recalls",
            "reviewer",
            {"lot": "{bought_lot}", "reason": "每年演练", "told": "yes"},
            text=("lot", "reason"),
            machine=("told",),
        )
    },
    "/imports/{import_id:str}/start": {"": Form("/imports/{checked}/start", "importer")},
    "/imports/{import_id:str}/cancel": {"": Form("/imports/{checked}/cancel", "importer")},
    "/filings/{filing_id:str}/confirm": {"": Form("/filings/{filing}/confirm", "member")},
    "/filings/{filing_id:str}/decline": {"": Form("/filings/{filing}/decline", "member")},
    "/desk/cases/{case_id:str}/assign": {
        "": Form(
            "/desk/cases/{case}/assign",
            "reviewer",
            {"coach_id": "{free_coach}", "reason": "认得合作社"},
            text=("reason",),
            machine=("coach_id",),
        )
    },
    "/coach/tasks/{task_id:str}/claim": {"": Form("/coach/tasks/{ready_task}/claim", "fresh_coach")},
    "/coach/tasks/{task_id:str}/release": {"": Form("/coach/tasks/{task}/release", "coach", _TASK, machine=("fence",))},
    "/coach/tasks/{task_id:str}/complete": {
        "": Form(
            "/coach/tasks/{task}/complete",
            "coach",
            {**_TASK, "result": "箱子明天到"},
            text=("result",),
            machine=("fence",),
        )
    },
}
"""Forms by route and by what is posted there. A handler without an entry fails `test_every_form_has_an_example`."""
