"""People of the demo market. They exist in embedded runs only, since their passwords are public."""

from dataclasses import dataclass
from uuid import UUID

from pyotp.totp import TOTP
from sqlmodel import Session

from agrimarket.accounts.service import buyers, people, sellers, staff
from agrimarket.accounts.states import BuyerKind, SellerKind, Standing
from agrimarket.coaching.service import coaches
from agrimarket.kernel.principal import Principal, Role

PASSWORD = "lunch-box-42-harvest"  # noqa: S105
"""The password of every demo member of staff."""


@dataclass(frozen=True, slots=True)
class Staff:
    """A demo operator, or a demo coach with skills of level 1 to 3."""

    email: str
    name: str
    language: str
    role: Role
    totp_secret: str
    skills: tuple[tuple[str, int], ...] = ()
    produce: tuple[str, ...] = ()
    region_code: str = ""


@dataclass(frozen=True, slots=True)
class Trader:
    """A demo seller or buyer, who signs in by phone."""

    phone: str
    name: str
    language: str
    kind: SellerKind | BuyerKind
    region_code: str


STAFF = (
    Staff("operator@demo.agrimarket.test", "值班 · 林", "zh-Hans", Role.OPERATOR, "JBSWY3DPEHPK3PXPAGRI2222OPERATOR"),
    Staff("reviewer@demo.agrimarket.test", "審核 · 陳", "zh-Hant", Role.OPERATOR, "JBSWY3DPEHPK3PXPAGRI2222REVIEWER"),
    Staff(
        "coach.cold@demo.agrimarket.test", "周老师", "zh-Hans", Role.COACH, "JBSWY3DPEHPK3PXPAGRI2222COACHONE",
        (("cold_chain", 3), ("packaging", 2), ("food_safety", 2)), ("草莓", "青菜", "水果黄瓜"), "210000",
    ),
    Staff(
        "coach.live@demo.agrimarket.test", "何老师", "zh-Hans", Role.COACH, "JBSWY3DPEHPK3PXPAGRI2222COACHTWO",
        (("live_selling", 3), ("listing", 2), ("pricing", 2)), ("菠萝", "砂糖橘", "茶油"), "440000",
    ),
    Staff(
        "coach.price@demo.agrimarket.test", "Ms Tan", "en", Role.COACH, "JBSWY3DPEHPK3PXPAGRI2222COACHTRI",
        (("pricing", 3), ("listing", 2), ("food_safety", 2)), ("红薯", "土豆", "芥菜"), "370000",
    ),
)  # fmt: skip
SELLERS = (
    Trader("+8613900000101", "东港草莓合作社", "zh-Hans", SellerKind.COOPERATIVE, "210681"),
    Trader("+8613900000102", "徐闻王大姐菠萝园", "zh-Hans", SellerKind.FARMER, "440825"),
    Trader("+8613900000103", "武鸣砂糖橘果园", "zh-Hans", SellerKind.FARMER, "450110"),
    Trader("+8613900000104", "易县三乡红薯合作社", "zh-Hans", SellerKind.COOPERATIVE, "130633"),
)
BUYERS = (
    Trader("+8613900000201", "江岸区刘女士", "zh-Hans", BuyerKind.HOUSEHOLD, "420102"),
    Trader("+8613900000202", "朝阳团长小赵", "zh-Hans", BuyerKind.GROUP_BUY_LEADER, "110105"),
    Trader("+8613900000203", "Hangzhou school canteen", "en", BuyerKind.CANTEEN, "330106"),
)
TRADERS = (*SELLERS, *BUYERS)
INTEGRATOR = BUYERS[2]
"""A buyer whose program orders, and who therefore may make API keys."""


def load_people(session: Session) -> str:
    """Add staff with the coaches' profiles, approved sellers, and buyers; returns a line that tells what was done."""
    operator: Principal | None = None
    for one in STAFF:
        person_id = staff.enrol(
            session, one.email, one.name, one.language, [one.role], password=PASSWORD, totp_secret=one.totp_secret
        ).person_id
        if one.role is Role.OPERATOR:
            operator = operator or Principal(person_id, frozenset({Role.OPERATOR}), one.language)
        else:
            _register_coach(session, one, person_id, operator)
    for trader in SELLERS:
        person_id = people.with_phone(session, trader.phone, trader.language, trader.name)
        seller_id = sellers.register(session, person_id, SellerKind(trader.kind), trader.name, trader.region_code)
        sellers.set_standing(session, seller_id, Standing.APPROVED)
    for trader in BUYERS:
        person_id = people.with_phone(session, trader.phone, trader.language, trader.name)
        buyers.register(session, person_id, BuyerKind(trader.kind), trader.name, trader.region_code)
        if trader is INTEGRATOR:
            people.grant_role(session, person_id, Role.INTEGRATOR)
    return f"{len(STAFF)} of staff, {len(SELLERS)} sellers, {len(BUYERS)} buyers"


def _register_coach(session: Session, one: Staff, person_id: UUID, operator: Principal | None) -> None:
    coaches.register(
        session,
        person_id,
        by=operator,
        display_name=one.name,
        skills=dict(one.skills),
        languages=sorted({one.language, "zh-Hans"}),
        produce=one.produce,
        region_code=one.region_code,
        capacity=5,
    )


def seller_principal(session: Session, trader: Trader) -> Principal:
    """Principal of a request by the demo seller."""
    person_id = people.with_phone(session, trader.phone, trader.language, trader.name)
    seller_id = sellers.register(session, person_id, SellerKind(trader.kind), trader.name, trader.region_code)
    return Principal(person_id, frozenset({Role.SELLER}), trader.language, seller_id=seller_id)


def one_time_password(email: str) -> str | None:
    """Current one-time password of a demo member of staff; None for anybody else."""
    return next((TOTP(one.totp_secret).now() for one in STAFF if one.email == email), None)


HOW = (
    f"Staff: the password is {PASSWORD}, the code what `.venv/bin/agrimarket totp E-MAIL` prints. "
    "Sellers and buyers: the code is texted, and stands in the mailbox. The canteen may make API keys too."
)
"""How to sign in with what `demo_accounts` lists."""


def demo_accounts() -> list[tuple[str, str, str]]:
    """Every demo account as (sign-in name, who, what to enter then)."""
    desk = [(one.email, f"{one.role.value}: {one.name}", "password, code") for one in STAFF]
    traders = [
        (trader.phone, f"{kind}: {trader.name}", "texted code")
        for kind, group in (("seller", SELLERS), ("buyer", BUYERS[:2]), ("buyer", [INTEGRATOR]))
        for trader in group
    ]
    return desk + traders
