"""Outside services in one process: the Stripe sandbox at `/`, the mailbox under `/mailbox`."""

import asyncio
from typing import Any

from agrimarket.embedded.mailbox import app as mailbox_module
from agrimarket.embedded.stripe_sandbox import app as sandbox_module
from agrimarket.kernel.logs import configure_logs
from agrimarket.settings import get_settings

configure_logs(get_settings())
_MAILBOX = "/mailbox"
mailbox: Any = mailbox_module.app
stripe_sandbox: Any = sandbox_module.app


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Dispatch by path; both applications start and end with this one."""
    if scope["type"] == "lifespan":
        await _lifespan(scope, receive, send)
    elif scope["path"] == _MAILBOX or scope["path"].startswith(f"{_MAILBOX}/"):
        path = scope["path"].removeprefix(_MAILBOX) or "/"
        inner = {**scope, "path": path, "raw_path": path.encode(), "root_path": _MAILBOX}
        await mailbox(inner, receive, send)
    else:
        await stripe_sandbox(scope, receive, send)


async def _lifespan(scope: Any, receive: Any, send: Any) -> None:
    """Pass each lifespan message to both, and answer when both have answered; a failure of one is the answer."""
    inboxes = [asyncio.Queue[Any](), asyncio.Queue[Any]()]
    answers: asyncio.Queue[Any] = asyncio.Queue()
    running = [
        asyncio.create_task(part(dict(scope), inbox.get, answers.put))
        for part, inbox in zip((stripe_sandbox, mailbox), inboxes, strict=True)
    ]
    message: dict[str, Any] = {}
    while message.get("type") != "lifespan.shutdown":
        message = await receive()
        for inbox in inboxes:
            inbox.put_nowait(message)
        both = [await answers.get() for _ in inboxes]
        await send(next((answer for answer in both if answer["type"].endswith(".failed")), both[0]))
    await asyncio.gather(*running)
