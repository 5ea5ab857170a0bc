"""How Metabase wants to be asked and what its refusals mean (contract Metabase §2).

The key goes in the header x-api-key and nowhere else; 401 and 403 are permanent, 5xx and silence are transient.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from viang_pipeline.failures import PermanentFailure, TransientFailure
from viang_pipeline.sources.conduct import BROKEN, Broken, Conduct, Renewal, Verdict, retry_after
from viang_pipeline.sources.errors import TRANSIENT
from viang_pipeline.sources.redaction import HIDDEN, redact

SOURCE = "Metabase"
AGAIN = "Tente de novo mais tarde: o que já está feito não é repetido."
_REFUSALS = {
    400: ("O Metabase recusou o que recebeu", "Repetir não adianta; o conteúdo precisa ser ajustado a esta versão."),
    401: ("O Metabase não aceitou a chave", "Confira METABASE_API_KEY."),
    403: ("A chave não tem direito a isto", "Dê a METABASE_API_KEY o grupo Administradores (ou o direito que falta)."),
    404: ("O Metabase não tem o que foi pedido", "Confira METABASE_URL e METABASE_DATABASE_ID."),
}
_OTHER = ("O Metabase recusou a chamada", "Confira METABASE_URL e a versão do Metabase.")


class MetabaseConduct(Conduct):
    """The rules of one Metabase; no token is ever renewed."""

    def __init__(self, key: str) -> None:
        super().__init__(SOURCE)
        self._key = key
        self.headers = {"x-api-key": key}

    def renewal(self, status: int, body: bytes) -> Renewal:
        """A key is made by a person."""
        return "no"

    def verdict(self, path: str, tries: int, status: int, headers: Mapping[str, str], body: bytes) -> Verdict:
        """An answer nobody can use."""
        said = self._said(body)
        if status in TRANSIENT or status >= 500:
            failure = TransientFailure(f"O Metabase está com problemas{said}", where=path, action=AGAIN, status=status)
            return Verdict(failure, retry_after(headers), slower=status == 429)
        what, action = _REFUSALS.get(status, _OTHER)
        return Verdict(PermanentFailure(f"{what}{said}", where=path, action=action, status=status))

    def broken(self, path: str, tries: int, how: Broken) -> Verdict:
        """No answer came."""
        return Verdict(TransientFailure(f"O Metabase {BROKEN[how]}", where=path, action=AGAIN))

    def _said(self, body: bytes) -> str:
        """What the answer complains of, in its own words and without the key: fields and reasons, or a sentence."""
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            text = body.decode("utf-8", "replace")
            document = "" if text.lstrip().startswith("<") else text
        if isinstance(document, dict):
            errors = document.get("errors")
            document = document.get("message") or (
                "; ".join(f"{field}: {reason}" for field, reason in errors.items()) if isinstance(errors, dict) else ""
            )
        text = redact(str(document).replace(self._key, HIDDEN)) if document else ""
        return f"; respondeu “{text}”" if text else ""
