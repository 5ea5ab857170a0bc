"""The language model behind an OpenAI-compatible API: a typed answer, or one failure in a sentence.

Knows the client library, its errors, retries and prices; not what is asked. The key never leaves the library.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from viang_pipeline.failures import PermanentFailure, SourceFailure, TransientFailure

if TYPE_CHECKING:
    import openai

A = TypeVar("A", bound=BaseModel)

TIMEOUT = 30.0
RETRIES = 2
LONGEST_ANSWER = 2_000
_MILLION = 1_000_000


@dataclass(frozen=True)
class Usage:
    """Tokens of calls, and what they cost in dollars; None when no price is known."""

    sent: int = 0
    received: int = 0
    cost: Decimal | None = None

    def __add__(self, other: Usage) -> Usage:
        costs = [each for each in (self.cost, other.cost) if each is not None]
        return Usage(self.sent + other.sent, self.received + other.received, sum(costs, Decimal(0)) if costs else None)


@dataclass(frozen=True)
class Reply(Generic[A]):
    """One answer. ``answer`` is None when it does not have the wanted shape; ``complaint`` then says why."""

    answer: A | None
    usage: Usage
    complaint: str = ""


class LanguageModel:
    """One model at one address. ``prices``: dollars per million tokens sent and received."""

    def __init__(
        self,
        key: str,
        base_url: str,
        model: str,
        *,
        prices: tuple[Decimal, Decimal] | None = None,
        timeout: float = TIMEOUT,
        retries: int = RETRIES,
    ) -> None:
        import openai  # three quarters of a second of every command, of which few speak to a model

        self.model = model
        self._prices = prices
        self._where = f"POST {urlsplit(base_url).netloc}/chat/completions"
        self._client = openai.OpenAI(api_key=key, base_url=base_url, timeout=timeout, max_retries=retries)

    def __repr__(self) -> str:
        return f"LanguageModel({self.model})"

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def ask(self, messages: list[dict[str, str]], shape: type[A]) -> Reply[A]:
        """Ask for an answer of a shape that forbids other fields; 429, 5xx and time-outs are tried again by the client.

        Raises TransientFailure or PermanentFailure when there is no answer at all.
        """
        request: dict[str, Any] = {
            "model": self.model,
            "messages": messages,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "insight", "strict": True, "schema": shape.model_json_schema()},
            },
            "max_completion_tokens": LONGEST_ANSWER,
        }
        import openai

        try:
            completion: Any = self._client.chat.completions.create(**request)
        except openai.OpenAIError as error:
            raise self._failure(error) from None
        except ValueError:
            raise TransientFailure(
                "O modelo respondeu o que não é JSON", where=self._where, action="Tente de novo mais tarde"
            ) from None
        return self._reply(completion, shape)

    def _reply(self, completion: Any, shape: type[A]) -> Reply[A]:
        # The library does not check what it receives: another server behind OPENAI_BASE_URL may answer anything.
        usage = self._usage(getattr(completion, "usage", None))
        choices = getattr(completion, "choices", None)
        choice = choices[0] if choices else None
        message = getattr(choice, "message", None)
        if message is None:
            return Reply(None, usage, "resposta sem texto")
        if getattr(message, "refusal", None):
            return Reply(None, usage, "o modelo se recusou a responder")
        if getattr(choice, "finish_reason", None) == "length":
            return Reply(None, usage, "resposta interrompida")
        try:
            return Reply(shape.model_validate_json(getattr(message, "content", None) or ""), usage)
        except ValidationError:
            return Reply(None, usage, "a resposta não tem a forma pedida")

    def _usage(self, usage: object) -> Usage:
        sent = int(getattr(usage, "prompt_tokens", 0) or 0)
        received = int(getattr(usage, "completion_tokens", 0) or 0)
        if self._prices is None:
            return Usage(sent, received)
        return Usage(sent, received, (sent * self._prices[0] + received * self._prices[1]) / _MILLION)

    def _failure(self, error: openai.OpenAIError) -> SourceFailure:
        import openai

        status = error.status_code if isinstance(error, openai.APIStatusError) else None
        if status is not None and status not in (408, 409, 429) and status < 500:
            return PermanentFailure(
                "O modelo recusou o pedido", where=self._where, status=status,
                action="Confira OPENAI_API_KEY, OPENAI_BASE_URL e VIANG_OPENAI_MODEL",
            )  # fmt: skip
        return TransientFailure(
            f"O modelo não respondeu ({type(error).__name__})", where=self._where, status=status,
            action="O texto sem modelo vale até lá; tente de novo mais tarde",
        )  # fmt: skip
