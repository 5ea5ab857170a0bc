"""Product Ads of one client into raw tables: the account's state, then day by day, each in one transaction, or not at
all; campaigns last.

A day is complete when the advertiser's own row, every ad group and the listings of groups that need it were read.
A group that is no longer listed keeps what was last seen of it: its spend stays in the advertiser's total.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import psycopg

from viang_pipeline.collect.ads_plan import (
    READ,
    WITHOUT_ADS,
    AdsPlan,
    ads_plan,
    members_needed,
    only_listing,
    settled_without_reading,
)
from viang_pipeline.collect.campaigns import collect_campaigns
from viang_pipeline.collect.orders import first_day
from viang_pipeline.collect.work import Outcome, PartialCollectionError, Work
from viang_pipeline.domain.business_day import business_day
from viang_pipeline.failures import SourceFailure
from viang_pipeline.sources.mercado_livre.ads import AdsReader
from viang_pipeline.sources.mercado_livre.client import MercadoLivreClient
from viang_pipeline.sources.mercado_livre.payloads.ads import AdAccount, AdDay, AdGroup, AdMembers, AdMetrics
from viang_pipeline.sources.payloads import Payload, record
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.load import RawRow, upsert_raw
from viang_pipeline.warehouse.locks import lock_client

SOURCE = "mercado_livre"
RESOURCE = "ads"
WITH_ADS = "com_ads"
_PAYLOADS = ("AdMetrics", "Advertiser", "AdCampaign", "AuctionMetrics", "AdGroup", "AdMember")


def collect_ads(work: Work, api: MercadoLivreClient, days: Iterable[date]) -> Outcome:
    """Read the days asked for and, with yesterday among them, the last fifteen, and store what changed.

    Without Product Ads every day without a reading is a known zero (``sem_ads``), unless the account was found with ads
    since; days behind the 90-day wall of an account with ads are ``fora_do_alcance`` (D20).

    Raises PartialCollectionError when a read fails: days read before stay stored, the failed one and those after it
    changed nothing.
    """
    now, before = work.clock(), api.http.requests
    with work.store.transaction() as conn:
        plan = ads_plan(days, first_day(conn, work.client_id), now)
        families = _families(conn, work.client_id)
    if not plan.read and not plan.beyond:
        return Outcome()
    night = _Night(work, AdsReader(api), plan, families, now)
    failure: SourceFailure | None = None
    try:
        night.read()
    except SourceFailure as found:
        failure = found
    night.total.requests = api.http.requests - before
    night.total.unknown_fields = {name for name in api.unknown_fields if name.startswith(_PAYLOADS)}
    night.finish(failure)
    if failure is not None:
        raise PartialCollectionError(night.total, failure) from failure
    return night.total


@dataclass
class _Night:
    """One client's reading: what is planned, and what came of it so far."""

    work: Work
    reader: AdsReader
    plan: AdsPlan
    families: dict[str, list[str]]
    now: datetime
    total: Outcome = field(default_factory=Outcome)
    read_days: set[date] = field(default_factory=set)
    campaigns: set[int] = field(default_factory=set)

    def read(self) -> None:
        """Everything planned, in the order of its worth: the state, the newest days, the older ones, campaigns."""
        advertiser = self.reader.advertiser()
        self._store_account(advertiser)
        if advertiser is None:
            return
        if self.plan.read:
            series = self.reader.daily(advertiser, sorted(self.plan.read))
            for day in self.plan.read:
                self._read_day(advertiser, day, series[day])
            span = (min(self.plan.read), max(self.plan.read))
            self.total.add(collect_campaigns(self.work, self.reader, advertiser, span, self.campaigns, self.now))

    def finish(self, failure: SourceFailure | None) -> None:
        """The day's ledger rows: what could not be read, and the audit line."""
        unread = sorted({*self.plan.read, *self.plan.beyond} - self.read_days)
        detail: dict[str, object] = {
            "dias_lidos": len(self.read_days),
            "campos_desconhecidos": sorted(self.total.unknown_fields),
            "notas": self.total.notes,
        }
        status: ledgers.Status = "success"
        with self.work.store.transaction() as conn:
            if failure is not None:
                status = "partial" if self.read_days else "error"
                detail["erro"] = str(failure)
                at = self.work.clock()
                ledgers.mark_unread(conn, self.work.client_id, SOURCE, RESOURCE, unread, at, str(failure))
            self._log(conn, status, detail)

    def _store_account(self, advertiser: int | None) -> None:
        """Tonight's state of the account, and the days that need nothing but it."""
        night = business_day(self.now)
        state = WITHOUT_ADS if advertiser is None else WITH_ADS
        with self.work.store.transaction() as conn:
            lock_client(conn, self.work.client_id)
            account = AdAccount(estado=state, advertiser_id=advertiser)
            self._upsert(conn, "accounts", [_row(night, night.isoformat(), account)])
            settled = settled_without_reading(self.plan, advertiser is not None, self._last_night_with_ads(conn))
            for estado, days in settled.items():
                # A day that was read, or settled before, is not settled anew by a later state; and a state is no
                # reading: how final a day's numbers are is told by the last night that saw them (kpis.md §7).
                known = self._known_days(conn, days)
                fresh = sorted(set(days) - known.keys())
                rows = [_row(day, day.isoformat(), AdDay(estado=estado, advertiser_id=advertiser)) for day in fresh]
                seen = {day for day, state in known.items() if state == READ}
                self._settle(conn, sorted(set(days) - seen), self._upsert(conn, "days", rows))
                self._done(seen)

    def _last_night_with_ads(self, conn: psycopg.Connection) -> date | None:
        row = conn.execute(
            "select max(dia) from raw.mercado_livre_ads_accounts where client_id = %s and payload ->> 'estado' = %s",
            [self.work.client_id, WITH_ADS],
        ).fetchone()
        return row[0] if row else None

    def _read_day(self, advertiser: int, day: date, own: AdMetrics) -> None:
        if own.total_amount != own.direct_amount + own.indirect_amount:
            self.total.notes.append(f"{day}: a receita de Ads informada não é a direta mais a assistida")
        groups = self.reader.groups(advertiser, day)
        for group in groups:
            group.only_listing = only_listing(group, self.families)
            if group.campaign_id and group.metrics.prints:
                self.campaigns.add(group.campaign_id)
        rows = {group.id: _row(day, f"{day}:{group.id}", group) for group in groups}
        members = self._members(day, groups, rows)
        with self.work.store.transaction() as conn:
            lock_client(conn, self.work.client_id)
            control = AdDay(estado=READ, advertiser_id=advertiser, metrics=own)
            changed = self._upsert(conn, "days", [_row(day, day.isoformat(), control)])
            changed |= self._upsert(conn, "groups", list(rows.values()))
            member_rows = [_row(day, f"{day}:{each.ad_group_id}", each) for each in members]
            changed |= self._upsert(conn, "group_items", member_rows)
            self._settle(conn, [day], changed)

    def _members(self, day: date, groups: Sequence[AdGroup], rows: dict[int, RawRow]) -> list[AdMembers]:
        """The listings of groups that need it. On a day that is only read again, a group whose figures are as stored
        is not asked for a second time: its listings cannot have moved without it."""
        with self.work.store.transaction() as conn:
            stored = self._as_stored(conn, day) if day not in self.plan.owed else {}
        found = []
        for group in groups:
            row = rows[group.id]
            if members_needed(group) and stored.get(row.chave) != row.hash:
                members = self.reader.members(group.id, day)
                if members is not None:
                    found.append(members)
        return found

    def _as_stored(self, conn: psycopg.Connection, day: date) -> dict[str, bytes]:
        """Key → digest of the stored groups of a day whose listings are stored too."""
        rows = conn.execute(
            "select g.chave, g.hash from raw.mercado_livre_ads_groups as g"
            " join raw.mercado_livre_ads_group_items as i using (client_id, chave)"
            " where g.client_id = %s and g.dia = %s",
            [self.work.client_id, day],
        )
        return dict(rows.fetchall())

    def _known_days(self, conn: psycopg.Connection, days: Sequence[date]) -> dict[date, str]:
        """The days that have a state, and which."""
        rows = conn.execute(
            "select dia, payload ->> 'estado' from raw.mercado_livre_ads_days where client_id = %s and dia = any(%s)",
            [self.work.client_id, list(days)],
        )
        return dict(rows.fetchall())

    def _upsert(self, conn: psycopg.Connection, table: str, rows: list[RawRow]) -> set[date]:
        """Store rows; the days that changed."""
        name = f"raw.mercado_livre_ads_{table}"
        write = upsert_raw(conn, name, self.work.client_id, rows, read_at=self.now)
        self.total.read += write.read
        self.total.written += write.inserted + write.updated
        self.total.unchanged += write.unchanged
        return set(write.changed_days)

    def _settle(self, conn: psycopg.Connection, days: Sequence[date], changed: set[date]) -> None:
        """These days are known now; sums of the changed ones have to follow."""
        ledgers.touch_sums(conn, self.work.client_id, changed)
        ledgers.mark_read(conn, self.work.client_id, SOURCE, RESOURCE, days, self.now)
        self.total.days_changed |= changed
        self._done(days)

    def _done(self, days: Iterable[date]) -> None:
        """Nothing is left to do for these days tonight."""
        self.read_days |= set(days)
        self.total.days_done |= set(days) & {*self.plan.owed, *self.plan.beyond}

    def _log(self, conn: psycopg.Connection, status: ledgers.Status, detail: dict[str, object]) -> None:
        ledgers.log_update(
            conn,
            ledgers.UpdateEntry(
                run_id=self.work.run_id,
                job_name=self.work.job_name,
                client_id=self.work.client_id,
                source=SOURCE,
                resource=RESOURCE,
                status=status,
                iniciado_em=self.now,
                terminado_em=self.work.clock(),
                requisicoes=self.total.requests,
                linhas_lidas=self.total.read,
                linhas_escritas=self.total.written,
                linhas_inalteradas=self.total.unchanged,
                detail=detail,
            ),
        )


def _row(day: date, key: str, value: Payload) -> RawRow:
    found = record(key, value)
    return RawRow(dia=day, chave=key, payload=found.payload, hash=found.hash)


def _families(conn: psycopg.Connection, client_id: str) -> dict[str, list[str]]:
    """Family → the listings that belong to it, as last read (contract §7.2 ``family_id``)."""
    rows = conn.execute(
        "select payload ->> 'family_id', array_agg(chave order by chave) from raw.mercado_livre_listings"
        " where client_id = %s and payload ->> 'family_id' is not null group by 1",
        [client_id],
    )
    return dict(rows.fetchall())
