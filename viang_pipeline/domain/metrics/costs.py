"""Marketplace cost metrics (kpis.md §5.2) and their coverage (R7, D7)."""

from viang_pipeline.domain.metrics.record import ENVIOS, PEDIDOS, VALIDAS, Metric

COSTS: tuple[Metric, ...] = (
    Metric(
        "comissao", "Tarifa de venda (comissão)", "Selling fee", "BRL", ("S", "C"), "A",
        "Σ tarifa unitária × quantidade das vendas válidas", PEDIDOS, 0, 7, inclusoes=VALIDAS,
        regra_null="soma da parte conhecida, com cobertura; NULL quando nenhuma tarifa é conhecida",
    ),
    Metric(
        "comissao_pct", "Comissão sobre faturamento", "Take rate", "fração", ("S", "C"), "R",
        "comissao", PEDIDOS, -1, 7, denominador="faturamento das linhas com tarifa",
        regra_null="NULL sem faturamento com tarifa", ressalva="Faixa plausível: 8 % a 22 %.",
    ),
    Metric(
        "frete_vendedor", "Frete pago pelo vendedor", "Shipping paid by seller", "BRL", ("S", "C"), "A",
        "custo do remetente, uma vez por envio, rateado pelas linhas do envio", ENVIOS, 0, 30, inclusoes=VALIDAS,
        regra_null="soma da parte observada, com cobertura; NULL quando nenhum frete foi observado",
    ),
    Metric(
        "frete_comprador", "Frete pago pelo comprador", "Shipping paid by buyer", "BRL", ("C",), "A",
        "custo do destinatário, uma vez por envio", ENVIOS, 0, 30, inclusoes=VALIDAS,
        regra_null="soma da parte observada; NULL quando nenhum frete foi observado", ressalva="Informativo.",
    ),
    Metric(
        "custo_envio_proprio", "Custo Flex / envio próprio", "Own courier cost", "BRL", ("S", "C"), "A",
        "custo informado por envio próprio, uma vez por envio, rateado pelas linhas do envio", ENVIOS, 0, 30,
        inclusoes=VALIDAS, regra_null="NULL quando há envio próprio sem custo informado; 0 sem envio próprio",
    ),
    Metric(
        "repasse_estimado", "Repasse estimado", "Estimated payout", "BRL", ("S", "C"), "A",
        "faturamento − comissao − frete_vendedor, nas linhas em que os dois são conhecidos", ENVIOS, 1, 30,
        inclusoes=VALIDAS, regra_null="NULL quando nenhuma linha tem tarifa e frete conhecidos",
        ressalva="Não desconta parcelamento, impostos, reembolsos posteriores nem Ads.",
    ),
    Metric(
        "comissao_cobertura", "Cobertura da comissão", "Fee coverage", "fração", ("S", "C"), "R",
        "faturamento das linhas com tarifa", PEDIDOS, 1, 7, denominador="faturamento", regra_null="NULL sem faturamento",
    ),
    Metric(
        "frete_vendedor_cobertura", "Cobertura do frete", "Shipping coverage", "fração", ("S", "C"), "R",
        "faturamento das linhas com frete observado", ENVIOS, 1, 30, denominador="faturamento",
        regra_null="NULL sem faturamento",
    ),
    Metric(
        "repasse_estimado_cobertura", "Cobertura do repasse", "Payout coverage", "fração", ("S", "C"), "R",
        "faturamento das linhas com tarifa e frete", ENVIOS, 1, 30, denominador="faturamento",
        regra_null="NULL sem faturamento",
    ),
    Metric(
        "receita_sem_sku_pct", "Receita sem SKU", "Revenue without SKU", "fração", ("C",), "R",
        "faturamento dos itens sem SKU", PEDIDOS, -1, 7, denominador="faturamento", regra_null="NULL sem faturamento",
    ),
)  # fmt: skip
