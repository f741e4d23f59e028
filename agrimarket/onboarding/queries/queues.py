"""Urgency in SQL, by which the queues of review and triage are sorted."""


def urgency(grams: str, since: str) -> str:
    """`rules.urgency` as an expression over a table `a` with `spoils_at`; `grams` and `since` are expressions too.

    Its parameters are `:as_of` and `:shortest`, which is `rules.SHORTEST_LEFT` in seconds.
    """
    return f"""{grams} / 1e6::float8
        * extract(epoch FROM CAST(:as_of AS timestamptz) - {since})::float8 / 3600
        / (greatest(extract(epoch FROM a.spoils_at - CAST(:as_of AS timestamptz)), :shortest)::float8 / 86400)"""
