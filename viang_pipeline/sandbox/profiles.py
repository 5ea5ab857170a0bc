"""Sellers to generate: what they sell, how much, and how often things go wrong. Only data."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

CLASSIC, PREMIUM = "gold_special", "gold_pro"


@dataclass(frozen=True, slots=True)
class Product:
    """A listing to create. ``price`` in centavos; ``variations``: (name, SKU or None); ``share`` of the sales.

    Two products with one SKU are two listings of the same goods; ``user_product`` marks the newer item model.
    """

    title: str
    price: int
    sku: str | None
    share: float = 1.0
    variations: tuple[tuple[str, str | None], ...] = ()
    fee: Decimal = Decimal("0.12")
    listing_type: str = CLASSIC
    user_product: bool = False
    custom_field: str | None = None
    status: str = "active"


@dataclass(frozen=True, slots=True)
class Habits:
    """Probabilities per order, or per purchase where it says so."""

    pack: float = 0.07
    """A purchase of two or three orders."""
    pack_split: float = 0.06
    """Of the packs."""
    multi_unit: float = 0.12
    rejected_first: float = 0.05
    two_payments: float = 0.01
    boleto: float = 0.06
    boleto_abandoned: float = 0.25
    """Of the boletos."""
    discounted: float = 0.2
    cancelled_before_dispatch: float = 0.03
    returned: float = 0.02
    partly_refunded: float = 0.012
    wallet_refunded: float = 0.004
    paid_twice: float = 0.003
    fraud_alert: float = 0.003
    invalid: float = 0.001
    test_order: float = 0.001
    foreign_currency: float = 0.0
    unknown_status: float = 0.0
    costs_never_come: float = 0.01
    not_delivered: float = 0.008


@dataclass(frozen=True, slots=True)
class Profile:
    """A seller. ``logistics``: (logistic type, share); ``freight`` is the usual cost of a shipment in centavos."""

    slug: str
    name: str
    orders_per_day: float
    products: tuple[Product, ...]
    logistics: tuple[tuple[str, float], ...] = (("drop_off", 1.0),)
    freight: int = 1890
    habits: Habits = Habits()
    tags: tuple[str, ...] = ()
    advertises: bool = True
    keeps_books: bool = True
    """Whether it has a Bling account."""


HOUSEHOLD = Profile(
    "casa-aurora",
    "Casa Aurora Utilidades",
    14,
    (
        Product(
            "Garrafa Térmica Inox 1 Litro Parede Dupla",
            8990,
            "GAR-1L",
            5,
            (("Azul", "GAR-1L-AZ"), ("Preta", "GAR-1L-PT"), ("Rosa", "GAR-1L-RS")),
        ),
        Product(
            "Kit 10 Potes Herméticos Com Tampa Cozinha", 7490, "POTE-10", 4, fee=Decimal("0.165"), listing_type=PREMIUM
        ),
        Product("Jogo De Panelas Antiaderente 7 Peças", 29990, "PAN-7", 2, fee=Decimal("0.17"), listing_type=PREMIUM),
        Product("Jogo De Panelas Antiaderente 7 Peças Oferta", 28990, "PAN-7", 1, fee=Decimal("0.12")),
        Product("Faca Do Chef 8 Polegadas Aço Inox", 4590, "FACA-08", 3, user_product=True),
        Product("Escorredor De Louças Dobrável Silicone", 5979, None, 2),
        Product("Balança Digital De Cozinha Até 10kg", 3490, None, 3, custom_field="BAL-10"),
        Product("Porta Temperos Giratório 12 Potes", 9905, "TEMP-12", 1, status="paused"),
    ),
    (("cross_docking", 0.55), ("self_service", 0.3), ("drop_off", 0.15)),
    tags=("user_product_seller",),
)
AUTO_PARTS = Profile(
    "ipiranga-autopecas",
    "Ipiranga Autopeças",
    9,
    (
        Product("Jogo 4 Velas De Ignição Iridium", 14990, "0042-VELA", 4, fee=Decimal("0.11")),
        Product("Filtro De Óleo Do Motor Linha Leve", 3250, "FO-118", 5, fee=Decimal("0.11")),
        Product("Pastilha De Freio Dianteira Cerâmica", 18790, "PF-220", 3, fee=Decimal("0.16"), listing_type=PREMIUM),
        Product(
            "Palheta Limpador Parabrisa Par Silicone", 6429, "PAL-SI", 3, (("18 e 24", "PAL-1824"), ("20 e 22", None))
        ),
        Product("Lâmpada Led H7 Super Branca Par 6000k", 11999, "LED-H7", 2, user_product=True),
        Product("Bateria Automotiva 60ah Livre De Manutenção", 45900, "BAT-60", 1, status="closed"),
    ),
    (("drop_off", 0.6), ("xd_drop_off", 0.4)),
    freight=2290,
    habits=Habits(multi_unit=0.2, returned=0.035),
)
COSMETICS = Profile(
    "bella-cosmeticos",
    "Bella Cosméticos",
    12,
    (
        Product("Sérum Facial Vitamina C 30ml", 5990, "SER-C30", 5, fee=Decimal("0.14"), user_product=True),
        Product("Máscara Capilar Hidratação Profunda 1kg", 4490, "MASC-1K", 4, fee=Decimal("0.14")),
        Product(
            "Protetor Solar Facial Fps 70 Toque Seco", 7390, "FPS-70", 3, fee=Decimal("0.19"), listing_type=PREMIUM
        ),
        Product(
            "Kit Pincéis De Maquiagem 12 Peças", 8495, "PINC-12", 2, (("Rosa", "PINC-12-RS"), ("Preto", "PINC-12-PT"))
        ),
        Product("Esmalte Em Gel Coleção Primavera", 1429, None, 3),
    ),
    (("fulfillment", 0.85), ("cross_docking", 0.15)),
    freight=1595,
    habits=Habits(multi_unit=0.18, pack=0.12),
)
CRAFTS = Profile(
    "atelie-do-barro",
    "Ateliê do Barro",
    2,
    (
        Product("Caneca De Cerâmica Artesanal 300ml", 6800, "CAN-300", 3, (("Areia", "CAN-AR"), ("Musgo", "CAN-MU"))),
        Product("Vaso De Barro Feito À Mão Médio", 12900, None, 1),
        Product("Kit 4 Xícaras De Café Cerâmica", 15900, "XIC-4", 1),
    ),
    freight=2490,
    habits=Habits(boleto=0.12),
    advertises=False,
)
DEMO_PROFILES = (HOUSEHOLD, AUTO_PARTS, COSMETICS, CRAFTS)
