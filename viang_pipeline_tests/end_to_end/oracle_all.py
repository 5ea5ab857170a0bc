"""Every column people see of a client-day and a SKU-day, from the sandbox's truth alone: the families' oracles joined.

Told which nights happened and what of them failed, it says which rows there are, what is in them, what is missing and
how final it is (kpis.md §5, §6, §7). Nothing of viang_pipeline but the sandbox is imported.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar, cast

from viang_pipeline.sandbox import World
from viang_pipeline.sandbox.truth import Order
from viang_pipeline_tests.end_to_end.oracle import BUCKET, CANCELLED, VALID, Line, Oracle, day_of
from viang_pipeline_tests.end_to_end.oracle_ads import AdsOracle
from viang_pipeline_tests.end_to_end.oracle_billing import BillingOracle
from viang_pipeline_tests.end_to_end.oracle_claims import Claimed, ClaimsOracle
from viang_pipeline_tests.end_to_end.oracle_margin import Returned, client_margin, margin_ratios, sku_margin
from viang_pipeline_tests.end_to_end.oracle_traffic import Stocked, TrafficOracle, Visited

Row = dict[str, object]
T = TypeVar("T")

NO_OWN_STOCK: Row = dict.fromkeys(
    ("estoque_proprio", "estoque_reservado", "estoque_transito", "estoque_disponivel", "valor_estoque")
)
NO_VALUED_STOCK: Row = dict.fromkeys(("estoque_avaliado", "estoque_presente", "valor_estoque_cobertura"))
"""Nobody answers for the own stock of these clients, so what both stocks make is not stated."""
ONE = timedelta(days=1)
ADS = ("investimento", "impressoes", "cliques", "receita_direta", "receita_assistida", "receita", "unidades")
OUT_OF_REACH = "fora_do_alcance"


@dataclass
class WholeOracle:
    """One client. ``failed`` of a night names the families that could not be read: ads, visits, stock, claims, billing;
    ``periods`` the billing periods that were."""

    world: World
    seller_id: int
    starts: date
    claims_read: datetime | None = None
    orders_read: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.sales = Oracle(self.world, self.seller_id, self.starts)
        self.ads = AdsOracle(self.world, self.seller_id, self.starts, self.sales)
        self.traffic = TrafficOracle(self.world, self.seller_id, self.starts, self.sales)
        self.claims = ClaimsOracle(self.world, self.seller_id, self.starts, self._unit_cost)
        self.bills = BillingOracle(self.world, self.seller_id)
        self.billed_days: set[date] = set()
        self.fees: dict[str, int] = {}
        self._found: dict[Callable[[], object], object] = {}

    def night(
        self, now: datetime, asked: list[date], periods: Iterable[date], failed: frozenset[str] = frozenset()
    ) -> None:
        """A night at ``now`` asked for these days."""
        self._found.clear()
        self.orders_read = now
        self.sales.night(now)
        self.traffic.night(now, asked, visits="visits" not in failed, stock="stock" not in failed)
        if "ads" not in failed:
            self.ads.night(now, asked)
        if "claims" not in failed:
            self.claims.night(now)
            self.claims_read = now
        if "billing" not in failed:
            self._read_bills(now, periods)

    def read_again(self, now: datetime, days: list[date], periods: Iterable[date]) -> None:
        """Past days were read once more, right after a complete night."""
        self._found.clear()
        self.sales.night(now)
        self.traffic.night(now, days)
        self.ads.night(now, days)
        self.claims.read_again(now, days)
        self._read_bills(now, periods)

    def _read_bills(self, now: datetime, periods: Iterable[date]) -> None:
        """A day's bills are read once both periods it may belong to were, after it or when they had closed."""
        self.bills.night(now, periods)
        self.fees = self.bills.fees()
        for day in (self.starts + n * ONE for n in range((day_of(now) - self.starts).days)):
            keys = _may_belong_to(day)
            if all(
                key in self.bills.read_on and (self.bills.read_on[key] > day or self.bills.closed(key)) for key in keys
            ):
                self.billed_days.add(day)

    def _once(self, find: Callable[[], T]) -> T:
        """What ``find`` finds between two nights; what is told meanwhile counts from the next one on."""
        if find not in self._found:
            self._found[find] = find()
        return cast(T, self._found[find])

    def client_days(self) -> dict[date, Row]:
        """``vw_client_day``: money in centavos where the column is money."""
        ads, visits, stock = self._once(self.ads.client_days), self.traffic.client_visits(), self.traffic.client_stock()
        claimed = self.claims.days()
        also = {*stock, *claimed, *(day for day, total in visits.items() if total)}
        also |= {day for day, row in ads.items() if row["estado"] != OUT_OF_REACH and _shows(row)}
        lines = _by(self.sales.lines(), lambda line: line.day)
        margins: dict[date, list[Row]] = defaultdict(list)
        for (day, _), margin in self._once(self._margins).items():
            margins[day].append(margin)
        rows: dict[date, Row] = {}
        for day, sums in self.sales.client_days(day for day in also if self._closed(day)).items():
            row: Row = dict(sums)
            row |= self._claims(day, claimed.get(day, Claimed()), lines.get(day, []))
            of_day = ads.get(day)
            row |= {f"ads_{name}": of_day and of_day[f"ads_{name}"] for name in (*ADS, "nao_alocado")}
            row["ads_itens_vs_campanha"] = of_day and of_day["ads_itens_vs_campanha"]
            seen = visits.get(day)
            row |= _visits(Visited(seen, None if seen is None else int(str(row["pedidos"])), None))
            row["estoque_full"], row["estoque_full_indisponivel"] = stock.get(day, (None, None))
            row |= NO_OWN_STOCK | NO_VALUED_STOCK
            row |= self._bills(day, lines.get(day, []))
            row |= self._maturity(day, ads)
            missing = {
                *self._missing_of_lines(lines.get(day, [])),
                *self._missing_of_bills(day, lines.get(day, [])),
                *self._missing_of_claims(day, claimed.get(day)),
                *self._missing_of_ads(ads, day),
                "visitas_nao_lidas" if seen is None else "",
                "estoque_sem_foto" if day not in stock else "",
            }
            row["faltantes"] = sorted(missing - {""})
            remainder = None if of_day is None else of_day["ads_nao_alocado"]
            assert remainder is None or isinstance(remainder, int)
            row |= client_margin(
                margins.get(day, []), row["faturamento"], remainder, claims_known=self._claims_known(day)
            )
            row |= _ratios(row)
            row["conversao_ml"] = _per(row["pedidos_brutos"], row["visitas"], 6)
            row["ads_participacao"] = _per(row["ads_receita"], row["vendas_brutas"], 6)
            rows[day] = row
        return rows

    def sku_days(self) -> dict[tuple[date, str], Row]:
        """``vw_sku_day``."""
        days, placed = self._once(self.ads.client_days), self._once(self.ads.sku_days)
        visits, stock, claimed = self.traffic.sku_visits(), self.traffic.stock(), self._once(self._claims_of_skus)
        photos = {day for day, _ in stock}
        also = {*stock, *claimed, *(key for key, found in visits.items() if found.visits)}
        also |= {key for key, row in placed.items() if _shows(row)}
        lines = _by(self.sales.lines(), lambda line: (line.day, line.sku))
        margins = self._once(self._margins)
        rows: dict[tuple[date, str], Row] = {}
        for key, sums in self.sales.sku_days(key for key in also if self._closed(key[0])).items():
            day, row = key[0], dict[str, object](sums)
            row |= self._claims(day, claimed.get(key, Claimed()), lines.get(key, []))
            known = day in days and days[day]["estado"] != OUT_OF_REACH
            row |= {f"ads_{name}": placed.get(key, {}).get(f"ads_{name}", 0) if known else None for name in ADS}
            row["ads_rateado"] = placed.get(key, {}).get("ads_rateado", False)
            seen = visits.get(key, Visited(None, None, None))
            row |= _visits(seen)
            photo = stock.get(key, Stocked(None, None, None, None))
            row["estoque_full"], row["estoque_full_indisponivel"] = photo.full, photo.blocked
            row |= NO_OWN_STOCK
            row |= self._bills(day, lines.get(key, []))
            row |= self._maturity(day, days)
            missing = {
                *self._missing_of_lines(lines.get(key, [])),
                *self._missing_of_bills(day, lines.get(key, [])),
                *self._missing_of_claims(day, claimed.get(key)),
                *self._missing_of_ads(days, day),
                "visitas_nao_lidas" if day not in self.traffic.read_at else seen.reason or "",
                "estoque_sem_foto" if day not in photos else photo.reason or "",
            }
            row["faltantes"] = sorted(missing - {""})
            nothing = sku_margin([], Returned({}, Claimed(), *self._cost(day, Claimed(), [])), 0 if known else None)
            row |= margins.get(key, nothing)
            row |= _ratios(row)
            rows[key] = row
        return rows

    def _margins(self) -> dict[tuple[date, str], Row]:
        """Every SKU-day that sold, spent or got something back."""
        days, placed = self._once(self.ads.client_days), self._once(self.ads.sku_days)
        of_orders, claimed = self.claims.orders(), self._once(self._claims_of_skus)
        gross = [line for line in self.sales.lines() if line.kind in (VALID, CANCELLED)]
        lines = _by(gross, lambda line: (line.day, line.sku))
        returned = {key for key, found in claimed.items() if found.cost is not None or found.cost_unread}
        found: dict[tuple[date, str], Row] = {}
        for key in {*lines, *placed, *returned}:
            day, sku = key  # type: ignore[misc]
            of_key, claim = lines.get(key, []), claimed.get((day, sku), Claimed())
            read = day in days and days[day]["estado"] != OUT_OF_REACH
            spend = placed.get((day, sku), {}).get("ads_investimento", 0) if read else None
            assert spend is None or isinstance(spend, int)
            known, cost = self._cost(day, claim, of_key)
            found[day, sku] = sku_margin(of_key, Returned(of_orders, claim, known, cost), spend)
        return found

    def _claims_of_skus(self) -> dict[tuple[date, str], Claimed]:
        return self.claims.sku_days(self.sales.sku_of)

    def _closed(self, day: date) -> bool:
        return self.starts <= day < day_of(self.orders_read)

    def _claims(self, day: date, found: Claimed, lines: list[Line]) -> Row:
        """§5.7 and custo_devolucao: the way back charged, and the freight of orders cancelled after dispatch."""
        names = ("devolucoes", "devolucoes_no_dia", "unidades_devolvidas", "reclamacoes", "mediacoes")
        if not self._claims_known(day):
            return dict.fromkeys((*names, "custo_devolucao"))
        counts = (
            len(found.returns), len(found.returns_opened), found.units_back, len(found.opened), len(found.disputes),
        )  # fmt: skip
        return {**dict(zip(names, counts, strict=True)), "custo_devolucao": self._cost(day, found, lines)[1]}

    def _cost(self, day: date, found: Claimed, lines: list[Line]) -> tuple[bool, int | None]:
        """Whether claims were read, and what returns cost: D7 for a freight that is not known, D13 for the courier."""
        gone = [line for line in lines if line.kind == CANCELLED and line.nature == "pos"]
        parts = [part for part in (*(line.freight for line in gone), found.cost) if part is not None]
        if not self._claims_known(day) or found.cost_unread or (gone and not parts):
            return self._claims_known(day), None
        return True, sum(parts) + sum(line.courier or 0 for line in gone)

    def _claims_known(self, day: date) -> bool:
        return self.claims_read is not None and day < day_of(self.claims_read)

    def _unit_cost(self, order: Order) -> Decimal | None:
        """As told at the last look, whatever became of the sale."""
        return self.sales.told.unit(self.sales.sku_of(order), day_of(order.created_at))

    def _maturity(self, day: date, ads: Mapping[date, Mapping[str, object]]) -> Row:
        """§7: a block is final once it was read that many days after the day."""

        def final(read: date | None, days: int) -> str:
            return "final" if read is not None and read >= day + days * ONE else "preliminar"

        of_day, read = ads.get(day), self.ads.settled_on.get(day)
        settled = "quase_final" if final(read, 4) == "final" else "preliminar"
        if of_day is not None and not of_day["pendente"]:
            settled = "final" if final(read, 15) == "final" else settled
        if of_day is not None and of_day["estado"] == "sem_ads":
            settled = "final"
        visited = self.traffic.read_at.get(day)
        return {
            "maturidade_vendas": final(day_of(self.orders_read), 7),
            "maturidade_ads": settled,
            "maturidade_visitas": final(visited and day_of(visited), 3),
            "maturidade_devolucoes": final(self.claims_read and day_of(self.claims_read), 45),
            "maturidade_cobranca": "final" if all(map(self.bills.closed, _may_belong_to(day))) else "preliminar",
        }

    def _bills(self, day: date, lines: list[Line]) -> Row:
        """§5.2: only billed orders are compared, and how much they sold says how many they are."""
        valid = [line for line in lines if line.kind == VALID]
        billed = [line for line in valid if str(line.order.order_id) in self.fees]
        if day not in self.billed_days:
            return dict.fromkeys(("comissao_faturada", "divergencia_comissao", "faturamento_com_tarifa_faturada"))
        fee = sum(self.fees[str(line.order.order_id)] for line in billed)
        known = bool(billed) or not valid
        return {
            "comissao_faturada": fee if known else None,
            "divergencia_comissao": fee - sum(line.fee for line in billed) if known else None,
            "faturamento_com_tarifa_faturada": sum(line.value for line in billed),
        }

    def _missing_of_bills(self, day: date, lines: list[Line]) -> set[str]:
        if day not in self.billed_days:
            return {"faturas_nao_lidas"}
        unbilled = any(line.kind == VALID and str(line.order.order_id) not in self.fees for line in lines)
        return {"tarifa_nao_faturada"} if unbilled else set()

    def _missing_of_lines(self, lines: list[Line]) -> set[str]:
        missing = set()
        for line in lines:
            if line.kind == VALID and line.freight is None:
                missing.add("frete_nao_observado")
            if line.kind == VALID and line.freight is None and self.sales.told.tax_on_freight and line.tax is None:
                missing |= {"frete_comprador_nao_observado"} if self.sales.told.rate(line.day) is not None else set()
            if line.kind == VALID and line.cost is None:
                missing.add("custo_desconhecido")
            if line.kind == VALID and self.sales.told.rate(line.day) is None:
                missing.add("imposto_nao_informado")
            if line.kind == VALID and line.own_courier and line.courier is None:
                missing.add("custo_envio_proprio_nao_informado")
            if line.kind in (VALID, CANCELLED) and line.sku.startswith(BUCKET):
                missing.add("sku_nao_identificado")
        return missing

    def _missing_of_claims(self, day: date, found: Claimed | None) -> set[str]:
        unknown = set() if self._claims_known(day) else {"reclamacoes_nao_lidas"}
        return unknown | (found.unknown if found is not None else set())

    def _missing_of_ads(self, ads: Mapping[date, Mapping[str, object]], day: date) -> set[str]:
        if day not in ads:
            return {"ads_nao_lidos"}
        return {"ads_fora_do_alcance"} if ads[day]["estado"] == OUT_OF_REACH else set()


def _by(lines: Iterable[Line], key: object) -> dict[object, list[Line]]:
    found: dict[object, list[Line]] = {}
    for line in lines:
        found.setdefault(key(line), []).append(line)  # type: ignore[operator]
    return found


def _may_belong_to(day: date) -> tuple[date, date]:
    """The keys of the two billing periods a day may be in: where a period ends differs from seller to seller."""
    key = day.replace(day=1)
    return key, (key + 32 * ONE).replace(day=1)


def _shows(row: Mapping[str, object]) -> bool:
    """A row of zeros makes no day (§6)."""
    return any(row[f"ads_{name}"] for name in ("investimento", "impressoes", "cliques", "receita"))


def _visits(seen: Visited) -> Row:
    return {
        "visitas": seen.visits,
        "visitas_dias_observados": int(seen.visits is not None),
        "pedidos_com_visita": seen.orders,
    }


def _ratios(row: Row) -> Row:
    """What the views add to the blocks; every test day is older than the thirty of taxa_devolucao."""
    return {
        "taxa_devolucao": _per(row["devolucoes"], row["pedidos"], 6),
        "ads_ctr": _per(row["ads_cliques"], row["ads_impressoes"], 6),
        "ads_cpc": _per(row["ads_investimento"], row["ads_cliques"], 2, centavos=True),
        "acos": _per(row["ads_investimento"], row["ads_receita"], 6),
        "roas": _per(row["ads_receita"], row["ads_investimento"], 6),
        "tacos": _per(row["ads_investimento"], row["faturamento"], 6),
        "ads_cvr": _per(row["ads_unidades"], row["ads_cliques"], 6),
        "ads_cpa": _per(row["ads_investimento"], row["ads_unidades"], 2, centavos=True),
        "conversao": _per(row["pedidos_com_visita"], row["visitas"], 6),
        "comissao_faturada_cobertura": _per(row["faturamento_com_tarifa_faturada"], row["faturamento"], 6),
        **margin_ratios(row),
    }


def _per(numerator: object, denominator: object, places: int, *, centavos: bool = False) -> Decimal | None:
    """R3 and R6."""
    if numerator is None or not denominator:
        return None
    assert isinstance(numerator, int)
    assert isinstance(denominator, int)
    exact = Decimal(numerator) / Decimal(denominator) / (100 if centavos else 1)
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
