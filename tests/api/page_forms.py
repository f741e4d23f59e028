"""Everybody who posts a form of the pages, at the point where they would, and one right post of each form."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyotp
from PIL import Image
from sqlmodel import Session

from agrimarket.accounts import service as accounts
from agrimarket.coaching import service as coaching
from agrimarket.kernel import ids
from agrimarket.kernel.db import Database
from agrimarket.kernel.idempotency import Idempotency
from agrimarket.kernel.principal import Role
from agrimarket.onboarding.bulk import filings
from agrimarket.onboarding.bulk import flows as imports
from agrimarket.onboarding.bulk import service as import_service
from agrimarket.onboarding.service import drafts, review
from tests.factories import accounts as people
from tests.factories import bulk
from tests.factories import onboarding as make
from tests.factories.catalog import a_listing
from tests.factories.coaching import a_case, a_coach
from workers.inline import drain

PASSWORD = "a horse that pulls strawberries"
TOTP_SECRET = pyotp.random_base32()
EMAIL = "reviewer@forms.example"


@dataclass(frozen=True)
class Form:
    """A right post of one form. `{names}` in path and fields are filled from the stage.

    `text`, `numbers` and `dates` name the fields that people type such things into; what they typed comes back with
    the form. `machine` names those that pages fill in. `several` may
    hold more than one; `unseen` are not given back. `keeps` are tables that a refusal
    may write, since that is meant: what was right is kept, and tries are counted.
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
_CLAIMED = {"fence": "{fence}"}
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
        "person signed in": Form("/appeal/person", "newcomer", {"name": "王大姐"}, text=("name",), keeps=_APPEAL),
        "code": Form(
            "/appeal/code",
            fields={"code": "{code}"},
            numbers=("code",),
            unseen=("code",),
            keeps=_APPEAL | {"sign_in_code"},
        ),
    },
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
                "spoils_on": "2099-12-31",
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
    "/applications/{application_id:str}/appeal": {"": Form("/applications/{rejected}/appeal", "refused")},
    "/review/{application_id:str}/{act:str}": {
        "claim": Form("/review/{waiting}/claim", "reviewer"),
        "approve": Form(
            "/review/{held}/approve", "reviewer", {**_CLAIMED, "limit": "3000"}, numbers=("limit",), machine=("fence",)
        ),
        "reject": Form(
            "/review/{held}/reject",
            "reviewer",
            {**_CLAIMED, "reason": "照片看不清"},
            text=("reason",),
            machine=("fence",),
        ),
        "ask": Form(
            "/review/{held}/ask",
            "reviewer",
            {**_CLAIMED, "step": "identity", "ask": "id_unreadable", "note": "请再拍一次"},
            text=("note",),
            machine=("fence", "step", "ask"),
        ),
        "check": Form(
            "/review/{held}/check",
            "reviewer",
            {**_CLAIMED, "requirement": "identity_seen", "seen": "yes"},
            machine=("fence", "requirement", "seen"),
        ),
        "reveal": Form(
            "/review/{held}/reveal",
            "reviewer",
            {**_CLAIMED, "field": "id_number"},
            machine=("fence", "field"),
            status=200,
        ),
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
    "/imports/{import_id:str}/start": {"": Form("/imports/{checked}/start", "importer")},
    "/imports/{import_id:str}/cancel": {"": Form("/imports/{checked}/cancel", "importer")},
    "/filings/{filing_id:str}/confirm": {"": Form("/filings/{filing}/confirm", "member")},
    "/filings/{filing_id:str}/decline": {"": Form("/filings/{filing}/decline", "member")},
    "/coach/tasks/{task_id:str}/{act:str}": {
        "claim": Form("/coach/tasks/{ready_task}/claim", "fresh_coach"),
        "release": Form("/coach/tasks/{task}/release", "coach", _TASK, machine=("fence",)),
        "complete": Form(
            "/coach/tasks/{task}/complete",
            "coach",
            {**_TASK, "result": "箱子明天到"},
            text=("result",),
            machine=("fence",),
        ),
    },
}
"""By route and by what is posted there. A handler without an entry fails `test_every_form_has_an_example`."""


@dataclass(frozen=True)
class Stage:
    """Tokens of those who post, the ids and numbers that their forms carry, and the same ids of somebody else's."""

    tokens: Mapping[str, str]
    values: Mapping[str, str]
    foreign: Mapping[str, str]
    files: Mapping[str, bytes]
    draft_cookie: str

    def fill(self, text: str) -> str:
        """`text` with its `{names}` filled in."""
        return text.format_map({"totp": pyotp.TOTP(TOTP_SECRET).now(), **self.values})


def a_stage(db: Database) -> Stage:
    """Every person of `FORMS`, with what they act on."""
    with db.transaction() as session:
        accounts.enrol_staff(
            session, EMAIL, "審核 · 陳", "zh-Hant", [Role.OPERATOR], password=PASSWORD, totp_secret=TOTP_SECRET
        )
    tokens: dict[str, str] = {}
    values: dict[str, str] = {}
    foreign: dict[str, str] = {}
    for part in (_farmers, _reviewing, _coaching):
        with db.transaction() as session:
            part(session, tokens, values, foreign)
    _importing(db, tokens, values, foreign)
    with db.transaction() as session:
        phone = "+8613900009999"
        values |= {"code_phone": phone, "code": make.code_for(session, phone)}
        draft = {**make.appeal_body(), "spoils_in_days": "3", "phone": phone}
        cookie = drafts.keep(session, None, draft)
    picture = io.BytesIO()
    Image.new("RGB", (320, 240), "darkgreen").save(picture, "JPEG")
    with db.transaction() as session:
        listing = a_listing(session, people.a_seller(session).principal)
        values["listing"] = ids.encode("lst", listing.id)
    return Stage(tokens, values, foreign, {"photo": picture.getvalue(), "members": bulk.csv_of(bulk.lines(3))}, cookie)


def _farmers(session: Session, tokens: dict[str, str], values: dict[str, str], foreign: dict[str, str]) -> None:
    farmer, other, appellant, newcomer = (people.a_person(session) for _ in range(4))
    draft = make.draft(session, farmer.principal, make.farmer_answers(1)).application
    theirs = make.draft(session, other.principal, make.farmer_answers(2)).application
    second = people.sign_in(session, farmer.person_id)
    values |= {
        "draft": ids.encode("app", draft.id),
        "version": str(draft.version),
        "other_session": _session_id(second),
        "appeal": ids.encode("apl", make.file_appeal(session, appellant.person_id).appeal.id),
    }
    foreign |= {
        "draft": ids.encode("app", theirs.id),
        "other_session": _session_id(other),
        "appeal": ids.encode("apl", make.file_appeal(session, other.person_id).appeal.id),
    }
    tokens |= {"farmer": farmer.token, "appellant": appellant.token, "newcomer": newcomer.token}


def _session_id(who: people.Somebody) -> str:
    assert who.principal.session_id is not None
    return ids.encode("ses", who.principal.session_id)


def _reviewing(session: Session, tokens: dict[str, str], values: dict[str, str], foreign: dict[str, str]) -> None:
    reviewer = people.a_person(session, Role.OPERATOR)
    waiting, held, refused, stranger = (people.a_person(session) for _ in range(4))
    values["waiting"] = ids.encode("app", make.submitted(session, waiting.principal, 11).application.id)
    application_id = make.submitted(session, held.principal, 12).application.id
    claimed = review.claim(session, reviewer.principal, application_id).full.application
    values |= {"held": ids.encode("app", application_id), "fence": str(claimed.fence)}
    for who, where in ((refused, values), (stranger, foreign)):
        rejected = make.submitted(session, who.principal, 13 + (who is stranger)).application
        review.claim(session, reviewer.principal, rejected.id)
        review.reject(session, reviewer.principal, rejected.id, "照片看不清", None)
        where["rejected"] = ids.encode("app", rejected.id)
    tokens |= {"reviewer": reviewer.token, "refused": refused.token}


def _coaching(session: Session, tokens: dict[str, str], values: dict[str, str], foreign: dict[str, str]) -> None:
    for name, key in (("coach", "task"), ("fresh_coach", "ready_task")):
        coach = a_coach(session, capacity=1)
        coaching.match_case(session, a_case(session, people.a_person(session).person_id).id)
        ((task, _),) = coaching.queue(session, coach.principal, 10)
        tokens[name], values[key] = coach.token, ids.encode("tsk", task.id)
        if name == "coach":
            values["task_fence"] = str(coaching.claim_task(session, coach.principal, task.id).fence)
    foreign |= {"task": values["ready_task"], "ready_task": values["task"]}


def _importing(db: Database, tokens: dict[str, str], values: dict[str, str], foreign: dict[str, str]) -> None:
    importer, other = bulk.cooperative(db, 31), bulk.cooperative(db, 32, "别家合作社")
    assert importer.principal.seller_id is not None
    content = bulk.csv_of(bulk.lines(3))
    for who, where in ((importer, values), (other, foreign)):
        for key in ("loaded", "checked"):
            out = imports.check_file(db, Idempotency(), who.principal, content, "社员.csv", None, "zh-Hans")
            where[key] = ids.encode("imp", out.id)
        with db.transaction() as session:
            import_service.start(session, who.principal, ids.parse("imp", where["loaded"]))
    drain(db)
    members = [make.sign_in(db, bulk.FIRST + number) for number in (1, 2)]
    with db.transaction() as session:
        for member, where in zip(members, (values, foreign), strict=True):
            mine = filings.listed(session, member.principal, None, 10)
            where["filing"] = ids.encode("fil", mine[0].row.id)
    values["cooperative"] = ids.encode("sel", importer.principal.seller_id)
    tokens |= {"importer": importer.token, "member": members[0].token}
