"""What people see of a table in the Dagster UI: its columns, a few rows, where to look further."""

from __future__ import annotations

from typing import Any

import dagster as dg
from sqlalchemy import Table

from viang_pipeline.partitions import ClientDays
from viang_pipeline.warehouse.session import Session

SHOWN = ("dia", "vendas_brutas", "faturamento", "pedidos", "unidades", "comissao", "frete_vendedor", "repasse_estimado")
MOST_ROWS = 10


def columns_of(table: Table) -> dict[str, Any]:
    """Column metadata from the one declaration of the table."""
    columns = [dg.TableColumn(column.name, str(column.type), description=column.comment) for column in table.columns]
    return {"dagster/column_schema": dg.TableSchema(columns=columns), "dagster/table_name": f"dashboard.{table.name}"}


def client_day_preview(session: Session, wanted: ClientDays) -> dict[str, Any]:
    """The newest client-days of a run as a small table, and the query that shows all of them."""
    client_id, days = next(iter(wanted.items()))
    with session.transaction() as conn:
        rows = conn.execute(
            "select dia, vendas_brutas, faturamento, pedidos, unidades, comissao, frete_vendedor, repasse_estimado"
            " from dashboard.agg_client_day where client_id = %s and dia = any(%s) order by dia desc limit %s",
            [client_id, days, MOST_ROWS],
        ).fetchall()
    lines = ["| " + " | ".join(SHOWN) + " |", "|" + "---|" * len(SHOWN)]
    lines += ["| " + " | ".join("–" if value is None else str(value) for value in row) + " |" for row in rows]
    query = (
        "select * from dashboard.vw_client_day\n"
        f"where client_id = '{client_id}' and dia between '{days[0]}' and '{days[-1]}'\norder by dia"
    )
    return {
        f"cliente_dia ({client_id})": dg.MetadataValue.md("\n".join(lines)),
        "consulta": dg.MetadataValue.md(f"```sql\n{query}\n```"),
    }
