"""The application: plugins, routers, thread pool."""

from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from litestar import Litestar, Router
from litestar.concurrency import set_asyncio_executor
from litestar.config.compression import CompressionConfig
from litestar.datastructures import CacheControlHeader, State
from litestar.static_files import create_static_files_router  # pyright: ignore[reportUnknownVariableType]
from litestar.types import ControllerRouterHandler

from agrimarket.about.pages import PAGES as ABOUT_PAGES
from agrimarket.about.routes import ROUTES as ABOUT_ROUTES
from agrimarket.accounts.pages import PAGES as ACCOUNT_PAGES
from agrimarket.accounts.routes import ROUTES as ACCOUNT_ROUTES
from agrimarket.accounts.service import sign_in
from agrimarket.catalog.pages import PAGES as CATALOG_PAGES
from agrimarket.catalog.routes import ROUTES as CATALOG_ROUTES
from agrimarket.catalog.routes.listings import KEPT_PATHS
from agrimarket.catalog.service.listings import MARKET_VERSION
from agrimarket.coaching.pages import PAGES as COACHING_PAGES
from agrimarket.coaching.routes import ROUTES as COACHING_ROUTES
from agrimarket.desks.pages import PAGES as DESK_PAGES
from agrimarket.desks.routes import ROUTES as DESK_ROUTES
from agrimarket.drive import drive_or_exit
from agrimarket.guard import settings_or_exit
from agrimarket.http.about_api import api_document
from agrimarket.http.csrf import form_tokens
from agrimarket.http.doors import Doors
from agrimarket.http.guides import GUIDES
from agrimarket.http.middleware import around_requests
from agrimarket.http.openapi import WireIds
from agrimarket.http.pages import templates
from agrimarket.http.problems import HANDLERS
from agrimarket.http.providers import Sources
from agrimarket.http.quota import Quota
from agrimarket.http.readcache import ReadCache
from agrimarket.http.request import MAX_BODY, ApiRequest, StrictBodies, refuse_unmeant
from agrimarket.http.system import EMBEDDED, SYSTEM
from agrimarket.integrations.stripe import gateway
from agrimarket.kernel.db import Database
from agrimarket.kernel.logs import configure_logs
from agrimarket.kernel.room import settle_temporary_folder
from agrimarket.migrations.tables import every_table
from agrimarket.notifications.pages import PAGES as NOTIFICATION_PAGES
from agrimarket.notifications.routes import ROUTES as NOTIFICATION_ROUTES
from agrimarket.onboarding.pages import PAGES as ONBOARDING_PAGES
from agrimarket.onboarding.routes import ROUTES as ONBOARDING_ROUTES
from agrimarket.orders.pages import PAGES as ORDER_PAGES
from agrimarket.orders.routes import ROUTES as ORDER_ROUTES
from agrimarket.payments.pages import PAGES as PAYMENT_PAGES
from agrimarket.payments.routes import ROUTES as PAYMENT_ROUTES
from agrimarket.payments.routes import WEBHOOKS
from agrimarket.regions.pages import PAGES as REGION_PAGES
from agrimarket.regions.routes import ROUTES as REGION_ROUTES
from agrimarket.settings import Settings, get_settings

API: list[ControllerRouterHandler] = [
    *ABOUT_ROUTES,
    *ACCOUNT_ROUTES,
    *REGION_ROUTES,
    *ONBOARDING_ROUTES,
    *CATALOG_ROUTES,
    *ORDER_ROUTES,
    *PAYMENT_ROUTES,
    *COACHING_ROUTES,
    *NOTIFICATION_ROUTES,
    *DESK_ROUTES,
]
PAGES: list[ControllerRouterHandler] = [
    *ABOUT_PAGES,
    *ACCOUNT_PAGES,
    *REGION_PAGES,
    *ONBOARDING_PAGES,
    *CATALOG_PAGES,
    *ORDER_PAGES,
    *PAYMENT_PAGES,
    *COACHING_PAGES,
    *NOTIFICATION_PAGES,
    *DESK_PAGES,
    *GUIDES,
]
STATIC_CACHE = CacheControlHeader(max_age=31_536_000, public=True, immutable=True)
"""Addresses of static files change with their content (`http.pages.static`)."""
STATIC = Path(__file__).parent / "http" / "static"


def create_app(settings: Settings | None = None, db: Database | None = None) -> Litestar:
    """The whole service as an ASGI application, on `db` or, as a process of its own, on the configured database."""
    settings = settings or (settings_or_exit() if db is None else get_settings())
    if db is None:
        configure_logs(settings)
        settle_temporary_folder()
    drive_or_exit()
    every_table()
    database = db or Database(settings.database_url, pool_size=settings.api_threads, application_name="agrimarket-api")
    executor = ThreadPoolExecutor(settings.api_threads, thread_name_prefix="handler")
    set_asyncio_executor(executor)
    document = api_document(settings)
    app = Litestar(
        route_handlers=_routers(settings),
        exception_handlers=HANDLERS,
        request_class=ApiRequest,
        before_request=refuse_unmeant,
        request_max_body_size=MAX_BODY,
        plugins=[StrictBodies(), WireIds(), document.models],
        middleware=[form_tokens(settings.secret_key.get_secret_value(), secure=settings.over_tls)],
        template_config=templates(),
        compression_config=CompressionConfig(
            backend="gzip", minimum_size=1_000, exclude=["/v1/.*/events", "^/photos/", r"/card\.png$"]
        ),
        openapi_config=document,
        state=State({"sources": Sources(settings, database, sign_in.authenticate, gateway)}),
        lifespan=[_lifespan(database, owned=db is None)],
    )
    # Around everything: middleware never sees Litestar's own refusals (no such page, a body too large).
    kept_answers = ReadCache(database, MARKET_VERSION, KEPT_PATHS)
    quota = Quota(settings.requests_per_minute)
    app.asgi_handler = around_requests(
        app.asgi_handler,
        kept_answers,
        quota,
        settings.trusted_proxies,
        Doors(settings.allowed_hosts),
        tls=settings.over_tls,
    )
    return app


def _routers(settings: Settings) -> list[Router]:
    embedded = EMBEDDED if settings.environment == "embedded" else []
    return [
        Router("/v1", route_handlers=API),
        Router("/webhooks", route_handlers=WEBHOOKS),
        # A router, since two handlers of one path, registered one by one, would each be put into a thread twice.
        Router("/", route_handlers=[*PAGES, *SYSTEM, *embedded]),
        create_static_files_router("/static", [STATIC], cache_control=STATIC_CACHE, include_in_schema=False),
    ]


def _lifespan(database: Database, *, owned: bool) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    """What happens around serving; an `owned` database is closed by the application."""

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncGenerator[None]:
        yield
        await database.stop_fetching()
        if owned:
            database.close()

    return lifespan
