"""A client's stored numbers for the fact sheet, written as rows: equal days, so that every sum is easy to tell."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from viang_pipeline.domain.business_day import days_between
from viang_pipeline.domain.periods import Period, Window, parse_period
from viang_pipeline.insights.facts import FactSheet, read_fact_sheet, snapshot
from viang_pipeline.warehouse import clients
from viang_pipeline.warehouse.database import Database
from viang_pipeline.warehouse.session import Session

NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)
YESTERDAY = date(2026, 3, 19)
CLIENT = "loja-aurora"
WEEK = parse_period("7d", YESTERDAY)

SKU_DAY: dict[str, Any] = {
    "faturamento": Decimal("1000.00"), "unidades": 20, "pedidos": 10, "mc_pre_ads": Decimal("400.00"),
    "ads_na_margem": Decimal("100.00"), "mc": Decimal("300.00"), "faturamento_coberto": Decimal("1000.00"),
    "ads_investimento": Decimal("100.00"),
}  # fmt: skip
CLIENT_DAY: dict[str, Any] = SKU_DAY | {
    "vendas_brutas": Decimal("1100.00"), "valor_cancelado": Decimal("100.00"), "reembolsos": Decimal(0),
    "faturamento_liquido": Decimal("1000.00"), "pedidos_brutos": 11, "pedidos_cancelados": 1, "devolucoes": 0,
    "comissao": Decimal("120.00"), "frete_vendedor": Decimal("80.00"), "custo_envio_proprio": Decimal(0),
    "cmv": Decimal("350.00"), "lucro_bruto": Decimal("650.00"), "imposto": Decimal("50.00"),
    "custo_devolucao": Decimal(0), "faturamento_com_comissao": Decimal("1000.00"),
    "faturamento_com_frete": Decimal("1000.00"), "faturamento_com_repasse": Decimal("1000.00"),
    "faturamento_com_custo": Decimal("1000.00"), "ads_receita": Decimal("500.00"), "ads_cliques": 50,
    "ads_impressoes": 5000, "visitas": 400, "pedidos_com_visita": 10,
}  # fmt: skip
BLOCKS = ("vendas", "ads", "visitas", "devolucoes", "cobranca")


class World:
    """One client's rows. ``sell`` writes days; what is given replaces the day's standard figures."""

    def __init__(self, database: Database, session: Session, client_id: str = CLIENT) -> None:
        self.database = database
        self.session = session
        self.client_id = client_id
        with session.transaction() as conn:
            clients.add(
                conn, client_id, "Loja Aurora", inicio_historico=date(2025, 1, 1), default_start=date(2025, 1, 1)
            )

    def sell(self, window: Window, *, orders: int = 10, maturity: str = "final", **given: Any) -> None:
        """Days with ``orders`` covered orders each, whose costs are the client-day's figures."""
        for day in days_between(window.first, window.last):
            figures = CLIENT_DAY | given
            blocks = {f"maturidade_{block}": maturity for block in BLOCKS}
            self.insert("agg_client_day", dia=day, **figures, **blocks, **_provenance(hash="", faltantes=[]))
            self.read(day)
            self.insert("fact_ads_client_day", dia=day, estado="lido", pendente=False, **_provenance())
            for number in range(orders):
                share = {
                    name: None if figures[column] is None else Decimal(figures[column]) / orders
                    for name, column in _LINE.items()
                }
                self.insert(
                    "fact_order_line", order_id=f"{day}-{number}", line_no=1, dia=day, criado_em=NOW,
                    canal="mercado_livre",
                    compra=f"order:{day}-{number}", anuncio="MLB1", sku="A", sku_origem="linha", status="paid",
                    situacao="valida", cancelado_antes_do_pagamento=False, quantidade=1, preco_unitario=share["valor"],
                    coberta=True, reembolso=0, **share, **_provenance(faltantes=[]),
                )  # fmt: skip

    def sell_sku(
        self, window: Window, sku: str, *, title: str | None = None, maturity: str = "final", **given: Any
    ) -> None:
        """Days of one SKU, and its listing when a ``title`` is given."""
        blocks = {f"maturidade_{block}": maturity for block in BLOCKS}
        for day in days_between(window.first, window.last):
            figures = SKU_DAY | given
            self.insert(
                "fact_sku_day", dia=day, sku=sku, ads_rateado=False, **figures, **blocks,
                **_provenance(hash="", faltantes=[]),
            )  # fmt: skip
        if title is not None:
            self.list_item(f"MLB-{sku}", sku, title, window.last)

    def list_item(self, listing: str, sku: str, title: str, day: date) -> None:
        """A listing with its title, and an order that sold the SKU on it."""
        with self.session.transaction() as conn:
            conn.execute(
                "insert into raw.mercado_livre_listings (client_id, chave, dia, payload, hash, visto_em, lido_em)"
                " values (%s, %s, %s, %s, '', now(), now())",
                [self.client_id, listing, day, Jsonb({"id": listing, "title": title})],
            )
        self.insert(
            "fact_order_line", order_id=f"{listing}-{day}", line_no=1, dia=day, criado_em=NOW,
                    canal="mercado_livre",
            compra=f"order:{listing}", anuncio=listing, sku=sku, sku_origem="linha", status="paid", situacao="valida",
            cancelado_antes_do_pagamento=False, quantidade=1, preco_unitario=1, valor=1, coberta=False, reembolso=0,
            **_provenance(faltantes=[]),
        )  # fmt: skip

    def read(self, day: date) -> None:
        """The day's orders were read completely."""
        self.insert(
            "source_reads", source="mercado_livre", resource="orders", dia=day, completo=True, completo_em=NOW,
            tentado_em=NOW,
        )  # fmt: skip

    def insert(self, table: str, **values: Any) -> None:
        """One row of ``dashboard``."""
        row = {"client_id": self.client_id, **values}
        with self.session.transaction() as conn:
            conn.execute(
                sql.SQL("insert into dashboard.{} ({}) values ({})").format(
                    sql.Identifier(table),
                    sql.SQL(", ").join(map(sql.Identifier, row)),
                    sql.SQL(", ").join(sql.Placeholder() * len(row)),
                ),
                list(row.values()),
            )

    def execute(self, statement: str, *values: object) -> None:
        """Any statement."""
        with self.session.transaction() as conn:
            conn.execute(statement, values)  # type: ignore[arg-type]

    def sheet(self, period: Period = WEEK) -> FactSheet:
        with snapshot(self.database) as conn:
            return read_fact_sheet(conn, self.client_id, "Loja Aurora", period)


_LINE = {
    "valor": "faturamento",
    "comissao": "comissao",
    "frete_vendedor": "frete_vendedor",
    "custo_envio_proprio": "custo_envio_proprio",
    "custo": "cmv",
    "imposto": "imposto",
}


def _provenance(**more: Any) -> dict[str, Any]:
    return {"versao_metrica": 1, "run_id": "r", "calculado_em": NOW, **more}
