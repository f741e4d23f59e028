"""Names of communities in notices, compared with addresses: one answer for quotes, payments, dispatch and pages.

`spelling` brings a text into one script, `counts` and `names` read its parts, `reading` makes places of them, and
`comparing` answers. See decision 21.
"""

from agrimarket.regions.communities.comparing import verdict

__all__ = ["verdict"]
