"""The Product Ads reads of one seller, each complete or failed (contract §9).

A wrong zero costs more than a missing day: no page, date or metric may be absent (§15 traps 20-22). Only the text
"No permissions found" and the empty list mean that there is no advertising.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from viang_pipeline.failures import PermanentFailure, TransientFailure
from viang_pipeline.sources.errors import LATER, from_http
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient
from viang_pipeline.sources.mercado_livre.payloads.ads import (
    AdCampaign,
    AdGroup,
    AdMember,
    AdMembers,
    AdMetrics,
    Advertiser,
    AuctionMetrics,
)
from viang_pipeline.sources.payloads import S, read

SITE = "MLB"
REACH_DAYS = 90
"""A range has at most so many days, and none is older (§9 Rules)."""
PAGE = 800
CAMPAIGN_PAGE = 50
WALKS = 3
NO_ADS = b"no permissions found"
GROUP_GONE = "ad_group_not_found"
ALL_STATUSES = "active,paused,deleted"
CHANGED_FORMAT = "Nada foi gravado. A plataforma mudou o formato: o leitor precisa ser ajustado."

METRICS = AdMetrics.__struct_fields__
AUCTION = AuctionMetrics.__struct_fields__
_V1 = {"api-version": "1"}
_V2 = {"api-version": "2"}


class AdsReader:
    """Reads the advertising of the seller behind ``api``.

    Every method raises PermanentFailure or TransientFailure and then has returned nothing. Fields nobody decided about
    are added to ``api.unknown_fields``.
    """

    def __init__(self, api: MercadoLivreClient) -> None:
        self._api = api

    def advertiser(self) -> int | None:
        """The seller's advertiser id in Brazil (§9.1); None: Product Ads is not activated, which is a state."""
        route = "/advertising/advertisers"
        answer = self._api.http.get(route, {"product_id": "PADS"}, _V1, accept=(200, 404))
        if answer.status == 404:
            if NO_ADS in answer.content.lower():
                return None
            raise from_http("GET", route, 404, answer.content)
        rows = answer.document.get("advertisers") if isinstance(answer.document, dict) else None
        if not isinstance(rows, list):
            raise _changed("A lista de anunciantes não veio na resposta", route)
        found = [self._read(row, Advertiser, route, "anunciante") for row in rows]
        own = [each.advertiser_id for each in found if each.site_id == SITE]
        if len(own) > 1:
            raise PermanentFailure(
                f"A conta tem {len(own)} anunciantes de Product Ads no Brasil",
                where=f"GET {route}",
                action="Nada foi gravado. Verifique no painel de anúncios qual deles é o deste cliente.",
            )
        return own[0] if own else None

    def daily(self, advertiser: int, days: Sequence[date]) -> dict[date, AdMetrics]:
        """The advertiser's own figures of each day from the first to the last of ``days``, at most 90 (§9.2 DAILY).

        The series is dense: a date that is missing, repeated or not asked for fails the read.
        """
        route = f"/advertising/{SITE}/advertisers/{advertiser}/product_ads/campaigns/search"
        params = {**_dates(days[0], days[-1]), "metrics": ",".join(METRICS), "aggregation_type": "DAILY"}
        document = self._api.http.get(route, params, _V2).document
        series: dict[date, AdMetrics] = {}
        for day, figures in _dated_rows(document, route):
            if day in series:
                raise _changed("A série diária de anúncios repete um dia", route)
            series[day] = self._metrics(figures, route, f"anúncios de {day}")
        expected = {date.fromordinal(n) for n in range(days[0].toordinal(), days[-1].toordinal() + 1)}
        if set(series) != expected:
            raise TransientFailure(
                "A série diária de anúncios não trouxe todos os dias pedidos", where=f"GET {route}", action=LATER
            )
        return series

    def campaigns(self, advertiser: int) -> list[AdCampaign]:
        """Every campaign the platform lists, deleted ones included (§9.2); some in error are in no list."""
        route = f"/advertising/{SITE}/advertisers/{advertiser}/product_ads/campaigns/search"
        rows = self._all_rows(route, {"filters[status]": ALL_STATUSES}, CAMPAIGN_PAGE, key="id")
        return [self._read(row, AdCampaign, route, "campanha") for row in rows]

    def campaign(self, campaign: int, day: date) -> AdCampaign:
        """One campaign by its id, as no list may show it (§9.3)."""
        route = f"/advertising/{SITE}/product_ads/campaigns/{campaign}"
        params = {**_dates(day, day), "metrics": ",".join(AUCTION)}
        return self._read(self._api.http.get(route, params, _V2).document, AdCampaign, route, f"campanha {campaign}")

    def campaign_days(self, campaign: int, first: date, last: date) -> dict[date, AuctionMetrics]:
        """A campaign's auction figures per day (§9.3 DAILY): the only route that has lost impression shares."""
        route = f"/advertising/{SITE}/product_ads/campaigns/{campaign}"
        params = {**_dates(first, last), "metrics": ",".join(AUCTION), "aggregation_type": "DAILY"}
        document = self._api.http.get(route, params, _V2).document
        found = {}
        for day, figures in _dated_rows(document, route):
            found[day] = self._read(figures, AuctionMetrics, route, f"campanha {campaign} em {day}")
        return found

    def groups(self, advertiser: int, day: date) -> list[AdGroup]:
        """Every ad group with its figures of one day (§9.4).

        Metrics are named in capitals as the official sample does; if rows come without any, once more in lower case.
        """
        route = f"/advertising/{SITE}/advertisers/{advertiser}/product_ads/ad_groups/search"
        names = ",".join(METRICS)
        rows = self._all_rows(route, {**_dates(day, day), "metrics": names.upper()}, PAGE, key="id")
        if any(not row.get("metrics") for row in rows):
            rows = self._all_rows(route, {**_dates(day, day), "metrics": names}, PAGE, key="id")
        self._require_metrics(rows, route)
        return [self._read(row, AdGroup, route, f"grupo de anúncios {row['id']}") for row in rows]

    def members(self, group: int, day: date) -> AdMembers | None:
        """The listings of one group with their figures of one day (§9.7), each once; None when the platform says that
        the group is gone (a deleted group that was still listed).

        The same listing may come once per status with the same numbers; with other numbers the read fails.
        """
        route = f"/advertising/{SITE}/product_ads/ad_groups/{group}/ads"
        try:
            rows = self._all_rows(route, {**_dates(day, day), "metrics": ",".join(METRICS)}, PAGE, key=None)
        except PermanentFailure as failure:
            if failure.status == 404 and GROUP_GONE in failure.what:
                return None
            raise
        self._require_metrics(rows, route)
        items: dict[str, AdMember] = {}
        for row in rows:
            member = self._read(row, AdMember, route, f"anúncio do grupo {group}")
            known = items.setdefault(member.item_id, member)
            if known.metrics != member.metrics:
                raise PermanentFailure(
                    f"O anúncio {member.item_id} veio duas vezes no grupo {group} em {day}, com números diferentes",
                    where=f"GET {route}",
                    action="Nada foi gravado deste dia; a chave (grupo, anúncio, dia) deveria ser única.",
                )
        return AdMembers(ad_group_id=group, items=tuple(items[key] for key in sorted(items)))

    def _all_rows(self, route: str, params: dict[str, str], limit: int, *, key: str | None) -> list[dict[str, Any]]:
        """Every row of a paged list; walked again, three times at most, while it moves under the read."""
        for _ in range(WALKS):
            rows = self._walk(route, params, limit)
            if rows is not None and (key is None or len({row.get(key) for row in rows}) == len(rows)):
                return rows
        raise TransientFailure(
            f"A lista de anúncios patrocinados veio incompleta {WALKS} vezes seguidas",
            where=f"GET {route}",
            action=LATER,
        )

    def _walk(self, route: str, params: dict[str, str], limit: int) -> list[dict[str, Any]] | None:
        """All pages, by the number of rows that came; None when they are not as many as announced all along."""
        rows: list[dict[str, Any]] = []
        announced: int | None = None
        while True:
            page = self._api.http.get(route, {**params, "limit": limit, "offset": len(rows)}, _V2).document
            found = page.get("results") if isinstance(page, dict) else None
            paging = page.get("paging") if isinstance(page, dict) else None
            total = paging.get("total") if isinstance(paging, dict) else None
            if not isinstance(found, list) or not isinstance(total, int):
                raise _changed("A lista de anúncios patrocinados veio sem total ou sem linhas", route)
            if not all(isinstance(row, dict) for row in found):
                raise _changed("A lista de anúncios patrocinados trouxe uma linha ilegível", route)
            announced = total if announced is None else announced
            rows += found
            if total != announced or len(rows) > total or (not found and len(rows) < total):
                return None
            if len(rows) == total:
                return rows

    def _require_metrics(self, rows: Iterable[dict[str, Any]], route: str) -> None:
        if any(not row.get("metrics") for row in rows):
            raise _changed("Linhas de anúncios vieram sem métricas", route)

    def _metrics(self, document: Any, route: str, what: str) -> AdMetrics:
        return self._read(document, AdMetrics, route, what)

    def _read(self, document: Any, kind: type[S], route: str, what: str) -> S:
        return read(document, kind, where=f"GET {route}", what=what, unknown=self._api.unknown_fields)


def _dates(first: date, last: date) -> dict[str, str]:
    return {"date_from": first.isoformat(), "date_to": last.isoformat()}


def _dated_rows(document: Any, route: str) -> list[tuple[date, dict[str, Any]]]:
    """Rows of a DAILY answer as (label, figures); the label is taken literally (kpis §13.4).

    Figures stand flat beside the date or below ``metrics``; the list stands bare or below ``results``.
    """
    rows = document.get("results") if isinstance(document, dict) else document
    if not isinstance(rows, list):
        raise _changed("A série diária de anúncios não é uma lista", route)
    found = []
    for row in rows:
        try:
            day = date.fromisoformat(row["date"])
            figures = row.get("metrics") or {name: value for name, value in row.items() if name != "date"}
        except (TypeError, KeyError, ValueError, AttributeError):
            raise _changed("A série diária de anúncios trouxe uma linha sem data", route) from None
        found.append((day, figures))
    return found


def _changed(what: str, route: str) -> PermanentFailure:
    return PermanentFailure(what, where=f"GET {route}", action=CHANGED_FORMAT)
