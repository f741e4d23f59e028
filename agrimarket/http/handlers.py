"""Litestar's route decorators as this house uses them: synchronous handlers in threads, every error declared."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

import litestar

from agrimarket.http.problems import declared

_READ = (400, 401, 403, 404, 422, 429, 503)
_WRITE = (*_READ, 402, 409, 410, 412, 413, 415, 428)

Decorator = Callable[..., Callable[[Callable[..., Any]], Any]]
get = cast("Decorator", partial(litestar.get, sync_to_thread=True, responses=declared(*_READ)))
head = cast("Decorator", partial(litestar.head, sync_to_thread=True, responses=declared(*_READ)))
post = cast("Decorator", partial(litestar.post, sync_to_thread=True, responses=declared(*_WRITE)))
put = cast("Decorator", partial(litestar.put, sync_to_thread=True, responses=declared(*_WRITE)))
patch = cast("Decorator", partial(litestar.patch, sync_to_thread=True, responses=declared(*_WRITE)))
delete = cast("Decorator", partial(litestar.delete, sync_to_thread=True, responses=declared(*_WRITE)))
page = cast("Decorator", partial(litestar.get, sync_to_thread=True, include_in_schema=False))
form = cast("Decorator", partial(litestar.post, sync_to_thread=True, include_in_schema=False, status_code=200))
