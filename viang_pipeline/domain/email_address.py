"""Addresses of e-mail: what may be one, and the one form it is kept in. Whether anybody reads there is not asked."""

from __future__ import annotations


def checked_address(text: str) -> str:
    """The address with its domain in lower case and in ASCII.

    Raises ValueError for what is no address a server without SMTPUTF8 can be given.
    """
    # Its tables take 0.1 s to compile, which commands without an address need not wait for.
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise ValueError(f"{text!r} não é um endereço de e-mail") from None
    assert found.ascii_email is not None  # allow_smtputf8=False leaves no other kind
    return found.ascii_email
