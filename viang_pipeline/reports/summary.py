"""The period in a few sentences, each standing on figures of the report and on nothing else. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from viang_pipeline.domain.brazilian import integer_text, money_text, percent_text, points_text
from viang_pipeline.domain.comparisons import Comparison, Tone
from viang_pipeline.reports.data import Figure, ReportData
from viang_pipeline.reports.wording import COMPONENTS, change_text, refusal_text, value_text

ENOUGH_COVERAGE = Decimal("0.8")
Mark = Tone | Literal["aviso"]


@dataclass(frozen=True)
class Sentence:
    """One statement: ``title`` says it, ``text`` gives its figures."""

    title: str
    text: str
    mark: Mark = "neutro"


def summary(data: ReportData) -> list[Sentence]:
    """What a person should know of the period, the most important first."""
    if data.empty:
        return [
            Sentence(
                "Ainda não há números deste período",
                "Nenhum dia do período foi calculado. Assim que os pedidos forem lidos, o relatório pode ser refeito.",
                "aviso",
            )
        ]
    return [each for part in (_sales, _margin, _ads, _skus, _stock, _after_sale, _lacks) for each in part(data)]


def _moved(figure: Figure) -> str:
    """How a figure compares with the period before, as the end of a sentence."""
    change = figure.previous
    if change.refused is not None:
        return f"sem comparação com o período anterior ({refusal_text(change)})"
    if change.direction == "estavel":
        return "estável frente ao período anterior"
    return f"{change_text(figure.metric, change)} frente ao período anterior"


def _verb(change: Comparison, subject: str) -> str:
    verbs = {"subiu": "subiu", "caiu": "caiu", "estavel": "ficou estável"}
    if change.direction is not None:
        return f"{subject} {verbs[change.direction]}"
    name = subject.partition(" ")[2]
    return name[:1].upper() + name[1:]


def _sales(data: ReportData) -> Iterator[Sentence]:
    revenue, orders, ticket = (data.figures[each] for each in ("faturamento", "pedidos", "ticket_medio"))
    if revenue.value is None:
        return
    text = f"{money_text(revenue.value)} em vendas válidas, {_moved(revenue)}."
    if orders.value is not None and ticket.value is not None:
        text += f" Foram {integer_text(orders.value)} pedidos, com ticket médio de {money_text(ticket.value)}."
    if revenue.year.difference is not None:
        text += f" Frente a um ano antes: {change_text('faturamento', revenue.year)}."
    yield Sentence(_verb(revenue.previous, "O faturamento"), text, revenue.previous.tone)


def _margin(data: ReportData) -> Iterator[Sentence]:
    margin, share, coverage = (data.figures[each] for each in ("mc", "mc_pct", "mc_cobertura"))
    if margin.value is None or share.value is None or coverage.value is None:
        yield Sentence(
            "A margem não pôde ser calculada",
            "Faltam custo, frete, imposto ou a leitura dos Ads; veja o que falta em “Cobertura e frescor”.",
            "aviso",
        )
        return
    text = (
        f"Margem de contribuição de {money_text(margin.value)}, {percent_text(share.value)} do faturamento coberto, "
        f"{_moved(share)}. Ela se apoia em {percent_text(coverage.value)} do faturamento."
    )
    effects = sorted(data.sheet.margin_split.effects.items(), key=lambda each: each[1])
    if effects and effects[0][1] < Decimal("-0.001"):
        text += f" O que mais pesou: {_effect(*effects[0])}."
    if effects and effects[-1][1] > Decimal("0.001"):
        text += f" O que mais ajudou: {_effect(*effects[-1])}."
    mark: Mark = "aviso" if coverage.value < ENOUGH_COVERAGE else share.previous.tone
    yield Sentence(_verb(share.previous, "A margem"), text, mark)


def _effect(component: str, effect: Decimal) -> str:
    return f"{COMPONENTS[component].lower() if component != 'ads_na_margem' else 'Ads'} ({points_text(effect)})"


def _ads(data: ReportData) -> Iterator[Sentence]:
    spend, income, acos, tacos = (data.figures[each] for each in ("ads_investimento", "ads_receita", "acos", "tacos"))
    if spend.value is None:
        yield Sentence("Ads não foram lidos por inteiro", "Sem todos os dias, o investimento não é mostrado.", "aviso")
    elif spend.value == 0:
        yield Sentence("Sem investimento em Ads", "Nenhum valor foi investido no período.")
    else:
        text = f"{money_text(spend.value)} investidos"
        text += f" trouxeram {money_text(income.value)} em vendas atribuídas" if income.value is not None else ""
        text += "."
        text += f" ACOS de {value_text('acos', acos.value)}, {_moved(acos)}." if acos.value is not None else ""
        text += f" TACOS de {value_text('tacos', tacos.value)}." if tacos.value is not None else ""
        yield Sentence(_verb(acos.previous, "O ACOS"), text, acos.previous.tone)


def _skus(data: ReportData) -> Iterator[Sentence]:
    total = data.figures["faturamento"].value
    best = data.skus.best[:3]
    if best and total:
        share = sum((each.faturamento for each in best), Decimal(0)) / total
        names = ", ".join(each.sku for each in best)
        yield Sentence(
            "Quem puxou as vendas" if len(best) > 1 else "Um SKU puxou as vendas",
            f"{names}: {percent_text(share)} do faturamento, de {integer_text(data.skus.count)} SKUs com movimento.",
        )
    if data.skus.worst:
        lost = sum((each.mc for each in data.skus.worst if each.mc is not None), Decimal(0))
        yield Sentence(
            "SKUs vendidos com prejuízo",
            f"Os que mais perdem ({integer_text(len(data.skus.worst))}) somam {money_text(lost)} de margem.",
            "ruim",
        )


def _stock(data: ReportData) -> Iterator[Sentence]:
    if data.portfolio is None or not data.portfolio.out_of_stock:
        return
    text = f"{integer_text(data.portfolio.out_of_stock)} SKUs que vendem estavam sem estoque"
    if data.portfolio.lost:
        text += f"; venda perdida estimada de {money_text(data.portfolio.lost)} em 30 dias"
    yield Sentence("Há ruptura de estoque", f"{text}.", "ruim")


def _after_sale(data: ReportData) -> Iterator[Sentence]:
    rate, cancelled = data.figures["taxa_cancelamento"], data.figures["valor_cancelado"]
    if rate.value is None or cancelled.value is None:
        return
    text = f"{percent_text(rate.value)} dos pedidos, {money_text(cancelled.value)}, {_moved(rate)}."
    yield Sentence(_verb(rate.previous, "O cancelamento"), text, rate.previous.tone)


def _lacks(data: ReportData) -> Iterator[Sentence]:
    if not data.sheet.complete:
        absent = data.sheet.period.days - data.sheet.days_read
        yield Sentence(
            "O período não foi lido por inteiro",
            f"Faltam {integer_text(absent)} de {integer_text(data.sheet.period.days)} dias: os totais são do que foi "
            "lido, e comparações não são feitas.",
            "aviso",
        )
