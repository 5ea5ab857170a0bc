"""The contract's own examples of bodies (§3.3, §5.1, §5.2) and the flat shipment of the same parcel."""

from __future__ import annotations

ORDER = """{"id":2000011111222333,"status":"paid","date_created":"2026-10-03T23:19:58.000-04:00",
 "date_closed":"2026-10-03T23:20:07.000-04:00","last_updated":"2026-10-03T23:22:40.000-04:00",
 "date_last_updated":"2026-10-04T03:22:41.102Z","pack_id":2000009999888777,"currency_id":"BRL",
 "total_amount":179.8,"paid_amount":179.8,"fulfilled":null,"mediations":[],
 "order_items":[{"item":{"id":"MLB5550001112","title":"Garrafa 1L","category_id":"MLB1234","variation_id":null,
   "seller_sku":"GAR-1L-AZ","seller_custom_field":null,"variation_attributes":[],"user_product_id":"MLBU900100"},
   "quantity":2,"unit_price":89.9,"full_unit_price":99.9,"sale_fee":10.34,"listing_type_id":"gold_special","currency_id":"BRL"}],
 "payments":[{"id":120000000001,"status":"approved","transaction_amount":179.8,"transaction_amount_refunded":0,
   "shipping_cost":0,"coupon_amount":0,"marketplace_fee":20.68,"total_paid_amount":179.8}],
 "shipping":{"id":45001112223},"buyer":{"id":31337},"seller":{"id":424242},
 "tags":["pack_order","order_has_discount","paid","not_delivered"],
 "context":{"channel":"marketplace","site":"MLB","flows":["catalog"]},"cancel_detail":null}"""

SHIPMENT = """{"id":45001112223,"status":"shipped","substatus":null,"last_updated":"2026-10-05T08:12:44.000-04:00",
 "tags":[],"logistic":{"mode":"me2","type":"cross_docking","direction":"forward"},"source":{"site_id":"MLB","market_place":"MELI"},
 "lead_time":{"cost":0,"list_cost":15.95,"cost_type":"free","currency_id":"BRL",
 "estimated_delivery_time":{"date":"2026-10-07T00:00:00.000-03:00"}},
 "destination":{"receiver_id":31337,"shipping_address":{"city":{"name":"Curitiba"},"state":{"id":"BR-PR"},"zip_code":"80000000"}}}"""

FLAT_SHIPMENT = """{"id":45001112223,"status":"shipped","substatus":null,"last_updated":"2026-10-05T08:12:44.000-04:00",
 "logistic_type":"cross_docking","mode":"me2","base_cost":31.9,"order_id":null,"receiver_id":31337,
 "receiver_address":{"street_name":"Rua das Flores","zip_code":"80000000"},
 "shipping_option":{"cost":0,"list_cost":15.95,"currency_id":"BRL","id":1,"name":"Normal"},
 "status_history":{"date_shipped":"2026-10-05T08:12:44.000-04:00","date_delivered":null}}"""

COSTS = """{"gross_amount":31.9,"receiver":{"user_id":31337,"cost":0,"compensation":0,"save":0,
 "discounts":[{"rate":1,"type":"loyal","promoted_amount":10.1}]},
 "senders":[{"user_id":424242,"cost":15.95,"compensation":0,"save":0,
 "discounts":[{"rate":0.5,"type":"mandatory","promoted_amount":15.95}]}]}"""

BULK = """[{"status_code":200,"id":"MLB5550001112","body":{"id":"MLB5550001112",
  "status":"active","price":89.9,"available_quantity":37,"sold_quantity":412,
  "user_product_id":"MLBU900100","inventory_id":"QWER12345",
  "listing_type_id":"gold_special",
  "attributes":[{"id":"SELLER_SKU","value_name":"GAR-1L-AZ"}],"variations":[]}},{"status_code":404}]"""

TOKEN = """{"access_token":"APP_USR-777-100312-aa11-424242","token_type":"bearer","expires_in":21600,
 "scope":"offline_access read write","user_id":424242,"refresh_token":"TG-6701aa-424242"}"""
