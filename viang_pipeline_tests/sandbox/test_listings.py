"""Contract §14.6: listings by scan and in bulk; accounts."""

from __future__ import annotations

from viang_pipeline.sandbox.truth import Listing, Seller
from viang_pipeline_tests.sandbox.shop import DAY, MINUTE, START, Shop


def stocked(shop: Shop, count: int) -> tuple[Seller, list[Listing]]:
    seller = shop.world.add_seller(f"estoque-{len(shop.world.sellers)}")
    return seller, [shop.world.add_listing(seller, title=f"Peça {n}", price=1000 + n) for n in range(count)]


def scan(shop: Shop, seller: Seller, **params: object) -> dict[str, object]:
    answer = shop.get(seller, f"/users/{seller.seller_id}/items/search", search_type="scan", **params)
    body: dict[str, object] = answer.json()
    return body


def test_a_scan_repeats_one_scroll_id_until_it_is_empty(shop: Shop) -> None:
    seller, listings = stocked(shop, 230)
    first = scan(shop, seller, limit=100)
    assert first["seller_id"] == str(seller.seller_id)
    ids = list(first["results"])  # type: ignore[call-overload]
    sizes = []
    for _ in range(3):
        page = scan(shop, seller, scroll_id=first["scroll_id"])["results"]
        sizes.append(len(page))  # type: ignore[arg-type]
        ids += page  # type: ignore[operator]
    assert sizes == [100, 30, 0]
    assert ids == [listing.listing_id for listing in listings]


def test_a_scroll_dies_after_five_minutes_without_use(shop: Shop) -> None:
    seller, _ = stocked(shop, 3)
    scroll = scan(shop, seller, limit=1)["scroll_id"]
    shop.sandbox.clock.advance(4 * MINUTE)
    assert "results" in scan(shop, seller, scroll_id=scroll)
    shop.sandbox.clock.advance(5 * MINUTE)
    assert scan(shop, seller, scroll_id=scroll)["error"] == "invalid_scroll_id"


def test_without_scan_paging_ends_at_a_thousand(shop: Shop) -> None:
    seller, listings = stocked(shop, 60)
    path = f"/users/{seller.seller_id}/items/search"
    page = shop.get(seller, path, offset=50, limit=50).json()
    assert (page["results"], page["paging"]["total"]) == ([x.listing_id for x in listings[50:]], 60)
    assert shop.get(seller, path, offset=950, limit=50).status_code == 200
    assert shop.get(seller, path, offset=951, limit=50).status_code == 400
    assert shop.get(seller, path, limit=101).status_code == 400


def test_listings_are_found_by_the_status_they_have_now(shop: Shop) -> None:
    seller, (listing,) = stocked(shop, 1)
    shop.world.change_listing(listing, at=START - DAY, status="paused", sub_status=("out_of_stock",), stock=0)
    path = f"/users/{seller.seller_id}/items/search"
    assert shop.get(seller, path, status="active").json()["results"] == []
    assert shop.get(seller, path, status="paused").json()["results"] == [listing.listing_id]
    shop.sandbox.clock.set(START - 2 * DAY)
    shop.sandbox.tokens(seller)
    assert shop.get(seller, path, status="active").json()["results"] == [listing.listing_id]


def test_bulk_answers_in_the_order_asked_and_404_without_body(shop: Shop) -> None:
    seller, (a, b) = stocked(shop, 2)
    elements = shop.get(seller, "/items/bulk", ids=f"{b.listing_id},MLB1,{a.listing_id}").json()
    assert [e["status_code"] for e in elements] == [200, 404, 200]
    assert elements[1] == {"status_code": 404}
    assert (elements[0]["id"], elements[2]["body"]["id"]) == (b.listing_id, a.listing_id)


def test_bulk_refuses_twenty_one_and_repeated_ids(shop: Shop) -> None:
    seller, listings = stocked(shop, 21)
    ids = [listing.listing_id for listing in listings]
    assert shop.get(seller, "/items/bulk", ids=",".join(ids)).status_code == 400
    assert len(shop.get(seller, "/items/bulk", ids=",".join(ids[:20])).json()) == 20
    assert shop.get(seller, "/items/bulk", ids=f"{ids[0]},{ids[0]}").status_code == 400


def test_bulk_projection_needs_the_prefix_body(shop: Shop) -> None:
    seller, (listing,) = stocked(shop, 1)

    def projected(attributes: str) -> object:
        return shop.get(seller, "/items/bulk", ids=listing.listing_id, attributes=attributes).json()[0]

    assert projected("status_code,body.price") == {"status_code": 200, "body": {"price": 10}}
    assert projected("body.price") == {"body": {"price": 10}}
    assert projected("id,status_code,price") == {"status_code": 200, "id": listing.listing_id}


def test_variation_skus_need_include_attributes_all(shop: Shop) -> None:
    seller, _ = stocked(shop, 0)
    blue = shop.world.variation("Azul", sku="CAM-AZ", custom_field="VELHO-1")
    listing = shop.world.add_listing(seller, title="Camiseta", price=4990, variations=[blue])
    short = shop.get(seller, "/items/bulk", ids=listing.listing_id).json()[0]["body"]["variations"][0]
    assert "attributes" not in short
    assert "seller_custom_field" not in short
    full = shop.get(seller, "/items/bulk", ids=listing.listing_id, include_attributes="all").json()[0]["body"]
    assert full["variations"][0]["attributes"][0]["value_name"] == "CAM-AZ"
    assert full["variations"][0]["seller_custom_field"] == "VELHO-1"


def test_both_item_models_and_a_shared_user_product_live_in_one_account(shop: Shop) -> None:
    seller, _ = stocked(shop, 0)
    shared = shop.world.new_user_product()
    twins = [
        shop.world.add_listing(seller, title="Faca", price=4590, sku="FACA", user_product_id=shared) for _ in range(2)
    ]
    ids = ",".join(listing.listing_id for listing in twins)
    bodies = [e["body"] for e in shop.get(seller, "/items/bulk", ids=ids).json()]
    assert [body["user_product_id"] for body in bodies] == [shared, shared]
    assert [body["variations"] for body in bodies] == [[], []]


def test_the_old_multiget_is_gone_unless_switched_on(shop: Shop) -> None:
    seller, (listing,) = stocked(shop, 1)
    assert shop.get(seller, "/items", ids=listing.listing_id).status_code == 410
    shop.sandbox.options.old_multiget = True
    elements = shop.get(seller, "/items", ids=f"{listing.listing_id},{listing.listing_id}").json()
    assert [(e["code"], e["body"]["id"]) for e in elements] == [(200, listing.listing_id)]


def test_anothers_listings_are_refused(shop: Shop) -> None:
    owner, (listing,) = stocked(shop, 1)
    other, _ = stocked(shop, 0)
    assert shop.get(other, f"/items/{listing.listing_id}").status_code == 403
    assert shop.get(other, f"/users/{owner.seller_id}/items/search").status_code == 403


def test_accounts_show_more_to_their_owner(shop: Shop) -> None:
    seller, _ = shop.seller(tags=("user_product_seller",))
    other, _ = shop.seller()
    own = shop.get(seller, "/users/me").json()
    assert (own["id"], own["site_id"]) == (seller.seller_id, "MLB")
    assert "user_product_seller" in own["tags"]
    assert own["seller_reputation"]["level_id"] == "5_green"
    assert "email" in own
    assert "email" not in shop.get(other, f"/users/{seller.seller_id}").json()
    bulk = shop.get(seller, "/users/bulk", ids=f"{seller.seller_id},9").json()
    assert [element["status_code"] for element in bulk] == [200, 404]
