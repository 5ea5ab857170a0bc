"""Keeps secrets and personal data out of messages and logs.

``quote`` for text that came from outside, ``redact`` for messages, ``RedactingFilter`` for everything that is logged.
It is the last line of defence: nothing is supposed to hand a secret to a message in the first place.
"""

from __future__ import annotations

import logging
import re
import traceback

HIDDEN = "[oculto]"
LONGEST = 200

_SECRETS = (
    re.compile(r"\bAPP_USR-[\w.\-]+"),
    re.compile(r"\bTG-[\w.\-]+"),
    re.compile(r"\bsk-[\w\-]{8,}"),
    re.compile(r"\beyJ[\w\-]{8,}(?:\.[\w\-]+)*"),
    re.compile(r"(?i)\bauthorization\b[\"']?\s{0,20}[:=]\s{0,20}[\"']?(?:bearer|basic)?\s{0,20}[^\s,;\"'}\])]+"),
    re.compile(r"(?i)\b(?:bearer|basic)\s+[\w.~+/=\-]{8,}"),
    re.compile(
        r"(?i)\b(?:access_token|refresh_token|client_secret|app_secret|code_verifier|code_challenge|password|passwd"
        r"|secret|senha|api_key|apikey|token)\b[\"']?\s*[:=]\s*[\"']?[^\s&,;\"'}\])]+"
    ),
    re.compile(r"(?i)(?<=[?&])(?:code|state)=[^\s&\"']+"),
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
    # From the first sign of a run only: from every sign, a long text without an @ would take the square of its length.
    re.compile(r"(?<![\w.+\-])[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+"),
    re.compile(r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b"),
    re.compile(r"\b\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}\b"),
)
_DOCUMENT = re.compile(r"(?<![\w.])(?:\d{11}|\d{14})(?![\w.])")
_DIGITS = re.compile(r"\d{8,}")
_CAPITALISED = r"[A-ZÀ-ÖØ-Þ][\w'’.\-]*"
_NAME = re.compile(rf"\b{_CAPITALISED}(?:(?:\s+(?:d[aeo]s?|e))*\s+{_CAPITALISED})+(?:,?\s+\d+\b)?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def scrub(text: str) -> str:
    """``text`` without tokens, secrets, passwords, e-mails, CPF and CNPJ. Order and shipment ids stay readable."""
    for pattern in _SECRETS:
        text = pattern.sub(HIDDEN, text)
    return _DOCUMENT.sub(lambda found: HIDDEN if _is_document(found.group()) else found.group(), text)


def redact(text: str) -> str:
    """Outside text made fit for a message: scrubbed, every long run of digits hidden, one line, at most 200 letters."""
    text = _DIGITS.sub(HIDDEN, scrub(_CONTROL.sub(" ", text[: 10 * LONGEST]))).strip()
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def quote(text: str) -> str:
    """What an outside system wrote, fit to be quoted: redacted, and without names of people and streets.

    Names cannot be recognised for sure, so every run of capitalised words goes; what an error says is in the others.
    """
    return _NAME.sub(HIDDEN, redact(text))


def _is_document(digits: str) -> bool:
    """Whether 11 or 14 digits carry the check digits of a CPF or CNPJ."""
    weights = range(2, 12) if len(digits) == 11 else (2, 3, 4, 5, 6, 7, 8, 9) * 2
    for length in (len(digits) - 2, len(digits) - 1):
        total = sum(int(digit) * weight for digit, weight in zip(reversed(digits[:length]), weights, strict=False))
        if int(digits[length]) != (0 if total % 11 < 2 else 11 - total % 11):
            return False
    return True


class RedactingFilter(logging.Filter):
    """Scrubs message, arguments, exception and stack text of every record that passes."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the record pass; changes its text only where something had to be hidden."""
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001  arguments that do not fit, or that do not let themselves be written
            message = _written_anyhow(record)
            record.msg, record.args = message, None
        clean = scrub(message)
        if clean != message:
            record.msg, record.args = clean, None
        if record.exc_info and not record.exc_text:
            record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
        if record.exc_text:
            record.exc_text = scrub(record.exc_text)
        if record.stack_info:
            record.stack_info = scrub(record.stack_info)
        return True


def _written_anyhow(record: logging.LogRecord) -> str:
    """A message that raised while it was put together: a line of a log never stops what writes it."""
    try:
        return f"{record.msg} {record.args}"
    except Exception:  # noqa: BLE001  nothing may come out of here
        return f"mensagem ilegível de {record.name}, linha {record.lineno}"


def protect_logs() -> None:
    """Put the filter on every handler there is and silence the query-bearing lines of the HTTP library.

    May be called again; call it after handlers are configured.
    """
    quiet_http_library()
    named = logging.root.manager.loggerDict.values()
    loggers = [logging.root, *(logger for logger in named if isinstance(logger, logging.Logger))]
    for handler in {handler for logger in loggers for handler in logger.handlers}:
        if not any(isinstance(existing, RedactingFilter) for existing in handler.filters):
            handler.addFilter(RedactingFilter())


def quiet_http_library() -> None:
    """httpx logs each request with its whole query at INFO; httpcore logs headers at DEBUG. Neither is wanted."""
    for name in ("httpx", "httpcore", "httpx2", "httpcore2", "openai"):
        logging.getLogger(name).setLevel(logging.WARNING)
