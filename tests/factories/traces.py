"""A lot with any number of buyers, made set-based: for figures, and for tests of long files."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from tests.factories.orders import ADDRESS, Market


def many_lines(session: Session, market: Market, count: int) -> UUID:
    """`count` delivered orders of the first seller's lot, each of another purchase with a sealed address of its own.

    Their carts and payments are rows without which the foreign keys would not hold; nothing else is about them.
    """
    listing, buyer = market.listings[0], market.buyer
    params = {
        "count": count,
        "listing": listing.id,
        "lot": listing.lot_id,
        "product": listing.product_id,
        "seller": listing.seller_id,
        "seller_person": market.sellers[0].person_id,
        "buyer": buyer.principal.buyer_id,
        "buyer_person": buyer.person_id,
        "address": ADDRESS.sealed(),
        "region": ADDRESS.region_code,
    }
    connection = session.connection()
    connection.execute(text("SET LOCAL session_replication_role = replica"))  # no triggers: their carts do not exist
    connection.execute(_MANY, params)
    connection.execute(text("SET LOCAL session_replication_role = origin"))
    return listing.lot_id


_MANY = text("""
    WITH n AS (
        SELECT i, gen_random_uuid() AS group_id, gen_random_uuid() AS order_id FROM generate_series(1, :count) AS s (i)
    ), made_groups AS (
        INSERT INTO order_group (id, cart_id, buyer_id, payment_id, method, currency, region_code, mode, address,
                                 expires_at)
        SELECT group_id, gen_random_uuid(), :buyer, gen_random_uuid(), 'card', 'CNY', :region, 'truck', :address,
               agrimarket_now() FROM n
    ), made_orders AS (
        INSERT INTO seller_order (id, group_id, seller_id, seller_person_id, buyer_id, buyer_person_id, state,
                                  origin_region, currency, goods, delivery, final, commission_bps, placed_at,
                                  delivered_at, claim_until)
        SELECT order_id, group_id, :seller, :seller_person, :buyer, :buyer_person, 'delivered', '210681', 'CNY',
               6800, 800, 7600, 0, agrimarket_now(), agrimarket_now(), agrimarket_now() FROM n
    ), made_shipments AS (
        INSERT INTO shipment (id, seller_order_id, state, boxes, grams, carrier, tracking_number)
        SELECT gen_random_uuid(), order_id, 'delivered', 1, 2500, '顺丰', 'SF' || i FROM n
    )
    INSERT INTO order_line (id, seller_order_id, listing_id, lot_id, product_id, title, packs, pack_grams, unit_price,
                            priced_by, packed_grams, final)
    SELECT gen_random_uuid(), order_id, :listing, :lot, :product, '东港草莓', 1, 2500, 6800, 'pack', 2500, 6800 FROM n
""")
