"""What people see of a run in the Dagster UI: columns of a table, a few rows, what is known of a source, where to look
further. Of the first client of a run; never a text from outside, never anything of a buyer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import dagster as dg
from psycopg import sql
from sqlalchemy import Integer, Numeric, Table

from viang_pipeline.partitions import ClientDays
from viang_pipeline.warehouse import schema
from viang_pipeline.warehouse.schema.views import view_comments
from viang_pipeline.warehouse.session import Session

Preview = Callable[[ClientDays], dict[str, Any]]

SHOWN = ("dia", "vendas_brutas", "faturamento", "pedidos", "unidades", "comissao", "frete_vendedor", "repasse_estimado")
MOST_ROWS = 10
MOST_COLUMNS = 8
MOST_DAYS = 31
"""Of a run that stands for more, the newest."""

VIEWS = {
    schema.fact_sku_day.name: "vw_sku_day",
    schema.fact_stock_sku_day.name: "vw_stock_day",
    schema.fact_account_day.name: "vw_account_day",
    schema.reconciliation.name: "vw_reconciliation",
    schema.sku_portfolio.name: "vw_sku_portfolio",
    schema.fact_expense_month.name: "vw_client_month",
    schema.order_match.name: "vw_order_match",
}
"""Table → the view people read it in; everything else shows in the client's days."""


def columns_of(table: Table) -> dict[str, Any]:
    """Column metadata from the one declaration of the table."""
    columns = [dg.TableColumn(column.name, str(column.type), description=column.comment) for column in table.columns]
    return {"dagster/column_schema": dg.TableSchema(columns=columns), "dagster/table_name": f"dashboard.{table.name}"}


def client_day_preview(session: Session) -> Preview:
    """The newest client-days of a run."""
    return table_preview(session, schema.agg_client_day, SHOWN)


def table_preview(session: Session, table: Table, columns: Sequence[str] = ()) -> Preview:
    """The newest rows of ``table`` for the days of a run: ``columns``, or its key and its first numbers."""
    shown = list(columns) or _telling(table)
    by_day = "dia" in table.columns

    def preview(wanted: ClientDays) -> dict[str, Any]:
        client_id, days = next(iter(wanted.items()))
        query = sql.SQL("select {} from dashboard.{} where client_id = %s {} order by {} desc limit %s").format(
            sql.SQL(", ").join(map(sql.Identifier, shown)),
            sql.Identifier(table.name),
            sql.SQL("and dia = any(%s)" if by_day else ""),
            sql.Identifier(shown[0]),
        )
        with session.transaction() as conn:
            rows = conn.execute(query, [client_id, *([days[-MOST_DAYS:]] if by_day else []), MOST_ROWS]).fetchall()
        view = VIEWS.get(table.name, "vw_client_day")
        return {f"previa ({client_id})": _markdown(shown, rows), "consulta": _query(view, wanted)}

    return preview


def reads_preview(session: Session, source: str, resource: str | None = None) -> Preview:
    """What is known of a source, or of one resource of it, for the days of a run: read completely or not, and why."""

    def preview(wanted: ClientDays) -> dict[str, Any]:
        client_id, days = next(iter(wanted.items()))
        with session.transaction() as conn:
            rows = conn.execute(
                "select resource, count(*) filter (where completo), max(dia) filter (where completo),"
                " max(completo_em), count(*) filter (where not completo) from dashboard.source_reads"
                " where client_id = %s and source = %s and (%s::text is null or resource = %s) and dia = any(%s)"
                " group by resource order by resource",
                [client_id, source, resource, resource, days],
            ).fetchall()
        names = ("recurso", "dias completos", "lido até", "última leitura completa", "dias incompletos")
        return {f"previa ({client_id})": _markdown(names, rows), "consulta": _query("vw_client_day", wanted)}

    return preview


def _telling(table: Table) -> list[str]:
    """The day, the rest of the key, and numbers."""
    keys = [column.name for column in table.primary_key.columns if column.name not in ("client_id", "dia")]
    ahead = [*(["dia"] if "dia" in table.columns else []), *keys]
    numbers = [c.name for c in table.columns if isinstance(c.type, (Numeric, Integer)) and c.name not in keys]
    return [*ahead, *(name for name in numbers if name != "versao_metrica")][:MOST_COLUMNS]


def _markdown(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dg.MarkdownMetadataValue:
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join("–" if value is None else str(value) for value in row) + " |" for row in rows]
    return dg.MetadataValue.md("\n".join(lines))


def _query(view: str, wanted: ClientDays) -> dg.MarkdownMetadataValue:
    """Where the days of the run are to be seen by whoever reads the views."""
    client_id, days = next(iter(wanted.items()))
    of_days = f" and dia between '{days[0]}' and '{days[-1]}'\norder by dia" if "dia" in view_comments()[view] else ""
    return dg.MetadataValue.md(f"```sql\nselect * from dashboard.{view}\nwhere client_id = '{client_id}'{of_days}\n```")
