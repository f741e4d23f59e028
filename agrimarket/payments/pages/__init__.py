"""HTML handlers of `payments`: where a seller is paid, and the operators' desk for bank accounts and bank transfers."""

from litestar.types import ControllerRouterHandler

from agrimarket.payments.pages import banks, seller, transfers

PAGES: list[ControllerRouterHandler] = [*seller.HANDLERS, *banks.HANDLERS, *transfers.HANDLERS]
