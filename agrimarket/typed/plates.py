"""Number plates of mainland China's road vehicles, as people write them.

The forms are those of GA 36: a province, a letter of the authority that gave it out, and five or six characters without
the letters I and O. A new-energy vehicle has six, with a letter first (small) or last (large); trailers, driving
schools, and vehicles from Hong Kong and Macao have a character of their own at the end.
"""

import re
from typing import Final

from agrimarket.typed import Refused
from agrimarket.typed.identifiers import identifier

PROVINCES: Final = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
MAX_TYPED: Final = 40
"""Characters of a plate as it comes in."""
_SIMPLIFIED = str.maketrans("晉遼滬蘇閩贛魯粵瓊貴雲陝寧學領", "晋辽沪苏闽赣鲁粤琼贵云陕宁学领")
_DOTS = re.compile("[·•・‧∙⋅●.,。_/]")
_LETTERS = "A-HJ-NP-Z"
PLATE: Final = (
    rf"^[{PROVINCES}][{_LETTERS}](?:[{_LETTERS}0-9]{{5}}|[{_LETTERS}0-9]{{4}}[挂学港澳]"
    rf"|[A-HJK][{_LETTERS}0-9][0-9]{{4}}|[0-9]{{5}}[A-HJK])$"
)
"""A plate as it is kept: seven characters, or eight of a new-energy vehicle."""
_PLATE = re.compile(PLATE)


def plate(text: str) -> str:
    """The plate without spaces, dots and dashes, in capitals and simplified characters: `辽F12345`, `粤AD12345`.

    `Refused` for everything else, plates of embassies, the police and the army among it: they carry no goods.
    """
    found = _DOTS.sub("", identifier(text[: MAX_TYPED * 2])).translate(_SIMPLIFIED)
    if not _PLATE.match(found):
        raise Refused("plate")
    return found
