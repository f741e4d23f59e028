"""HTML handlers of `coaching`."""

from litestar.types import ControllerRouterHandler

from agrimarket.coaching.pages import cases, matching, proposals, tasks

PAGES: list[ControllerRouterHandler] = [
    *cases.HANDLERS,
    *matching.HANDLERS,
    *proposals.HANDLERS,
    tasks.desk,
    tasks.lease,
    tasks.release,
    tasks.complete,
]
