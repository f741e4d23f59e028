"""What people type, cleaned: one way for each kind of field, for pages, the API, files and the drive's settings alike.

Pure functions of the text. Each returns the spelling that is kept, to which it changes nothing when it is asked again,
or raises `Refused`. Nothing is guessed: what can be meant in two ways is refused.
"""


class Refused(ValueError):
    """The text is none of its kind. `code` is that of the sentence `field.…` which says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
