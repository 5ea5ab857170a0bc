"""The files a person exports from an account, and the names UpSeller gives them (contract UpSeller §2 to §6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from viang_pipeline.sandbox.people import Person, person
from viang_pipeline.sandbox.upseller import templates
from viang_pipeline.sandbox.upseller.sheets import SAO_PAULO, Money, Style, Value, written
from viang_pipeline.sandbox.upseller.truth import Item, Kit, Link, Part, Product, SaleOrder, StockLine


def orders_file(orders: Iterable[SaleOrder], style: Style = Style()) -> bytes:  # noqa: B008  frozen
    """Orders in one of the templates: a row per order, item and warehouse part."""
    columns = list(templates.ORDERS[style.width])
    if style.repeat_profit and "Lucro Estimado" in columns:
        columns.append("Lucro Estimado")
    rows = []
    for order in orders:
        first = True
        for item in order.items:
            for part in item.parts:
                row = _order_row(order, item, part)
                if style.money == "first" and not first:
                    row |= dict.fromkeys(templates.ORDER_MONEY)
                rows.append(row)
                first = False
    return written(columns, rows, style)


def stock_file(lines: Iterable[StockLine], style: Style = Style()) -> bytes:  # noqa: B008
    """The stock list."""
    rows: list[Mapping[str, Value]] = [
        {
            "SKU": line.sku,
            "Título": line.title,
            "Armazém": line.warehouse,
            "Estante": "A-12",
            "Estoque Baixo": line.low_level,
            "Em trânsito (Compra)": line.incoming_purchase,
            "Em trânsito (Transferência)": line.incoming_transfer,
            "Ocupado": line.reserved,
            "Disponível": line.available,
            "Estoque Atual": line.on_hand,
            "Custo Médio": _money(line.average_cost),
            "Subtotal": _money(None if line.average_cost is None else line.average_cost * line.on_hand),
            "Criado": "2026-02-03 10:00:00",
        }
        for line in lines
    ]
    return written(templates.STOCK, rows, style)


def products_file(products: Iterable[Product], style: Style = Style()) -> bytes:  # noqa: B008
    """The export of products."""
    rows: list[Mapping[str, Value]] = [
        {
            "SKU": product.sku,
            "SPU": product.spu,
            "Título": product.title,
            "Preço de Varejo": _money(product.retail_price),
            "Custo de Compra": _money(product.purchase_cost),
            "Peso (g)": product.weight_g,
            "NCM": "61091000",
            "O produto está ativo": "Sim" if product.active else "Não",
        }
        for product in products
    ]
    return written(templates.PRODUCTS, rows, style)


def product_template_file(products: Iterable[Product], style: Style = Style()) -> bytes:  # noqa: B008
    """The import template of single products, filled in."""
    rows: list[Mapping[str, Value]] = [
        {
            templates.PRODUCT_TEMPLATE[0]: product.sku,
            templates.PRODUCT_TEMPLATE[1]: product.title,
            "Preço de varejo": _money(product.retail_price),
            "Custo de Compra": _money(product.purchase_cost),
            "Peso (g)": product.weight_g,
            "NCM": "61091000",
            "Origem": 0,
        }
        for product in products
    ]
    return written(templates.PRODUCT_TEMPLATE, rows, style)


def links_file(links: Iterable[Link], style: Style = Style()) -> bytes:  # noqa: B008
    """The mapping of SKUs to listings."""
    rows: list[Mapping[str, Value]] = [
        {
            "SKU": link.sku,
            "(Mapeado) SKU do Anúncio": link.listing_sku,
            "Variante": link.variation,
            "ID do Anúncio": link.listing_id,
            "ID da Variante": link.variant_id,
            "Nome da Loja": link.shop,
            "Atualizado": "2026-08-01 09:00:00",
        }
        for link in links
    ]
    return written(templates.LINKS, rows, style)


def kits_file(kits: Iterable[Kit], style: Style = Style()) -> bytes:  # noqa: B008
    """The kits, a row per component."""
    rows: list[Mapping[str, Value]] = [
        {"KIT SKU": kit.sku, "SKU de Produto": sku, "Qtd. (SKU de Produto)": units}
        for kit in kits
        for sku, units in kit.components
    ]
    return written(templates.KITS, rows, style)


def orders_name(at: datetime, suffix: str = "xlsx") -> str:
    """The name of an orders export made at ``at``."""
    return f"Export_Order{at.astimezone(SAO_PAULO):%Y%m%d%H%M%S}.{suffix}"


def stock_name(at: datetime, suffix: str = "xlsx") -> str:
    """The name of a stock list made at ``at``: UTC, no year."""
    return f"Lista_de_Estoque_{at.astimezone(UTC):%m%d%H%M%S}.{suffix}"


def catalogue_name(what: str, at: datetime, suffix: str = "xlsx") -> str:
    """The name of an export of products, mapping or kits: Brasília to the minute, then UTC to the second."""
    return f"{what}_{at.astimezone(SAO_PAULO):%Y%m%d%H%M}-{at.astimezone(UTC):%Y%m%d%H%M%S}.{suffix}"


def _order_row(order: SaleOrder, item: Item, part: Part) -> dict[str, Value]:
    return {
        "Nº de Pedido da Plataforma": order.order_id,
        "Nº de Pedido": order.upseller_id,
        "Nº do Subpedido": order.suborder,
        "Plataformas": order.platform,
        "Nome da Loja no UpSeller": order.shop,
        "Estado do Pedido": order.status,
        "Pós-venda/Cancelado/Devolvido": order.after_sale,
        "Razão do Cancelamento": order.cancel_reason,
        "Hora do Pedido": order.ordered_at,
        "Hora do Pagamento": order.paid_at,
        "Pago": order.paid_at,
        "Hora de Envio": order.shipped_at,
        "Enviado": order.shipped_at,
        "Moeda": "BRL",
        "Valor do Pedido": Money(order.total),
        "Valor Total de Produtos": Money(order.products_total),
        "Descontos e Cupons": Money(order.discounts),
        "Comissão Total": _money(order.fee),
        "Frete do Comprador": Money(order.buyer_freight),
        "Total de Frete": Money(order.freight),
        "Lucro Estimado": _money(order.profit),
        "Lucro Estimado 2": Money(99_999_99),
        "Nome do Anúncio": item.name,
        "ID do Anúncio": item.listing_id,
        "ID da Variante": item.variant_id,
        "SKU": item.sku,
        "Variação": item.variation,
        "Link da Imagem": "https://imagens.exemplo.com.br/1.jpg",
        "Preço de Produto": Money(item.unit_price),
        "Qtd. do Produto": item.quantity,
        "Unidade*": "UN",
        "SKU (Armazém)": part.sku,
        "Nome do Produto": part.name,
        "Quantidade de Produtos": part.quantity,
        "Custo Médio": _money(part.unit_cost),
        "Custo do Produto": _money(part.cost),
        "Armazém": part.warehouse,
        "Método de Envio": order.shipping,
        "Nº de Rastreio": f"BR{order.upseller_id}",
        **_personal(order, person(order.buyer_id)),
    }


def _personal(order: SaleOrder, who: Person) -> dict[str, Value]:
    """What an export says about the buyer, an invented person."""
    name = f"{who.first_name} {who.last_name}"
    return {
        "Nome de Comprador": name,
        "ID do Comprador": who.nickname,
        "ID da Taxa": who.cpf,
        "Nome do Destinatário": name,
        "Celular do Destinatário": who.phone,
        "Telefone do Destinatário": who.phone,
        "Endereço do Destinatário": f"{who.street}, {who.number}, {who.city}",
        "Nome de Empresa": f"{name} ME",
        "IE": who.cpf[::-1],
        "Endereço 1": f"{who.street}, {who.number}",
        "Endereço 2": f"Apto de {who.first_name}",
        "Número": str(who.number),
        "Bairro": f"Jardim {who.last_name}",
        "Cidade": who.city,
        "Estado": who.state_name,
        "CEP": who.zip_code,
        "País/Região": "Brasil",
        "Notas do Comprador": f"Entregar a {name}, avisar {who.email}",
        "Observações": f"Ligar para {who.phone} antes, pedido {order.order_id}",
        "Comprador Designado": name,
    }


def _money(centavos: int | None) -> Money | None:
    return None if centavos is None else Money(centavos)
