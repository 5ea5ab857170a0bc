"""``viang clients set``: checked, shown, recorded, and every day follows a setting that moves numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from click.testing import Result
from typer.testing import CliRunner

from viang_pipeline.cli.main import app
from viang_pipeline.settings import Settings
from viang_pipeline.warehouse.client_settings import ClientSettings, settings_of
from viang_pipeline_tests.conftest import Connected, PostgresServer, copied, filled
from viang_pipeline_tests.marts.shop import DAY, NOW, Shop, order

DEFAULT = ClientSettings([], None, [], [], {}, ["bling", "upseller"], False, False)

Set = Callable[..., Result]


@pytest.fixture(scope="module")
def built(postgres_server: PostgresServer, migrated_template: str) -> Iterator[str]:
    """Name of a database with one built day."""

    def fill(database: Connected) -> None:
        shop = Shop(database)
        shop.put(order("1"))
        shop.read(DAY)
        shop.build(DAY)

    with filled(postgres_server, migrated_template, fill) as name:
        yield name


@pytest.fixture
def database(postgres_server: PostgresServer, built: str) -> Iterator[Connected]:
    with copied(postgres_server, built) as created:
        yield created


@pytest.fixture
def shop(database: Connected) -> Shop:
    """One built day."""
    return Shop(database)


@pytest.fixture
def change(shop: Shop, settings_env: Callable[..., Settings]) -> Set:
    local = {"MERCADO_LIVRE_API_URL": "http://127.0.0.1:1", "MERCADO_LIVRE_AUTH_URL": "http://127.0.0.1:1"}
    settings_env(VIANG_NOW=NOW.isoformat(), **local)
    return lambda *options: CliRunner().invoke(app, ["clients", "set", shop.client_id, *options])


def stored(shop: Shop) -> ClientSettings:
    with shop.database.transaction() as conn:
        return settings_of(conn, shop.client_id)


def test_every_setting_can_be_changed_and_is_printed_back(shop: Shop, change: Set) -> None:
    result = change(
        "--autoridade-estoque", "upseller", "--canal-bling", "205", "--canal-bling", "204", "--deposito-excluido", "9",
        "--loja-upseller", "Loja Um = SP=shopee", "--loja-upseller", "Loja ML=mercado_livre",
        "--ordem-custo", "upseller,bling", "--imposto-sobre-frete", "--email", "ana@exemplo.com.br",
        "--relatorio-so-final",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert stored(shop) == ClientSettings(
        emails=["ana@exemplo.com.br"],
        autoridade_estoque="upseller",
        canais_bling=["204", "205"],
        depositos_excluidos=["9"],
        lojas_upseller={"Loja Um = SP": "shopee", "Loja ML": "mercado_livre"},
        ordem_custo=["upseller", "bling"],
        imposto_sobre_frete=True,
        relatorio_so_final=True,
    )
    assert "Loja ML = mercado_livre, Loja Um = SP = shopee" in result.stdout
    assert "a próxima execução refaz todos os dias" in result.stdout


def test_without_options_it_only_shows(shop: Shop, change: Set) -> None:
    result = change()
    assert (result.exit_code, "automatica" in result.stdout, stored(shop)) == (0, True, DEFAULT)
    assert shop.stale() == []


def test_what_is_not_named_stays_and_an_empty_option_takes_a_list_away(shop: Shop, change: Set) -> None:
    change("--canal-bling", "204", "--deposito-excluido", "9", "--autoridade-estoque", "bling")
    change("--canal-bling", "", "--autoridade-estoque", "automatica")
    assert stored(shop).canais_bling == []
    assert stored(shop).depositos_excluidos == ["9"]
    assert stored(shop).autoridade_estoque is None


def test_a_setting_that_moves_numbers_is_recorded_and_leaves_every_day_to_be_rebuilt(shop: Shop, change: Set) -> None:
    change("--imposto-sobre-frete")
    (recorded,) = shop.rows("parametros_historico", "id")
    assert (recorded["parametro"], recorded["chave"]) == ("clients", {"configuracao": "imposto_sobre_frete"})
    assert (recorded["antes"], recorded["depois"]) == ({"valor": False}, {"valor": True})
    assert shop.stale() == [DAY]


@pytest.mark.parametrize(
    "options",
    [
        ["--sem-imposto-sobre-frete"],
        ["--ordem-custo", "bling, upseller"],
        ["--email", "ana@exemplo.com.br"],
    ],
    ids=["as it was", "as it was, in other words", "only who gets reports"],
)
def test_what_moves_no_number_leaves_no_day_and_no_record(shop: Shop, change: Set, options: list[str]) -> None:
    assert change(*options).exit_code == 0
    assert (shop.stale(), shop.rows("parametros_historico", "id")) == ([], [])


def test_lists_without_order_are_the_same_in_any_order(shop: Shop, change: Set) -> None:
    change("--canal-bling", "204", "--canal-bling", "205")
    change("--canal-bling", "205", "--canal-bling", "204", "--canal-bling", "204")
    assert len(shop.rows("parametros_historico", "id")) == 1


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--autoridade-estoque", "full"], "autoridade_estoque: 'full' deve ser bling ou upseller"),
        (["--ordem-custo", "bling,bling"], "sem repetir"),
        (["--ordem-custo", "bling,planilha"], "ordem_custo: 'planilha' deve ser bling ou upseller"),
        (["--canal-bling", "Shopee"], "canais_bling: 'Shopee' não é um identificador do Bling"),
        (["--deposito-excluido", "0"], "depositos_excluidos: '0' não é um identificador do Bling"),
        (["--loja-upseller", "Loja Um"], "NOME=CANAL"),
        (["--loja-upseller", "Loja Um=Mercado Livre"], "o canal 'Mercado Livre' deve ser como mercado_livre"),
        (["--sem-imposto-sobre-frete"], "não vão juntos"),
        (["--relatorio-so-final", "--relatorio-tambem-preliminar"], "não vão juntos"),
        (["--email", "sem-arroba"], "não é um endereço de e-mail"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_and_nothing_changes(
    shop: Shop, change: Set, options: list[str], reason: str
) -> None:
    result = change("--imposto-sobre-frete", *options)
    assert (result.exit_code, stored(shop)) == (2, DEFAULT)
    assert reason in result.stderr


def test_a_report_only_when_final_is_told_and_taken_back_and_leaves_other_preferences(shop: Shop, change: Set) -> None:
    with shop.database.transaction() as conn:
        conn.execute("""update dashboard.clients set preferencias = '{"outra": 1}'""")
    for option, expected in (("--relatorio-so-final", True), ("--relatorio-tambem-preliminar", False)):
        result = change(option)
        assert result.exit_code == 0
        assert stored(shop).relatorio_so_final is expected
        assert "Os números mudam" not in result.stdout
    with shop.database.transaction() as conn:
        row = conn.execute("select preferencias from dashboard.clients").fetchone()
    assert row == ({"outra": 1, "relatorio_so_final": False},)


def test_a_client_that_is_not_registered_is_refused(change: Set) -> None:
    result = CliRunner().invoke(app, ["clients", "set", "ninguem", "--imposto-sobre-frete"])
    assert (result.exit_code, "não existe" in result.stderr) == (2, True)
