"""What may be an address."""

import pytest

from viang_pipeline.domain.email_address import checked_address


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("ana@loja.com.br", "ana@loja.com.br"),
        ("Ana.Lima+viang@LOJA.com.br", "Ana.Lima+viang@loja.com.br"),
        ("ana@lojão.com.br", "ana@xn--lojo-ioa.com.br"),
    ],
)
def test_an_address_is_kept_in_one_form(given: str, kept: str) -> None:
    assert checked_address(given) == kept


@pytest.mark.parametrize(
    "given", ["", "ana", "ana@", "@loja.com.br", "ana@loja", "ana@loja..com.br", "ana lima@loja.com.br",
              "ana@loja.com.br, bia@loja.com.br", "ana@loja.com.br\nBcc: x@y.com", "josé@loja.com.br"]
)  # fmt: skip
def test_what_no_server_can_be_given_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="não é um endereço de e-mail"):
        checked_address(given)
