"""The account's reputation as the platform shows it, against the platform's own ceilings (kpis.md §5.9)."""

from __future__ import annotations

from viang_pipeline.domain.brazilian import day_text, integer_text, percent_text
from viang_pipeline.domain.metrics import BY_ID
from viang_pipeline.domain.reputation import rules_on
from viang_pipeline.reports.charts import scale
from viang_pipeline.reports.data import ReportData, Reputation
from viang_pipeline.reports.page import INNER, LEFT, Sheet
from viang_pipeline.reports.theme import INK, LINE, SOFT, WHITE, Colour
from viang_pipeline.reports.wording import UNKNOWN

LEVELS: dict[str, tuple[str, Colour]] = {
    "1_red": ("Vermelho", (214, 60, 60)),
    "2_orange": ("Laranja", (240, 140, 50)),
    "3_yellow": ("Amarelo", (240, 200, 60)),
    "4_light_green": ("Verde-claro", (150, 200, 80)),
    "5_green": ("Verde", (40, 160, 90)),
}
MEDALS = {"silver": "MercadoLíder", "gold": "MercadoLíder Gold", "platinum": "MercadoLíder Platinum"}
_BANDS: tuple[Colour, ...] = ((40, 160, 90), (150, 200, 80), (240, 200, 60), (240, 140, 50))


def draw(sheet: Sheet, data: ReportData) -> None:
    """Level, medal and the three rates."""
    sheet.heading("Reputação", room=55)
    found = data.reputation
    if found is None:
        sheet.note("Reputação não informada: nenhuma foto da conta neste período.")
        return
    _level(sheet, found)
    rules = rules_on(found.dia)
    for metric, value in found.rates.items():
        sheet.need(14)
        real = found.real_rates.get(metric)
        said = UNKNOWN if value is None else percent_text(value, 2)
        if real is not None and real != value:
            said += f" (sem a proteção: {percent_text(real, 2)})"
        sheet.text(LEFT, sheet.y, BY_ID[metric].nome_pt, size=8.6, width=70)
        sheet.text(LEFT, sheet.y + 4, said, size=8.6, bold=True, width=70)
        if rules is not None and value is not None:
            ceilings = getattr(rules, metric)
            sheet.y += 1.2
            scale(sheet, LEFT + 74, INNER - 74, value, list(zip(ceilings, _BANDS, strict=True)))
            part = (INNER - 74) / len(ceilings)
            for number, ceiling in enumerate(ceilings):
                sheet.text(
                    LEFT + 74 + part * number, sheet.y + 4, f"até {percent_text(ceiling)}", size=6.4, colour=SOFT,
                    width=part - 0.6, align="R",
                )  # fmt: skip
            sheet.y -= 1.2
        sheet.y += 12.4
    sheet.note(
        f"Foto de {day_text(found.dia)}; taxas da própria plataforma"
        + (f", período de {found.periodo.replace('days', 'dias')}" if found.periodo else "")
        + (
            f", {integer_text(found.vendas_concluidas)} vendas concluídas"
            if found.vendas_concluidas is not None
            else ""
        )
        + ". Faixas: MercadoLíder, verde, amarelo e laranja; acima da última, vermelho."
    )


def _level(sheet: Sheet, found: Reputation) -> None:
    width, x = 13.0, LEFT
    for level, (_, colour) in LEVELS.items():
        here = level == found.nivel
        sheet.box(x, sheet.y + (0 if here else 1.5), width - 1, 6 if here else 3, colour if here else LINE, radius=1.2)
        x += width
    name = LEVELS[found.nivel][0] if found.nivel in LEVELS else "Ainda sem cor: poucas vendas"
    sheet.text(x + 4, sheet.y + 0.4, name, size=11, bold=True, colour=INK)
    medal = MEDALS.get(found.medalha or "")
    if medal:
        sheet.pill(x + 8 + sheet.width_of(name, 11, bold=True), sheet.y + 0.6, medal, sheet.brand.strong, WHITE)
    sheet.y += 11
    if found.nivel_real and found.nivel_real != found.nivel and found.nivel_real in LEVELS:
        sheet.note(f"A conta está protegida: sem a proteção, a cor seria {LEVELS[found.nivel_real][0].lower()}.")
