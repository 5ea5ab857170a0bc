"""Failures of outside systems and of our own rules, in one sentence a person can act on.

Permanent: asking again gives the same answer. Transient: a later try may succeed.
The message is in Brazilian Portuguese, because analysts read it in the Dagster UI, and never holds a secret,
a token or personal data.
"""

from __future__ import annotations


class ViangError(Exception):
    """Base of every error this project raises on purpose. ``str()`` is one clear line."""


class SourceFailure(ViangError):
    """An outside system did not give a usable answer.

    ``what`` happened, ``where`` (method and route without query values), ``action`` for the reader,
    ``status`` the HTTP status when there was one.
    """

    retryable = False

    def __init__(self, what: str, *, where: str, action: str, status: int | None = None) -> None:
        self.what = what
        self.where = where
        self.action = action
        self.status = status
        super().__init__(f"{what} [{where}{f', HTTP {status}' if status else ''}]. {action}")


class PermanentFailure(SourceFailure):
    """Asking again changes nothing: a wrong request, a missing permission, a retired route."""


class TransientFailure(SourceFailure):
    """A later try may succeed: rate limits, 5xx, time-outs, broken connections, partial content."""

    retryable = True


class AnswerLost(TransientFailure):
    """The request left and no usable answer came back: whether it took effect is unknown."""


class SourcePaused(TransientFailure):
    """Nothing may be asked for a while: not sent, or not to be sent again by whoever hears this."""


class AccessDenied(PermanentFailure):
    """This one read is closed to the application or to the account; others are not."""


class NeedsReauthorization(PermanentFailure):
    """The seller's grant is gone; only a new consent helps."""


class UsageError(ViangError):
    """The caller asked for something that makes no sense (exit code 2 on the command line)."""
