"""``viang db``: brings the database to the schema of this version, copies it and brings a copy back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from viang_pipeline.cli.console import out
from viang_pipeline.settings import load_settings
from viang_pipeline.warehouse import backup as copies
from viang_pipeline.warehouse.client_readers import renew_readers
from viang_pipeline.warehouse.database import Database, open_database
from viang_pipeline.warehouse.dictionary import sync_metric_definitions
from viang_pipeline.warehouse.metabase_metadata import sync_metabase_metadata
from viang_pipeline.warehouse.migrate import upgrade as apply_migrations

app = typer.Typer(help="Banco de dados: esquema, cópia de segurança e volta.", no_args_is_help=True)

CopyFile = Annotated[Path, typer.Argument(metavar="ARQUIVO", help="O arquivo da cópia.")]


@app.command()
def upgrade() -> None:
    """Aplica as migrações pendentes: tabelas, visões, papéis, permissões e dicionário de métricas."""
    bring_up_to_date(open_database(load_settings()))


@app.command()
def backup(file: CopyFile) -> None:
    """Copia o banco para um arquivo. As chaves dos tokens e a pasta VIANG_HOME são guardadas à parte."""
    size = copies.back_up(open_database(load_settings()), file)
    out.print(f"Cópia em {file} ({size / 1_000_000:.1f} MB). Guarde também as chaves dos tokens.", markup=False)


@app.command()
def restore(
    file: CopyFile,
    replace: Annotated[bool, typer.Option("--substituir", help="Apaga o que há no banco, clientes incluídos.")] = False,
) -> None:
    """Traz de volta uma cópia e a põe no esquema desta versão. Pare antes o Dagster."""
    database = open_database(load_settings())
    uncertain = copies.restore(database, file, replace=replace)
    bring_up_to_date(database)
    copies.update_statistics(database)
    out.print(f"O banco {database.place} está como na cópia.", markup=False)
    if uncertain:
        out.print(f"E-mails que não tinham saído na hora da cópia: {uncertain}. Veja: viang mail list", markup=False)
    out.print("Agora: senhas dos papéis (docs/backup.md), depois viang doctor, viang status e viang nightly.")


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
