"""How SKUs and their stock stand (kpis.md §5.8, §5.9): figures over the last complete days, not of one day."""

from viang_pipeline.domain.metrics.record import PEDIDOS, VALIDAS, Metric

_TABLE = "sku_portfolio"
_STOCK = "Mercado Livre: pedidos; foto do estoque; composição dos kits"
_POLICY = f"{_STOCK}; política de estoque do cliente"
_NONE = "não se aplica"
_KNOWN = "NULL sem foto dos últimos 7 dias ou com menos de 28 dias calculados"
_SEEN = "NULL com menos de 28 dias calculados e de estoque conhecido, dos últimos 30"

PORTFOLIO: tuple[Metric, ...] = (
    Metric(
        "vmd_30", "Venda média diária 30 d", "Average daily sales", "un/dia", ("S",), "R",
        "unidades dos últimos 30 dias completos", PEDIDOS, 1, 7, "30",
        inclusoes=VALIDAS, regra_null="NULL com menos de 28 dias calculados na janela", tabela=_TABLE,
    ),
    Metric(
        "curva_abc", "Curva ABC", "ABC class", "classe", ("S",), "P",
        "90 dias completos, SKUs por faturamento; participação acumulada antes do SKU < 80 % A, < 95 % B, senão C", PEDIDOS, 0, 7,
        inclusoes=VALIDAS, regra_null="NULL sem venda na janela",
        ressalva="O SKU que cruza o limite fica na classe de cima.", tabela=_TABLE,
    ),
    Metric(
        "tendencia", "Tendência", "Trend", "classe", ("S",), "P",
        "(unidades 30 dias ÷ 30) ÷ (unidades dos 60 dias antes ÷ 60); crescente ≥ 1,25, decrescente ≤ 0,75", PEDIDOS, 1, 7,
        inclusoes=VALIDAS, regra_null="NULL com menos de 12 unidades em 90 dias ou de 84 dias calculados",
        ressalva="As janelas não se sobrepõem.", tabela=_TABLE,
    ),
    Metric(
        "vmd_30_ajustada", "VMD ajustada por ruptura", "Stock-adjusted ADS", "un/dia", ("S",), "R",
        "unidades dos últimos 30 dias", _STOCK, 1, 7, "dias com estoque",
        inclusoes=VALIDAS, regra_null=f"{_SEEN}; NULL sem nenhum dia com estoque",
        ressalva="Segunda leitura do ritmo: nunca misturar com a VMD.", tabela=_TABLE,
    ),
    Metric(
        "cobertura_dias", "Cobertura de estoque", "Days of stock", "dias", ("S",), "R",
        "estoque disponível", _STOCK, 0, 7, "venda média diária, com o que saiu em kits",
        inclusoes=VALIDAS, regra_null=f"{_KNOWN}; NULL sem vendas: sem giro, não infinita",
        ressalva="Mercadoria devida não cobre nada.", tabela=_TABLE,
    ),
    Metric(
        "em_ruptura", "Em ruptura", "Out of stock", "classe", ("S",), "P",
        "estoque disponível ≤ 0 e houve venda em 30 dias, ou o anúncio foi pausado por falta de estoque", _STOCK, -1, 7,
        inclusoes=VALIDAS, regra_null=_KNOWN,
        ressalva="Anúncio pausado pelo vendedor não é ruptura.", tabela=_TABLE,
    ),
    Metric(
        "estado_estoque", "Estado de estoque", "Stock state", "classe", ("S",), "P",
        "RUPTURA sem estoque; pela cobertura: COMPRA_URGENTE até o prazo, COMPRAR_EM_BREVE até prazo + segurança,"
        " COBERTURA_BAIXA abaixo disso + alvo, EXCESSO acima do teto, senão ADEQUADA", _POLICY, 0, 7,
        inclusoes=VALIDAS, regra_null=f"{_KNOWN}, sem política ou com menos de 12 unidades em 90 dias",
        ressalva="Sem teto informado, EXCESSO nunca é afirmado.", tabela=_TABLE,
    ),
    Metric(
        "venda_perdida_est", "Venda perdida estimada", "Estimated lost sales", "BRL", ("S", "C"), "A",
        "VMD ajustada × preço médio × dias sem estoque, dos últimos 30 dias", _STOCK, -1, 7,
        inclusoes=VALIDAS, regra_null=f"{_SEEN}; NULL sem nenhum dia com estoque",
        ressalva="Supõe que os dias sem estoque venderiam como os outros.", tabela=_TABLE,
    ),
    Metric(
        "taxa_ruptura", "Taxa de ruptura", "Stock-out rate", "fração", ("C",), "R",
        "dias de SKUs sem estoque", _STOCK, -1, 7, "dias de SKUs ativos",
        inclusoes="SKUs vendidos nos 90 dias até o dia, com estoque conhecido; os últimos 30 dias", cancelamento=_NONE,
        regra_null="NULL sem SKU ativo com estoque conhecido", tabela="vw_client_stock",
    ),
)  # fmt: skip
