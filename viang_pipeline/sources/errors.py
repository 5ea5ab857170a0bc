"""One place where an unusable HTTP answer becomes a failure with one clear sentence (contract Mercado Livre §1.1).

Reads the six error envelopes, and empty or plain bodies; what the server wrote enters the sentence only as
``redaction.quote`` lets it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from viang_pipeline.failures import PermanentFailure, SourceFailure, TransientFailure
from viang_pipeline.sources.redaction import quote

LATER = "Nada foi gravado; uma nova tentativa deve resolver."
TRANSIENT = frozenset({206, 408, 425, 429, 499})


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an error body says, whatever its family: ``code`` for machines, ``text`` for people; both quotable.

    ``policy``: the gateway speaks; ``post_purchase``: claims and returns do, the only ones with a numeric ``code``.
    """

    code: str = ""
    text: str = ""
    policy: bool = False
    post_purchase: bool = False

    def __str__(self) -> str:
        said = ": ".join(part for part in (self.code, self.text) if part)
        return f"; a plataforma respondeu “{said}”" if said else ""


def envelope(body: bytes) -> Envelope:
    """Standard, OAuth, gateway policy, scope, post-purchase and ads envelopes; plain text; or nothing.

    Order of names: ``error_code``/``error``/``code`` for the code, ``message``/``error_description``/``description``
    for the text. A numeric ``code`` (post-purchase) is the HTTP status again and says nothing new.
    """
    try:
        document = json.loads(body) if body.strip() else None
    except (ValueError, RecursionError):
        text = body.decode("utf-8", "replace")
        return Envelope() if text.lstrip().startswith("<") else Envelope(text=quote(text))
    if not isinstance(document, dict):
        return Envelope()

    def first(*names: str) -> str:
        found = (document.get(name) for name in names)
        return quote(next((value for value in found if isinstance(value, str) and value.strip()), ""))

    code = first("error_code", "error", "code")
    text = first("message", "error_description", "description")
    policy = document.get("blocked_by") == "PolicyAgent" or str(document.get("code", "")).startswith("PA_")
    post_purchase = isinstance(document.get("code"), int)
    return Envelope(code, "" if text == code else text, policy=policy, post_purchase=post_purchase)


def from_http(method: str, route: str, status: int, body: bytes) -> SourceFailure:
    """The failure that an answer means.

    ``route`` is the path without query. Transient: 206, 408, 425, 429, 499 and 5xx; everything else is permanent.
    """
    where = f"{method} {route}"
    said = envelope(body)
    if status in TRANSIENT or status >= 500:
        return TransientFailure(f"{_TRANSIENT_WHAT.get(status, _DOWN)}{said}", where=where, action=LATER, status=status)
    what, action = _PERMANENT.get(status, _REFUSED)
    if status == 403 and not said.policy:
        what, action = _FORBIDDEN
    if status < 400:
        what, action = _MOVED if status >= 300 else _EMPTY
    return PermanentFailure(f"{what}{said}", where=where, action=action, status=status)


_DOWN = "A plataforma está com problemas"
_TRANSIENT_WHAT = {
    206: "A plataforma devolveu uma resposta incompleta",
    429: "A plataforma pediu para reduzir o ritmo",
    408: "A plataforma demorou demais",
    425: "A plataforma ainda não está pronta para atender",
    499: "A conexão foi encerrada antes da resposta",
}
_REFUSED = ("A plataforma recusou a chamada", "Repetir não adianta; verifique a chamada com quem mantém o sistema.")
_EMPTY = ("A plataforma respondeu sem o conteúdo esperado", "O leitor precisa ser ajustado a esta resposta.")
_MOVED = ("A plataforma redirecionou a chamada", "O endereço da API mudou ou está mal configurado.")
_FORBIDDEN = (
    "Acesso negado a este recurso",
    "Verifique se o recurso é desta conta e se o aplicativo e o vendedor não estão bloqueados.",
)
_PERMANENT = {
    400: ("A plataforma considerou a chamada inválida", "Repetir não adianta; o leitor precisa ser ajustado."),
    401: (
        "A plataforma não aceitou a autorização desta conta",
        "Se continuar, o vendedor precisa autorizar o aplicativo novamente.",
    ),
    403: (
        "Falta uma permissão para esta leitura (missing permission)",
        "Ative a permissão funcional correspondente no aplicativo e peça ao vendedor que autorize de novo.",
    ),
    404: ("O recurso não existe ou a rota foi retirada", "Confira se o item ainda existe na plataforma."),
    409: ("A plataforma informou um conflito de versão", "Repetir não adianta; é preciso ler o estado atual antes."),
    410: ("A rota foi retirada pela plataforma", "O leitor precisa passar a usar a rota nova."),
}
