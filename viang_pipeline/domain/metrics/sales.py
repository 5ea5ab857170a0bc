"""Sales metrics (kpis.md §5.1)."""

from viang_pipeline.domain.metrics.record import BRUTAS, PEDIDOS, SPLIT, VALIDAS, Metric

SALES: tuple[Metric, ...] = (
    Metric(
        "vendas_brutas", "Vendas brutas (GMV)", "Gross sales / GMV", "BRL", ("S", "C"), "A",
        "Σ preço unitário × quantidade, cancelados incluídos", PEDIDOS, 1, 7,
        inclusoes=BRUTAS, exclusoes=SPLIT, cancelamento="permanece na métrica",
        ressalva="Nunca é igual ao valor recebido; não inclui frete pago pelo comprador.",
    ),
    Metric(
        "faturamento", "Faturamento (bruto válido)", "Valid gross revenue", "BRL", ("S", "C"), "A",
        "Σ preço unitário × quantidade das vendas válidas", PEDIDOS, 1, 7,
        inclusoes=VALIDAS, exclusoes=SPLIT,
        ressalva="Descontos pagos pelo vendedor já estão dentro do preço.",
    ),
    Metric(
        "valor_cancelado", "Valor cancelado", "Cancelled value", "BRL", ("S", "C"), "A",
        "Σ preço unitário × quantidade dos pedidos cancelados", PEDIDOS, -1, 7,
        exclusoes=SPLIT, cancelamento="é a métrica", ressalva="Valor pedido, não dinheiro devolvido.",
    ),
    Metric(
        "valor_cancelado_pre", "Cancelado antes do envio", "Cancelled before dispatch", "BRL", ("S", "C"), "A",
        "parte do valor cancelado cujo envio não tinha saído", PEDIDOS, -1, 7,
        cancelamento="é a métrica", regra_null="NULL quando o envio de um pedido cancelado ainda não foi lido",
    ),
    Metric(
        "valor_devolvido", "Devolvido (estorno total após envio)", "Fully refunded after dispatch", "BRL", ("S", "C"), "A",
        "parte do valor cancelado cujo envio já tinha saído", PEDIDOS, -1, 45,
        cancelamento="é a métrica", regra_null="NULL quando o envio de um pedido cancelado ainda não foi lido",
    ),
    Metric(
        "reembolsos", "Reembolsos (por data da venda)", "Refunds, by sale day", "BRL", ("S", "C"), "A",
        "Σ valor reembolsado dos pagamentos de pedidos válidos", PEDIDOS, -1, 45,
        inclusoes=VALIDAS, ressalva="Não inclui o estorno de pedidos cancelados, que já saíram do faturamento.",
    ),
    Metric(
        "reembolsos_no_dia", "Reembolsos (por data do reembolso)", "Refunds, by event day", "BRL", ("S", "C"), "A",
        "Σ valor reembolsado no dia, cancelados incluídos", PEDIDOS, -1, 45,
        cancelamento="permanece na métrica", ressalva="Visão de caixa.",
    ),
    Metric(
        "faturamento_liquido", "Faturamento líquido de devoluções", "Revenue net of refunds", "BRL", ("S", "C"), "A",
        "faturamento − reembolsos", PEDIDOS, 1, 45,
        ressalva="Líquido de devoluções, não de tarifas nem de impostos.",
    ),
    Metric(
        "pedidos_brutos", "Vendas (quantidade, bruta)", "Gross orders", "un", ("S", "C"), "D",
        "pedidos distintos, cancelados incluídos", PEDIDOS, 1, 7, cancelamento="permanece na métrica",
    ),
    Metric("pedidos", "Pedidos válidos", "Valid orders", "un", ("S", "C"), "D", "pedidos válidos distintos", PEDIDOS, 1, 7),
    Metric(
        "pedidos_cancelados", "Pedidos cancelados", "Cancelled orders", "un", ("S", "C"), "D",
        "pedidos cancelados distintos", PEDIDOS, -1, 7, exclusoes=SPLIT, cancelamento="é a métrica",
    ),
    Metric(
        "compras", "Compras (carrinhos)", "Purchases (packs)", "un", ("S", "C"), "D",
        "carrinhos distintos de pedidos válidos", PEDIDOS, 1, 7,
        ressalva="Somar por SKU superestima: um carrinho pode ter vários SKUs.",
    ),
    Metric(
        "unidades", "Unidades vendidas", "Units sold", "un", ("S", "C"), "A", "Σ quantidade das vendas válidas", PEDIDOS, 1, 7,
        ressalva="Um kit é 1 unidade do kit.",
    ),
    Metric(
        "unidades_brutas", "Unidades (brutas)", "Gross units", "un", ("S", "C"), "A",
        "Σ quantidade, cancelados incluídos", PEDIDOS, 1, 7, cancelamento="permanece na métrica",
    ),
    Metric(
        "compradores", "Compradores únicos", "Unique buyers", "un", ("C",), "D", "compradores distintos de pedidos válidos",
        PEDIDOS, 1, 7, ressalva="Nunca somar entre dias.",
    ),
    Metric(
        "skus_vendidos", "SKUs distintos vendidos", "Distinct SKUs sold", "un", ("C",), "D",
        "SKUs distintos com unidades vendidas", PEDIDOS, 1, 7, exclusoes="itens sem SKU identificado",
    ),
    Metric(
        "pedidos_pendentes", "Pedidos aguardando pagamento", "Pending orders", "un", ("C",), "D",
        "pedidos ainda não pagos", PEDIDOS, 0, 7, ressalva="Explica por que o dia ainda pode crescer.",
    ),
    Metric(
        "ticket_medio", "Ticket médio (por compra)", "Average order value", "BRL", ("S", "C"), "R",
        "faturamento", PEDIDOS, 1, 7, denominador="compras", regra_null="NULL sem compras",
    ),
    Metric(
        "ticket_medio_pedido", "Ticket médio por pedido", "Average value per order", "BRL", ("S", "C"), "R",
        "faturamento", PEDIDOS, 1, 7, denominador="pedidos", regra_null="NULL sem pedidos",
    ),
    Metric(
        "preco_medio", "Preço médio praticado", "Average selling price", "BRL", ("S", "C"), "R",
        "faturamento", PEDIDOS, 0, 7, denominador="unidades", regra_null="NULL sem unidades",
    ),
)  # fmt: skip
