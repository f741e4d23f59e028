"""HTML handlers of `onboarding`."""

from litestar.types import ControllerRouterHandler

PAGES: list[ControllerRouterHandler] = []
