"""Kinds of produce on the wire."""

from typing import Annotated

from pydantic import Field

from agrimarket.catalog.models.listings import Product
from agrimarket.catalog.states import Category, Storage
from agrimarket.kernel.resources import ProductId
from agrimarket.kernel.wire import Count, Out, Several


class ProductOut(Out):
    """A kind of produce. `names` by language; `perishability_days` is how long it usually sells after harvest."""

    id: ProductId
    code: Annotated[str, Field(examples=["strawberry"])]
    names: Annotated[dict[str, str], Field(examples=[{"zh-Hant": "草莓", "zh-Hans": "草莓", "en": "Strawberry"}])]
    category: Category
    perishability_days: Annotated[Count, Field(examples=[3])]
    unit: Annotated[str, Field(examples=["jin"], description="The unit that people name its weight in.")]
    storage: Storage

    @classmethod
    def of(cls, product: Product) -> "ProductOut":
        """The product's row, for the wire."""
        return cls(
            id=product.id,
            code=product.code,
            names={"zh-Hant": product.name_hant, "zh-Hans": product.name_hans, "en": product.name_en},
            category=Category(product.category),
            perishability_days=product.perishability_days,
            unit=product.unit,
            storage=Storage(product.storage),
        )


class ProductsOut(Out):
    """All kinds of produce."""

    items: Annotated[list[ProductOut], Several]
