"""Products as Bling writes them (§7.1, §7.2), with the emptiness of what nobody filled in (§5)."""

from __future__ import annotations

from datetime import datetime

from viang_pipeline.sandbox.answers import Json, money
from viang_pipeline.sandbox.bling.answers import reference
from viang_pipeline.sandbox.bling.book import BlingAccount
from viang_pipeline.sandbox.bling.catalog_truth import Product, ProductState, Structure
from viang_pipeline.sandbox.bling.notation import NO_DAY, number

NO_STRUCTURE: Json = {"tipoEstoque": "", "lancamentoEstoque": "", "componentes": []}


def row_body(account: BlingAccount, product: Product, state: ProductState, now: datetime) -> Json:
    """A list row, with the cost of the default supplier and the total that counts."""
    parent = {"idProdutoPai": product.parent_id} if product.parent_id else {}
    image = f"https://imagens.exemplo.com.br/{product.product_id}?Expires={int(now.timestamp()) + 900}"
    return {
        "id": product.product_id,
        **parent,
        "nome": state.name,
        "codigo": state.code,
        "preco": money(state.price, product.product_id),
        "precoCusto": money(account.cost(product, now), product.product_id),
        "estoque": {"saldoVirtualTotal": number(account.total(product, now).available)},
        "tipo": product.kind,
        "situacao": "A" if state.active else "I",
        "formato": product.format,
        "descricaoCurta": "",
        "imagemURL": image,
    }


def detail_body(account: BlingAccount, product: Product, state: ProductState, now: datetime) -> Json:
    """The detail: no ``precoCusto`` at the root, variations in full."""
    variations: list[Json] = []
    for child in account.products.values():
        if child.parent_id == product.product_id:
            child_state = child.state_at(now)
            if child_state is not None and not child_state.deleted:
                variations.append(_variation_body(account, child, child_state, now, len(variations) + 1))
    return _whole_body(account, product, state, now) | {"variacoes": variations}


def structure_body(structure: Structure | None) -> Json:
    """What a kit is made of; empty strings and an empty list when it is none."""
    if structure is None:
        return NO_STRUCTURE
    return {
        "tipoEstoque": structure.stock,
        "lancamentoEstoque": structure.movement,
        "componentes": [
            {"produto": reference(product_id), "quantidade": number(quantity)}
            for product_id, quantity in structure.components
        ],
    }


def _variation_body(account: BlingAccount, product: Product, state: ProductState, now: datetime, position: int) -> Json:
    _, _, name = state.name.partition(" Cor:")
    parent = {"id": product.parent_id, "cloneInfo": True}
    return _whole_body(account, product, state, now) | {
        "variacao": {"nome": f"Cor:{name}" if name else state.name, "ordem": position, "produtoPai": parent}
    }


def _whole_body(account: BlingAccount, product: Product, state: ProductState, now: datetime) -> Json:
    row = row_body(account, product, state, now)
    del row["precoCusto"], row["estoque"]
    row.pop("idProdutoPai", None)
    return row | {
        "dataValidade": NO_DAY,
        "unidade": "UN",
        "pesoLiquido": 0.3,
        "pesoBruto": 0.4,
        "volumes": 1,
        "itensPorCaixa": 1,
        "gtin": "",
        "gtinEmbalagem": "",
        "tipoProducao": "T",
        "condicao": 1,
        "freteGratis": False,
        "marca": "",
        "descricaoComplementar": "",
        "linkExterno": "",
        "observacoes": "",
        "descricaoEmbalagemDiscreta": "",
        "categoria": reference(0),
        "estoque": {
            "minimo": 0,
            "maximo": 0,
            "crossdocking": 0,
            "localizacao": "",
            "saldoVirtualTotal": number(account.total(product, now).available),
        },
        "fornecedor": _supplier_body(account, product, now),
        "actionEstoque": "",
        "dimensoes": {"largura": 10, "altura": 20, "profundidade": 10, "unidadeMedida": 1},
        "tributacao": {
            "origem": 0,
            "ncm": "7323.93.00",
            "cest": "",
            "percentualTributos": 0,
            "dadosAdicionais": "",
            "grupoProduto": reference(0),
        },
        "midia": {"video": {"url": ""}, "imagens": {"externas": [], "internas": []}},
        "linhaProduto": reference(0),
        "estrutura": structure_body(product.structure),
        "camposCustomizados": [],
        "artigoPerigoso": False,
    }


def _supplier_body(account: BlingAccount, product: Product, now: datetime) -> Json:
    link = account.default_link(product, now)
    state = link.state_at(now) if link else None
    if link is None or state is None:
        return {"id": 0, "contato": {"id": 0, "nome": ""}, "codigo": "", "precoCusto": 0, "precoCompra": 0}
    return {
        "id": link.link_id,
        "contato": {"id": link.supplier_id, "nome": f"Fornecedor {link.supplier_id % 1000}"},
        "codigo": link.code,
        "precoCusto": money(state.cost, product.product_id),
        "precoCompra": money(state.purchase, product.product_id),
    }
