"""Searches of the market on the wire: what is asked for, and counts among what was found."""

from typing import Annotated

from pydantic import Field

from agrimarket.catalog.types.search import COUNTED, Facet, Facets
from agrimarket.kernel.wire import Day, In, Out

Counted = Annotated[int, Field(ge=0, le=COUNTED, examples=[12])]


class SearchDays(In):
    """The days of a search, in China."""

    spoils_before: Day | None = None


class FacetOut(Out):
    """A choice, with how many of the hits have it."""

    value: Annotated[str, Field(max_length=60, examples=["strawberry"], description="What the parameter takes.")]
    count: Counted
    names: Annotated[
        dict[str, str],
        Field(
            examples=[{"zh-Hant": "草莓", "zh-Hans": "草莓", "en": "Strawberry"}],
            max_length=3,
            description="By language, of produce and provinces.",
        ),
    ]

    @classmethod
    def of(cls, facet: Facet) -> "FacetOut":
        """The choice, for the wire."""
        return cls(value=facet.value, count=facet.count, names=dict(facet.names))


Choices = Annotated[list[FacetOut], Field(max_length=COUNTED)]


class FacetsOut(Out):
    """Counts among the hits of a search. With `more`, each count is of 1,000 of the hits: the least that there are."""

    total: Annotated[int, Field(ge=0, le=COUNTED, description="Hits, up to 1,000.", examples=[212])]
    more: Annotated[bool, Field(description="Whether there are more than 1,000 hits.")]
    read_as: Annotated[
        str,
        Field(
            max_length=100,
            examples=["strawberry"],
            description="Where nothing has the words of `q`: those nearly the same that the hits have. Else empty.",
        ),
    ]
    categories: Annotated[Choices, Field(description="For `category`.")]
    products: Annotated[Choices, Field(description="For `product`.")]
    provinces: Annotated[Choices, Field(description="For `region`.")]
    prices: Annotated[
        Choices, Field(description="Up to so much a kilogram in minor units, above the band before; `` has no end.")
    ]
    spoils: Annotated[Choices, Field(description="Within so many days from now.")]

    @classmethod
    def of(cls, facets: Facets) -> "FacetsOut":
        """The counts, for the wire."""
        return cls(
            total=facets.total,
            more=facets.more,
            read_as=facets.read_as,
            categories=[FacetOut.of(each) for each in facets.categories],
            products=[FacetOut.of(each) for each in facets.products],
            provinces=[FacetOut.of(each) for each in facets.provinces],
            prices=[FacetOut.of(each) for each in facets.prices],
            spoils=[FacetOut.of(each) for each in facets.spoils],
        )
