"""Product cost, tax, margin and what advertising may cost (kpis.md §5.3–§5.5), over covered lines only (R5, R7)."""

from viang_pipeline.domain.metrics.record import VALIDAS, Metric

_CUSTO = "tabela de custos do cliente, Bling e UpSeller"
_IMPOSTO = "alíquotas informadas pelo cliente"
_TODAS = "linhas de pedido: tarifa, frete, custo, imposto e devoluções; Mercado Ads"
_PART = "soma da parte conhecida, com cobertura; NULL quando nada é conhecido"
_UNCOVERED = "NULL quando há faturamento e nenhuma linha coberta"
_UNREAD_ADS = "NULL enquanto os Ads do dia não foram lidos"
_LATER = "o custo de uma devolução continua contando"

MARGIN: tuple[Metric, ...] = (
    Metric(
        "imposto", "Imposto estimado", "Estimated sales tax", "BRL", ("S", "C"), "A",
        "Σ base da linha × alíquota em vigor no dia da venda", _IMPOSTO, 0, 7, inclusoes=VALIDAS,
        regra_null="NULL quando alguma venda válida não tem alíquota: nunca parcial",
        ressalva="Base: valor da venda, sem descontar a comissão, mais o frete da nota se o cliente assim informou.",
    ),
    Metric(
        "aliquota_efetiva", "Alíquota efetiva", "Effective rate", "fração", ("C",), "P",
        "alíquota em vigor no dia: a informada, ou a do Simples pela receita de 12 meses", _IMPOSTO, 0, 7,
        inclusoes=VALIDAS, regra_null="NULL sem alíquota informada ou sem vendas válidas no dia",
    ),
    Metric(
        "cmv", "Custo da mercadoria vendida", "Cost of goods sold", "BRL", ("S", "C"), "A",
        "Σ quantidade × custo por unidade em vigor no dia da venda", _CUSTO, 0, 7, inclusoes=VALIDAS,
        regra_null=_PART, ressalva="Kit: a soma dos componentes. Custo zero é desconhecido, se não foi confirmado.",
    ),
    Metric(
        "custo_unitario", "Custo unitário", "Unit cost", "BRL", ("S",), "P",
        "custo de uma unidade em vigor no dia da venda", _CUSTO, 0, 7, inclusoes=VALIDAS,
        regra_null="NULL quando nenhuma fonte o conhece, ou quando um código tem custos diferentes",
        tabela="fact_order_line",
    ),
    Metric(
        "cmv_cobertura", "Cobertura de custo", "Cost coverage", "fração", ("S", "C"), "R",
        "faturamento das linhas com custo conhecido", _CUSTO, 1, 7, denominador="faturamento",
        regra_null="NULL sem faturamento",
    ),
    Metric(
        "lucro_bruto", "Lucro bruto", "Gross profit", "BRL", ("S", "C"), "A",
        "faturamento das linhas com custo conhecido − CMV", _CUSTO, 1, 7, inclusoes=VALIDAS, regra_null=_PART,
        ressalva="Antes de comissão, frete, imposto e Ads.",
    ),
    Metric(
        "faturamento_coberto", "Faturamento coberto", "Covered revenue", "BRL", ("S", "C"), "A",
        "Σ valor das linhas com tarifa, frete, custo, imposto, envio próprio e devoluções conhecidos", _TODAS, 1, 45,
        inclusoes=VALIDAS,
    ),
    Metric(
        "mc_cobertura", "Cobertura da margem", "Margin coverage", "fração", ("S", "C"), "R",
        "faturamento coberto", _TODAS, 1, 45, denominador="faturamento", regra_null="NULL sem faturamento",
        ressalva="Abaixo de 80 %, a margem diz pouco.",
    ),
    Metric(
        "mc_pre_ads", "Margem de contribuição antes de Ads (R$)", "Contribution margin before ads", "BRL", ("S", "C"), "A",
        "nas linhas cobertas: faturamento − comissão − frete − envio próprio − CMV − imposto − custo de devoluções"
        " − outros variáveis", _TODAS, 1, 45, inclusoes=VALIDAS, cancelamento=_LATER, regra_null=_UNCOVERED,
        ressalva="Leia com a cobertura ao lado. Sem vendas válidas, é menos o custo de devoluções.",
    ),
    Metric(
        "ads_na_margem", "Ads atribuído à margem", "Ad cost charged to margin", "BRL", ("S", "C"), "A",
        "SKU: investimento × faturamento coberto ÷ faturamento, ou todo ele sem vendas; cliente: Σ SKUs + não alocável",
        _TODAS, 0, 15, cancelamento="segue o faturamento", regra_null=_UNREAD_ADS,
    ),
    Metric(
        "mc", "Margem de contribuição (R$)", "Contribution margin", "BRL", ("S", "C"), "A",
        "margem antes de Ads − Ads atribuído à margem", _TODAS, 1, 45, inclusoes=VALIDAS, cancelamento=_LATER,
        regra_null=f"{_UNCOVERED}, e {_UNREAD_ADS[5:]}", ressalva="Não é lucro: despesas fixas ficam fora.",
    ),
    Metric(
        "mc_pct", "Margem de contribuição (%)", "Contribution margin %", "fração", ("S", "C"), "R",
        "margem de contribuição", _TODAS, 1, 45, denominador="faturamento coberto",
        regra_null="NULL sem faturamento coberto", ressalva="Compara-se em pontos percentuais.",
    ),
    Metric(
        "acos_equilibrio", "ACOS de equilíbrio", "Break-even ACOS", "fração", ("S", "C"), "R",
        "margem antes de Ads", _TODAS, 1, 45, denominador="faturamento coberto",
        regra_null="NULL sem faturamento coberto", ressalva="Acima dele, o Ads dá prejuízo.",
    ),
    Metric(
        "roas_equilibrio", "ROAS de equilíbrio", "Break-even ROAS", "fração", ("S", "C"), "R",
        "faturamento coberto", _TODAS, -1, 45, denominador="margem antes de Ads",
        regra_null="NULL quando a margem antes de Ads não é positiva", ressalva="Abaixo dele, o Ads dá prejuízo.",
    ),
)  # fmt: skip
