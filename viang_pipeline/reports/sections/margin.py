"""The bridge from covered revenue to the margin, and what moved the margin between the periods (kpis.md §5.5, §8)."""

from __future__ import annotations

from decimal import Decimal

from viang_pipeline.domain.brazilian import integer_text, percent_text, points_text
from viang_pipeline.reports.charts import Step, bridge
from viang_pipeline.reports.data import Bridge, ReportData
from viang_pipeline.reports.page import INNER, LEFT, Sheet
from viang_pipeline.reports.theme import BAD, FAINT, GOOD, SOFT
from viang_pipeline.reports.wording import COMPONENTS, REFUSALS

IDENTITY = Decimal("0.001")


def draw(sheet: Sheet, data: ReportData) -> None:
    """The waterfall, then the effects."""
    sheet.heading(
        "Do faturamento à margem",
        "Só as vendas com comissão, frete, custo e imposto conhecidos: nada é estimado.",
        room=88,
    )
    found = data.bridge
    if found is None:
        sheet.note("Margem não informada: nenhuma venda do período tem todos os seus custos conhecidos.")
        return
    if abs(found.revenue - sum(found.costs.values(), Decimal(0)) - found.before_ads) > found.revenue * IDENTITY:
        sheet.note("As partes não somam a margem calculada dia a dia; por isso a ponte não é mostrada.")
        return
    bridge(sheet, _steps(found), total=sheet.brand.strong)
    coverage = data.figures["mc_cobertura"].value
    if coverage is not None:
        sheet.note(f"A ponte se apoia em {percent_text(coverage)} do faturamento.")
    if found.margin is None:
        sheet.note("Os Ads de algum dia não foram lidos: a margem depois de Ads não é informada.")
    _effects(sheet, data)


def _steps(found: Bridge) -> list[Step]:
    def step(label: str, value: Decimal, *, total: bool = False) -> Step:
        return Step(label, value, _whole(value), percent_text(abs(value) / found.revenue), total)

    steps = [step("Faturamento coberto", found.revenue, total=True)]
    steps += [step(COMPONENTS[name], -value) for name, value in found.costs.items()]
    if found.ads is None or found.margin is None:
        return [*steps, step("Margem antes de Ads", found.before_ads, total=True)]
    if found.ads:
        steps.append(step(COMPONENTS["ads_na_margem"], -found.ads))
    return [*steps, step("Margem", found.margin, total=True)]


def _whole(value: Decimal) -> str:
    """Reais without centavos, for lack of room."""
    return f"{'-' if value < 0 else ''}R$ {integer_text(abs(value))}"


def _effects(sheet: Sheet, data: ReportData) -> None:
    split = data.sheet.margin_split
    sheet.subheading("O que mudou na margem frente ao período anterior", room=30)
    if split.refused is not None:
        sheet.note(f"Não é dito: {REFUSALS[split.refused]}.")
        return
    effects = [(name, value) for name, value in split.effects.items() if abs(value) >= Decimal("0.0005")]
    if not effects:
        sheet.note("Nenhum custo mudou a margem em 0,1 ponto percentual ou mais.")
        return
    largest = max(abs(value) for _, value in effects)
    middle, reach = LEFT + INNER * 0.56, INNER * 0.30
    sheet.need(len(effects) * 6.4)
    for name, value in sorted(effects, key=lambda each: each[1]):
        width = reach * float(abs(value) / largest)
        sheet.text(LEFT, sheet.y + 0.8, COMPONENTS[name], size=8.4)
        sheet.box(middle - (width if value < 0 else 0), sheet.y, width, 4.6, BAD if value < 0 else GOOD, radius=0.8)
        sheet.text(LEFT, sheet.y + 0.8, points_text(value), size=8.4, bold=True, width=INNER, align="R")
        sheet.y += 6.4
    sheet.path([(middle, sheet.y - 6.4 * len(effects) - 1), (middle, sheet.y - 0.6)], FAINT, thickness=0.2)
    sheet.y += 1
    sheet.paragraph(LEFT, sheet.y, "Em pontos percentuais do faturamento coberto.", INNER, size=7.5, colour=SOFT)
    sheet.y += 5
