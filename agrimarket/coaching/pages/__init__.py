"""HTML handlers of `coaching`."""

from litestar.types import ControllerRouterHandler

from agrimarket.coaching.pages import tasks

PAGES: list[ControllerRouterHandler] = [tasks.desk, tasks.lease, tasks.release, tasks.complete]
