"""``viang db``: brings the database to the schema of this version."""

from __future__ import annotations

import typer

from viang_pipeline.cli.console import out
from viang_pipeline.settings import load_settings
from viang_pipeline.warehouse.client_readers import renew_readers
from viang_pipeline.warehouse.database import Database, open_database
from viang_pipeline.warehouse.dictionary import sync_metric_definitions
from viang_pipeline.warehouse.metabase_metadata import sync_metabase_metadata
from viang_pipeline.warehouse.migrate import upgrade as apply_migrations

app = typer.Typer(help="Esquema do banco de dados.", no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Aplica as migrações pendentes: tabelas, visões, papéis, permissões e dicionário de métricas."""
    bring_up_to_date(open_database(load_settings()))


def bring_up_to_date(database: Database) -> None:
    """Migrate, write the metric dictionary and what Metabase is told of columns, saying what was done."""
    applied = apply_migrations(database)
    for revision in applied:
        out.print(f"migração aplicada: {revision}", markup=False)
    with database.transaction() as conn:
        written = sync_metric_definitions(conn)
        described = sync_metabase_metadata(conn)
        readers = renew_readers(conn) if applied else 0
    if written:
        out.print(f"dicionário de métricas: {written} definições gravadas", markup=False)
    if described:
        out.print(f"descrições para o Metabase: {described} gravadas", markup=False)
    if readers:
        out.print(f"logins de clientes atualizados: {readers}", markup=False)
    if not applied:
        out.print(f"O banco {database.place} já está atualizado.", markup=False)
