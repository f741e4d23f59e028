"""HTML handlers of `coaching`."""

from litestar.types import ControllerRouterHandler

from agrimarket.coaching.pages import cases, matching, tasks

PAGES: list[ControllerRouterHandler] = [
    *cases.HANDLERS,
    *matching.HANDLERS,
    tasks.desk,
    tasks.lease,
    tasks.release,
    tasks.complete,
]
