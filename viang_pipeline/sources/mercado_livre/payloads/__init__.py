"""What we read and keep of each Mercado Livre object, and what we leave out on purpose; one file per family.

Times stay text as sent (offsets vary: -04:00, Z, -0400); money is Decimal; ids are int, except those of listings,
user products and inventories. Names, addresses, documents and contacts of people are never named here, so they are
never stored.
"""

from viang_pipeline.sources.mercado_livre.payloads.account import (
    Account,
    ExcludedRate,
    Reputation,
    ReputationMetrics,
    ReputationRate,
    Transactions,
)
from viang_pipeline.sources.mercado_livre.payloads.attributes import Attribute
from viang_pipeline.sources.mercado_livre.payloads.listings import ItemRelation, Listing, ListingShipping, Variation
from viang_pipeline.sources.mercado_livre.payloads.orders import (
    CANCELLED,
    Buyer,
    CancelDetail,
    Coupon,
    DiscountAmounts,
    LineDiscount,
    Order,
    OrderContext,
    OrderItem,
    Payment,
    Reference,
    RequestedQuantity,
    SoldItem,
    Taxes,
)
from viang_pipeline.sources.mercado_livre.payloads.shipments import (
    CostDiscount,
    CostSide,
    LeadTime,
    Logistic,
    Shipment,
    ShipmentCosts,
    ShipmentEvent,
    ShipmentHistory,
    Sibling,
    StatusHistory,
)

__all__ = [
    "CANCELLED",
    "Account",
    "Attribute",
    "Buyer",
    "CancelDetail",
    "CostDiscount",
    "CostSide",
    "Coupon",
    "DiscountAmounts",
    "ExcludedRate",
    "ItemRelation",
    "LeadTime",
    "LineDiscount",
    "Listing",
    "ListingShipping",
    "Logistic",
    "Order",
    "OrderContext",
    "OrderItem",
    "Payment",
    "Reference",
    "Reputation",
    "ReputationMetrics",
    "ReputationRate",
    "RequestedQuantity",
    "Shipment",
    "ShipmentCosts",
    "ShipmentEvent",
    "ShipmentHistory",
    "Sibling",
    "SoldItem",
    "StatusHistory",
    "Taxes",
    "Transactions",
    "Variation",
]
