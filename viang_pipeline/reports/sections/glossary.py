"""What each number means, from the metric dictionary: nothing is defined a second time here."""

from __future__ import annotations

from viang_pipeline.domain.metrics import BY_ID
from viang_pipeline.reports.page import BOTTOM, HEIGHT, INNER, LEFT, Sheet
from viang_pipeline.reports.theme import SOFT

EXPLAINED = (
    "vendas_brutas", "faturamento", "faturamento_liquido", "valor_cancelado", "reembolsos", "pedidos", "unidades",
    "ticket_medio", "comissao", "comissao_pct", "frete_vendedor", "cmv", "imposto", "custo_devolucao", "mc_pre_ads",
    "mc", "mc_pct", "mc_cobertura", "ads_investimento", "ads_receita", "acos", "roas", "tacos", "visitas", "conversao",
    "taxa_cancelamento", "devolucoes", "reclamacoes", "mediacoes", "curva_abc", "cobertura_dias", "em_ruptura",
    "taxa_ruptura", "venda_perdida_est", "valor_estoque",
)  # fmt: skip
COLUMNS, GAP = 3, 6.0
SIZE = 7.0
STEP = SIZE * 25.4 / 72 * 1.42


def draw(sheet: Sheet) -> None:
    """Columns, read down and then across."""
    sheet.new_page()
    sheet.heading(
        "Glossário", "Valores em reais; dias no fuso de São Paulo, pela data em que o comprador fez o pedido."
    )
    width = (INNER - GAP * (COLUMNS - 1)) / COLUMNS
    column, top = 0, sheet.y
    for metric_id in EXPLAINED:
        name, text = _entry(metric_id)
        height = 4.4 + len(sheet.broken(text, width, size=SIZE)) * STEP + 2.6
        if sheet.y + height > HEIGHT - BOTTOM:
            if column == COLUMNS - 1:
                sheet.new_page()
                top = sheet.y
            column, sheet.y = (column + 1) % COLUMNS, top
        x = LEFT + column * (width + GAP)
        sheet.text(x, sheet.y, name, size=7.8, bold=True, width=width)
        sheet.paragraph(x, sheet.y + 4.4, text, width, size=SIZE, colour=SOFT, leading=1.42)
        sheet.y += height


def _entry(metric_id: str) -> tuple[str, str]:
    metric = BY_ID[metric_id]
    text = metric.comment.removeprefix(f"{metric.nome_pt}: ")
    return metric.nome_pt, text[:1].upper() + text[1:]
