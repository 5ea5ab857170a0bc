"""What a parameter file says that is allowed and probably not meant: told, never refused."""

from __future__ import annotations

import psycopg

from viang_pipeline.collect.parameters.files import ParameterFile
from viang_pipeline.collect.parameters.rows import CostRow, LinkRow


def doubts(conn: psycopg.Connection, client_id: str, told: ParameterFile) -> list[str]:
    """One sentence per doubt."""
    rows = [row for _, row in told.rows]
    zeros = {row.sku for row in rows if isinstance(row, CostRow) and row.custo_unitario == 0}
    found = []
    if zeros and "custo_zero_confirmado" not in told.columns:
        found.append(
            f"{len(zeros)} SKU(s) com custo 0: sem custo_zero_confirmado = sim o custo conta como desconhecido"
        )
    accounts = {row.conta for row in rows if isinstance(row, LinkRow)}
    connected = conn.execute(
        "select account_id::text from dashboard.api_tokens where client_id = %s and account_id is not null",
        [client_id],
    ).fetchall()
    strange = sorted(accounts - {account for (account,) in connected})
    if accounts and connected and strange:
        found.append(f"conta(s) que este cliente não conectou: {', '.join(strange)}; os vínculos delas não valem")
    return found
