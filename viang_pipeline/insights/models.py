"""The model the settings name; none without a key."""

from __future__ import annotations

from viang_pipeline.settings import Settings
from viang_pipeline.sources.language_model import LanguageModel


def configured_model(settings: Settings) -> LanguageModel | None:
    """The language model of OPENAI_API_KEY, OPENAI_BASE_URL and VIANG_OPENAI_MODEL."""
    if settings.openai_api_key is None:
        return None
    return LanguageModel(
        settings.openai_api_key.get_secret_value(),
        settings.openai_base_url,
        settings.openai_model,
        prices=settings.openai_prices,
    )
