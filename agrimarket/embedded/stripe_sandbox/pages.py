"""The sandbox's own pages: an index, onboarding, and the bank's or Alipay's page."""

from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader
from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Response

from agrimarket.embedded.stripe_sandbox import accounts, payment_flow
from agrimarket.embedded.stripe_sandbox.errors import Json
from agrimarket.embedded.stripe_sandbox.house import House
from agrimarket.embedded.stripe_sandbox.store import Record, Transaction
from agrimarket.embedded.stripe_sandbox.summary import summarise

TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True)


def _page(name: str, **values: object) -> Response[str]:
    return Response(TEMPLATES.get_template(name).render(**values), media_type="text/html")


def _link(tx: Transaction, account_id: str, token: str) -> Record:
    link = tx.find(token, "account_link", account_id)
    if link is None:
        raise NotFoundException("There is no such onboarding link.")
    return link


def _stale(tx: Transaction, link: Record) -> bool:
    return link.hidden["used"] or link.body["expires_at"] < tx.now


def _intent(tx: Transaction, intent_id: str, client_secret: str) -> Record:
    intent = tx.find(intent_id, "payment_intent")
    if intent is None or intent.body["client_secret"] != client_secret:
        raise NotFoundException("There is no such payment.")
    return intent


def _waits(intent: Record, source: str) -> bool:
    return intent.body["status"] == "requires_action" and intent.body["payment_method"] == source


def _back(intent: Record) -> str:
    status = "failed" if intent.body["status"] == "requires_payment_method" else "succeeded"
    query = {
        "payment_intent": intent.id,
        "payment_intent_client_secret": intent.body["client_secret"],
        "redirect_status": status,
    }
    target = intent.hidden.get("return_url")
    return f"{target}{'&' if '?' in target else '?'}{urlencode(query)}" if target else "/"


class PagesController(Controller):
    """Pages that people see in a browser."""

    path = "/"

    @get("/", sync_to_thread=False)
    def index(self, state: State) -> Response[str]:
        """Balances and the last payments."""
        with House.of(state).store.transaction() as tx:
            recent: dict[str, list[Json]] = {}
            for kind in ("payment_intent", "refund", "transfer", "payout"):
                recent[kind] = [item.body for item in tx.page(kind, None, {}, bounds=[], limit=20).records]
            return _page("index.html", summary=summarise(tx), recent=recent)

    @get("/setup/{account_id:str}/{token:str}", sync_to_thread=False)
    def show_onboarding(self, state: State, account_id: str, token: str) -> Response[str] | Redirect:
        """The onboarding form; a used or expired link leads to `refresh_url`."""
        with House.of(state).store.transaction() as tx:
            link = _link(tx, account_id, token)
            if _stale(tx, link):
                return Redirect(link.hidden["refresh_url"], status_code=303)
            return _page("setup.html", account=tx.get(account_id, "account").body)

    @post("/setup/{account_id:str}/{token:str}", status_code=303, sync_to_thread=False)
    def complete_onboarding(self, state: State, account_id: str, token: str) -> Redirect:
        """Handle the form's one button: all details are given."""
        with House.of(state).changing() as tx:
            link = _link(tx, account_id, token)
            if _stale(tx, link):
                return Redirect(link.hidden["refresh_url"], status_code=303)
            accounts.complete_onboarding(tx, tx.get(account_id, "account"))
            link.hidden["used"] = True
            tx.save(link)
            return Redirect(link.hidden["return_url"], status_code=303)

    @get("/authorise/{intent_id:str}", sync_to_thread=False)
    def show_payment(self, state: State, intent_id: str, client_secret: str, source: str) -> Response[str] | Redirect:
        """The bank's or Alipay's page."""
        with House.of(state).store.transaction() as tx:
            intent = _intent(tx, intent_id, client_secret)
            if not _waits(intent, source):
                return Redirect(_back(intent), status_code=303)
            return _page("authorise.html", intent=intent.body)

    @post("/authorise/{intent_id:str}", status_code=303)
    async def decide_payment(
        self, state: State, intent_id: str, client_secret: str, source: str, request: Request[None, None, State]
    ) -> Redirect:
        """Authorise or fail, then lead back. A second press changes nothing, nor does the page of a replaced card."""
        outcome = (await request.form()).get("outcome")
        with House.of(state).changing() as tx:
            intent = _intent(tx, intent_id, client_secret)
            if _waits(intent, source) and outcome in ("succeed", "fail"):
                payment_flow.complete_action(tx, intent, outcome)
            return Redirect(_back(intent), status_code=303)
