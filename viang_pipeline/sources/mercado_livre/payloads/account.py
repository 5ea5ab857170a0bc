"""The seller's account and reputation (contract §10); the person behind it is never named here."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from viang_pipeline.sources.payloads import Amounts, Payload


class Transactions(Payload):
    """Sales counted by the platform."""

    ignored: ClassVar[frozenset[str]] = frozenset({"ratings"})

    period: str | None = None
    total: int | None = None
    completed: int | None = None
    canceled: int | None = None


class ExcludedRate(Amounts):
    """The true values of a protected seller."""

    real_value: int | None = None
    real_rate: Decimal | None = None


class ReputationRate(Amounts):
    """``rate`` is a fraction; zero while the seller is protected, the truth is then in ``excluded``."""

    period: str | None = None
    completed: int | None = None
    rate: Decimal | None = None
    value: int | None = None
    excluded: ExcludedRate | None = None


class ReputationMetrics(Payload):
    """The rates behind the colour."""

    sales: ReputationRate | None = None
    claims: ReputationRate | None = None
    delayed_handling_time: ReputationRate | None = None
    cancellations: ReputationRate | None = None


class Reputation(Payload):
    """The seller's reputation now; the platform keeps no history."""

    level_id: str | None = None
    real_level: str | None = None
    protection_end_date: str | None = None
    power_seller_status: str | None = None
    transactions: Transactions | None = None
    metrics: ReputationMetrics | None = None


class Account(Payload):
    """The seller's account. ``seller_reputation`` is None when the platform failed to load it (HTTP 206)."""

    ignored: ClassVar[frozenset[str]] = frozenset(
        {
            "first_name",
            "last_name",
            "email",
            "secure_email",
            "phone",
            "alternative_phone",
            "identification",
            "address",
            "gender",
            "logo",
            "permalink",
            "buyer_reputation",
            "bill_data",
            "company",
            "context",
            "credit",
            "registration_identifiers",
            "shipping_modes",
            "thumbnail",
            "status",
            "points",
        }
    )

    id: int
    nickname: str | None = None
    site_id: str | None = None
    country_id: str | None = None
    user_type: str | None = None
    tags: tuple[str, ...] = ()
    registration_date: str | None = None
    seller_experience: str | None = None
    seller_reputation: Reputation | None = None
