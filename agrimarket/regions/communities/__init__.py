"""Names of communities in notices, compared with addresses: one answer for quotes, payments, dispatch and pages.

`spelling` brings a text into one script, `counts` and `names` read its parts, `places` and `reading` put them
together, `likeness` and `comparing` answer, and `narrowing` says what SQL can leave out. See decision 21.
"""

from agrimarket.regions.communities.comparing import verdict
from agrimarket.regions.communities.narrowing import ALWAYS, words
from agrimarket.regions.communities.reading import is_a_zone, says_where

__all__ = ["ALWAYS", "is_a_zone", "says_where", "verdict", "words"]
