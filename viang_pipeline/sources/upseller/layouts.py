"""The five kinds of files and their headers, as printed (contract UpSeller §2 to §6). Only data.

A field is read from the first of its headers that is filled. What is in no list here is reported as unknown; columns
that hold people are listed so that they are neither read nor reported.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Kind = Literal["orders", "stock", "products", "links", "kits"]

PERSONAL = (
    "Nome de Comprador", "Nome do Comprador", "ID do Comprador", "Data de Registração", "ID da Taxa",
    "Nome do Destinatário", "Celular do Destinatário", "Telefone do Destinatário", "Endereço do Destinatário",
    "Nome de Empresa", "IE", "Endereço 1", "Endereço 2", "Número", "Bairro", "Notas do Comprador", "Observações",
    "Cidade", "Estado", "País/Região", "CEP", "Comprador Designado",
)  # fmt: skip


def normalised(header: str) -> str:
    """Without accents, upper case, every run of other characters one space; ``Nº`` and ``N°`` are ``N``."""
    plain = re.sub(r"[ºª°]", " ", header)
    letters = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    name = re.sub(r"[^A-Z0-9]+", " ", letters.upper()).strip()
    return re.sub(r"^NO (?=D[EO] )", "N ", name)


@dataclass(frozen=True)
class Layout:
    """One kind of file. ``label`` names it for people; ``required``: of each group of fields one must have a header."""

    kind: Kind
    label: str
    fields: Mapping[str, tuple[str, ...]]
    required: tuple[tuple[str, ...], ...]
    unused: tuple[str, ...] = field(default=(), repr=False)

    @cached_property
    def aliases(self) -> dict[str, list[str]]:
        """Normalised header → fields it may serve."""
        found: dict[str, list[str]] = {}
        for name, headers in self.fields.items():
            for header in headers:
                found.setdefault(normalised(header), []).append(name)
        return found

    @cached_property
    def decided(self) -> frozenset[str]:
        """Normalised headers somebody decided about."""
        return frozenset(self.aliases) | {normalised(header) for header in (*self.unused, *PERSONAL)}

    def printed(self, name: str) -> str:
        """The usual header of a field, for messages."""
        return self.fields[name][0]


ORDERS = Layout(
    "orders",
    "pedidos",
    {
        "order_external_id": ("Nº de Pedido da Plataforma",),
        "order_upseller_id": ("Nº de Pedido",),
        "suborder_id": ("Nº do Subpedido",),
        "platform": ("Plataformas",),
        "shop": ("Nome da Loja no UpSeller",),
        "status": ("Estado do Pedido", "Status do Pedido"),
        "after_sale": ("Pós-venda/Cancelado/Devolvido",),
        "cancel_reason": ("Razão do Cancelamento",),
        "ordered_at": ("Hora do Pedido",),
        "paid_at": ("Hora do Pagamento", "Pago"),
        "shipped_at": ("Hora de Envio", "Enviado"),
        "currency": ("Moeda",),
        "order_total": ("Valor do Pedido",),
        "products_total": ("Valor Total de Produtos",),
        "discounts": ("Descontos e Cupons",),
        "fee_total": ("Comissão Total",),
        "buyer_freight": ("Frete do Comprador",),
        "freight_total": ("Total de Frete",),
        "est_profit": ("Lucro Estimado",),
        "listing_name": ("Nome do Anúncio",),
        "listing_id": ("ID do Anúncio",),
        "variant_id": ("ID da Variante",),
        "listing_sku": ("SKU",),
        "variation": ("Variação",),
        "unit_price": ("Preço de Produto",),
        "qty_sold": ("Qtd. do Produto", "Quantidade de Produtos", "Quantidade Mapeada"),
        "warehouse_sku": ("SKU (Armazém)",),
        "product_name": ("Nome do Produto",),
        "qty_component": ("Quantidade de Produtos", "Quantidade Mapeada"),
        "cost_unit": ("Custo Médio",),
        "cost_line": ("Custo do Produto",),
        "warehouse": ("Armazém",),
        "shipping_method": ("Método de Envio",),
    },
    (("order_external_id", "order_upseller_id"), ("platform",), ("listing_sku", "warehouse_sku"), ("qty_sold",)),
    (
        "3PL Status", "Cancelado por", "Status do Envio", "Horário Programado", "Prazo de Envio",
        "Impressão da Etiqueta", "Horário de Saída", "Horário da Retirada", "Margem de Lucro Estimada",
        "Link da Imagem", "Valor Rateado por Produto", "Brinde", "NCM", "Origem", "Unidade", "Imposto",
        "Logística (Armazém Indicado)", "Nº de Rastreio", "Método de coletar", "Etiqueta", "Chave da Nota Fiscal",
    ),
)  # fmt: skip

STOCK = Layout(
    "stock",
    "lista de estoque",
    {
        "sku": ("SKU",),
        "warehouse": ("Armazém",),
        "low_level": ("Estoque Baixo",),
        "incoming_purchase": ("Em trânsito (Compra)",),
        "incoming_transfer": ("Em trânsito (Transferência)",),
        "reserved": ("Ocupado",),
        "available": ("Disponível",),
        "on_hand": ("Estoque Atual",),
        "cost_average": ("Custo Médio",),
    },
    (
        ("sku",), ("warehouse",), ("low_level",), ("incoming_purchase",), ("incoming_transfer",), ("reserved",),
        ("available",), ("on_hand",), ("cost_average",),
    ),
    ("Título", "Estante", "Subtotal", "Criado"),
)  # fmt: skip

PRODUCTS = Layout(
    "products",
    "produtos",
    {
        "sku": ("SKU",),
        "spu": ("SPU",),
        "product_code": ("Código do Produto",),
        "title": ("Título",),
        "active": ("O produto está ativo",),
        "retail_price": ("Preço de Varejo",),
        "purchase_cost": ("Custo de Compra",),
        "weight_g": ("Peso (g)",),
        "ncm": ("NCM",),
    },
    (("sku",), ("title",), ("retail_price",), ("purchase_cost",)),
    (
        "Apelido do Produto", "Usar o apelido do produto na NF-e", "Usar apelido como título da NFe", "Categorias",
        *(f"{name}{n}" for n in range(1, 6) for name in ("Variantes", "Variante", "Valor da Variante")),
        "Data de Lançamento", "Vendedor", "Descrição do Anúncio", "Código de Barras", "Apelido de SKU", "Imagem",
        "Comprimento (cm)", "Largura (cm)", "Altura (cm)", "CEST", "Unidade", "Origem", "Link do Fornecedor",
        "Quantidade", "N° do Estante",
    ),
)  # fmt: skip

LINKS = Layout(
    "links",
    "mapeamento de anúncios",
    {
        "sku": ("SKU",),
        "listing_sku": ("(Mapeado) SKU do Anúncio", "SKU do Anúncio", "Mapeado"),
        "variation": ("Variante", "Variação"),
        "listing_id": ("ID do Anúncio",),
        "variant_id": ("ID da Variante",),
        "shop": ("Nome da Loja",),
        "updated_at": ("Atualizado",),
    },
    (("sku",), ("listing_sku",), ("listing_id",), ("shop",)),
)

KITS = Layout(
    "kits",
    "kits",
    {"kit": ("KIT SKU",), "component": ("SKU de Produto",), "qty": ("Qtd. (SKU de Produto)",)},
    (("kit",), ("component",), ("qty",)),
    ("Título", "Título do Kit", "Nome do Kit", "Apelido", "Apelido do Kit", "Categorias", "Categoria", "Ativo",
     "Imagem", "O kit está ativo"),
)  # fmt: skip

LAYOUTS = (KITS, LINKS, STOCK, ORDERS, PRODUCTS)
"""The more particular headers first: several kinds have a SKU and a title."""

REQUIRED_FOR_SALES = (("ordered_at", "paid_at"), ("products_total", "order_total", "unit_price"))
"""Beside ``ORDERS.required``: without them a file is a shipping list (contract §2.5)."""
