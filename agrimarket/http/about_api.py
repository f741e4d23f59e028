"""What the OpenAPI document says of the API as a whole: its name, terms, tags, and how callers prove who they are."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Final

from litestar import Router
from litestar.openapi.spec import Components, Contact, License, SecurityScheme, Server, Tag

from agrimarket.http.openapi import ApiConfig, Models, tagged
from agrimarket.http.operations import KEY
from agrimarket.http.reference import ReferencePlugin
from agrimarket.settings import Settings

DESCRIPTION: Final = """Sell what is stuck: appeals, listings, checkout, coaching.

Errors are RFC 9457 problem details: `code` is stable, `detail` is a sentence in the language of `Accept-Language`.
Ids are prefixed and sortable, money is in minor units, weights are in grams, times are RFC 3339 in UTC.
Lists come in pages: `next` is the `cursor` of the following one. An `Idempotency-Key` makes a write safe to repeat.
`RateLimit-Policy` and `RateLimit` say how many requests a network may make; `Retry-After` how long to wait.
Any site's scripts may call the API: cookies have no say in it. HEAD is answered wherever GET is.
"""
TAGS: Final[Mapping[str, str]] = {
    "drive": "Who runs the drive, and on which terms.",
    "sign-in": "Codes by SMS, sessions, and their tokens.",
    "people": "Accounts, roles, staff, and messages to the caller.",
    "API keys": "Tokens for programs, which can be revoked one by one.",
    "regions": "Divisions of GB/T 2260, official notices, and whether a delivery can be made.",
    "onboarding": "From a cry for help to a seller's account.",
    "documents": "Photos and papers, sent by resumable upload (tus 1.0).",
    "imports": "Files of members and their produce, which cooperatives file for them.",
    "review": "The operators' desk: appeals, applications, bank accounts.",
    "catalog": "Produce, harvest lots, and what is on sale of them.",
    "buying": "Carts, quotes, and checkout.",
    "orders": "What was bought and sold, from acceptance to delivery.",
    "claims": "What was wrong with a delivery, and what is given back.",
    "payments": "Payments as their payers see them.",
    "sellers": "Where sellers are paid, their payouts, and their statements.",
    "coaching": "Coaches, their cases, and their tasks.",
    "operations": "The ledger, comparisons with the provider, and the audit log.",
    "webhooks": "What providers tell us.",
    "system": "What operators' tools ask.",
}
"""Every tag, in the order of the reference, and what is under it."""


def api_document(settings: Settings) -> ApiConfig:
    """The configuration of the document at `/schema/openapi.json` and of the reference page at `/schema`.

    Nothing of the document is made before somebody asks for it.
    """
    about = f"{settings.base_url}/about"
    config = ApiConfig(
        title="agrimarket",
        version=version("agrimarket"),
        description=DESCRIPTION,
        contact=Contact(name="The operators of the drive", url=about),
        license=License(name="The terms of the drive", url=about),
        servers=[Server(url="/", description="This installation, in production or on a local machine.")],
        tags=[Tag(name=name, description=told) for name, told in TAGS.items()],
        components=_security_schemes(),
        use_handler_docstrings=True,
        render_plugins=[ReferencePlugin()],
        openapi_router=Router("/schema", route_handlers=[], include_in_schema=False, after_request=tagged),
    )
    config.models = Models()
    return config


def _security_schemes() -> Components:
    bearer = "The `token` of `POST /v1/auth/sessions`. It ends by itself, and can be revoked."
    key = "An API key that has the scope. Operations that name no scope are closed to keys."
    metrics = "The token of the operators' monitoring (`AGRIMARKET_METRICS_TOKEN`)."
    stripe = "Stripe's signature of the body, with the secret that the webhook was given."
    return Components(
        security_schemes={
            "bearer": SecurityScheme(type="http", scheme="bearer", description=bearer),
            KEY: SecurityScheme(type="http", scheme="bearer", bearer_format="agm_…", description=key),
            "metrics": SecurityScheme(type="http", scheme="bearer", description=metrics),
            "stripe": SecurityScheme(
                type="apiKey", security_scheme_in="header", name="Stripe-Signature", description=stripe
            ),
        }
    )
