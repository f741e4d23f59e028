"""The answer to a webhook."""

from agrimarket.kernel.wire import Out


class Received(Out):
    """A webhook that was stored; `new` is false if it was stored before, or is not of a kind that we act on."""

    new: bool
