"""Files of UpSeller in the raw tables: the newest file of an order wins, whatever comes in whatever sequence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from viang_pipeline.collect.upseller.importing import import_file
from viang_pipeline.collect.upseller.report import FileResult
from viang_pipeline.collect.work import Work
from viang_pipeline.sandbox.upseller import Kit, Link, Product, StockLine, Style
from viang_pipeline.sandbox.upseller.export import (
    catalogue_name,
    kits_file,
    links_file,
    orders_file,
    orders_name,
    products_file,
    stock_file,
    stock_name,
)
from viang_pipeline.sandbox.upseller.sheets import zipped
from viang_pipeline.warehouse import ledgers
from viang_pipeline.warehouse.database import Database
from viang_pipeline_tests.sources.upseller_orders import KIT, LATE_EVENING, NOW, item, order

CLIENT = "loja"
SALE_DAY = LATE_EVENING.date()
MORNING, NOON, EVENING = (NOW - timedelta(hours=hours) for hours in (9, 5, 1))


class House:
    """One registered client and what its tables say."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW
        with database.transaction() as conn:
            conn.execute(
                "insert into dashboard.clients (client_id, nome, inicio_historico) values (%s, 'Loja', '2026-08-01')",
                [CLIENT],
            )

    def bring(self, name: str, content: bytes) -> list[FileResult]:
        work = Work(self.database, CLIENT, "teste", "teste", lambda: self.now)
        return import_file(work, name, content)

    def import_one(self, name: str, content: bytes) -> dict[str, Any]:
        [result] = self.bring(name, content)
        return result.report

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.database.transaction() as conn:
            return conn.execute(query).fetchall()  # type: ignore[arg-type]

    def orders(self, *fields: str) -> dict[str, Any]:
        """Key → the asked fields of the payload."""
        found = self.rows("select chave, payload from raw.upseller_orders order by chave")
        return {key: tuple(payload.get(name) for name in fields) for key, payload in found}

    def revisions(self) -> dict[date, tuple[int, int]]:
        """Day → how often its orders and its sums were touched."""
        found = self.rows("select dia, bruto_rev, linhas_rev from dashboard.day_state")
        return {day: (lines, sums) for day, lines, sums in found}

    def fingerprint(self) -> list[tuple[Any, ...]]:
        """Every row of the raw tables and of the files, its version in the database included."""
        return [
            row
            for name in ("orders", "stock", "products", "links", "kits")
            for row in self.rows(f"select chave, dia, hash, lido_em, xmin::text from raw.upseller_{name} order by 1")
        ] + self.rows("select sha256, situacao, xmin::text from dashboard.upseller_files order by 1")


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


# --- orders -----------------------------------------------------------------------------------------------------------


def test_a_file_becomes_rows_a_report_a_freshness_and_days_to_build(house: House) -> None:
    report = house.import_one(orders_name(NOON), orders_file([order(1, KIT), order(2)]))
    assert house.orders("products_total", "status") == {
        "shopee|260814ABCDEF01|UPXXX000001": (109.0, "Enviado"),
        "shopee|260814ABCDEF02|UPXXX000002": (59.0, "Enviado"),
    }
    assert report["linhas"] == {"lidas": 3, "mantidas": 3, "recusadas": 0, "puladas": 0}
    assert (report["tipo"], report["receita"], report["primeiro_dia"]) == ("pedidos", "168.00", str(SALE_DAY))
    assert (report["gravadas"], report["inalteradas"]) == (2, 0)
    assert house.revisions() == {SALE_DAY: (1, 0)}
    assert house.rows("select tipo, situacao, nome, retrato_de, relatorio from dashboard.upseller_files") == [
        ("pedidos", "importado", orders_name(NOON), NOON, report)
    ]
    assert house.rows("select source, resource, completo, completo_em from dashboard.source_reads") == [
        ("upseller", "orders", True, NOON)
    ]
    assert house.rows("select resource, lido_ate from dashboard.source_cursors") == [("orders", NOON)]
    assert house.rows("select source, resource, status, linhas_lidas, linhas_escritas from dashboard.updates_log") == [
        ("upseller", "orders", "success", 3, 2)
    ]


def test_the_same_bytes_again_write_nothing_whatever_they_are_called(house: House) -> None:
    content = orders_file([order(1, KIT), order(2)])
    house.import_one(orders_name(NOON), content)
    before, revisions = house.fingerprint(), house.revisions()
    assert house.import_one("outro nome.xlsx", content)["situacao"] == "repetido"
    assert (house.fingerprint(), house.revisions()) == (before, revisions)


def test_the_same_orders_in_another_template_write_no_order_again(house: House) -> None:
    house.import_one(orders_name(NOON), orders_file([order(1, KIT)]))
    report = house.import_one(orders_name(EVENING), orders_file([order(1, KIT)], Style(money="first", shuffle=3)))
    assert (report["gravadas"], report["inalteradas"]) == (0, 1)
    assert house.revisions() == {SALE_DAY: (1, 0)}


def test_a_newer_file_replaces_all_rows_of_its_orders_and_leaves_the_others(house: House) -> None:
    """Traps 5 and 6."""
    house.import_one(orders_name(NOON), orders_file([order(1, KIT), order(2)]))
    house.import_one(orders_name(EVENING), orders_file([order(1, item("NOVO"), status="Cancelado")]))
    assert house.orders("status", "products_total") == {
        "shopee|260814ABCDEF01|UPXXX000001": ("Cancelado", 59.0),
        "shopee|260814ABCDEF02|UPXXX000002": ("Enviado", 59.0),
    }


def test_an_order_that_was_split_no_longer_has_the_rows_of_the_whole(house: House) -> None:
    whole = Style(width=34)
    house.import_one(orders_name(NOON), orders_file([order(1, KIT)], whole))
    parts = [order(1, KIT, suborder="UPXXX000001-1"), order(1, item("B"), suborder="UPXXX000001-2")]
    report = house.import_one(orders_name(EVENING), orders_file(parts, whole))
    assert list(house.orders()) == [
        "shopee|260814ABCDEF01|UPXXX000001-1",
        "shopee|260814ABCDEF01|UPXXX000001-2",
    ]
    assert (report["gravadas"], report["apagadas"]) == (2, 1)


def test_an_older_file_never_gets_past_a_newer_one(house: House) -> None:
    """Not even when the newer one only repeated what was stored."""
    sent, done = order(1, status="Enviado"), order(1, status="Concluído")
    house.import_one(orders_name(MORNING), orders_file([sent]))
    house.import_one(orders_name(EVENING), orders_file([sent], Style(shuffle=1)))
    report = house.import_one(orders_name(NOON), orders_file([done, order(2)]))
    assert (report["mais_novas_ja_guardadas"], report["gravadas"]) == (1, 1)
    assert house.orders("status") == {
        "shopee|260814ABCDEF01|UPXXX000001": ("Enviado",),
        "shopee|260814ABCDEF02|UPXXX000002": ("Enviado",),
    }


def test_every_sequence_of_files_ends_in_the_same_orders(house: House, database: Database) -> None:
    files = [
        (orders_name(MORNING), orders_file([order(1, status="Em processo"), order(2, status="Em processo")])),
        (orders_name(NOON), orders_file([order(1, status="Enviado"), order(3)])),
        (orders_name(EVENING), orders_file([order(2, status="Cancelado")])),
    ]
    for name, content in (files[2], files[0], files[1]):
        house.import_one(name, content)
    assert house.orders("status") == {
        "shopee|260814ABCDEF01|UPXXX000001": ("Enviado",),
        "shopee|260814ABCDEF02|UPXXX000002": ("Cancelado",),
        "shopee|260814ABCDEF03|UPXXX000003": ("Enviado",),
    }


def test_an_order_whose_day_moves_touches_both_days(house: House) -> None:
    house.import_one(orders_name(NOON), orders_file([order(1)]))
    earlier = LATE_EVENING - timedelta(days=2)
    house.import_one(orders_name(EVENING), orders_file([order(1, ordered_at=earlier)]))
    assert house.revisions() == {SALE_DAY: (2, 0), earlier.date(): (1, 0)}


def test_orders_before_the_clients_history_are_not_stored(house: House) -> None:
    old = order(1, ordered_at=datetime(2026, 7, 31, 12, tzinfo=UTC), paid_at=None)
    report = house.import_one(orders_name(NOON), orders_file([old, order(2)]))
    assert report["antes_do_historico"] == 1
    assert list(house.orders()) == ["shopee|260814ABCDEF02|UPXXX000002"]


def test_fewer_shops_than_the_file_before_are_told(house: House) -> None:
    """Trap 14: a sub-account exports what it may see and says nothing."""
    house.import_one(orders_name(NOON), orders_file([order(1), order(2, shop="Loja Dois")]))
    report = house.import_one(orders_name(EVENING), orders_file([order(3)]))
    assert any("falta Loja Dois" in warning and "subconta" in warning for warning in report["avisos"])


def test_orders_mercado_livre_itself_did_not_show_are_counted(house: House) -> None:
    with house.database.transaction() as conn:
        ledgers.mark_read(conn, CLIENT, "mercado_livre", "orders", [SALE_DAY], NOW)
        for key, payload in (("2000000000000001", "{}"), ("2000000000000009", '{"pack_id": 2000000000000002}')):
            conn.execute(
                "insert into raw.mercado_livre_orders values (%s, %s, %s, %s, 'x', now(), now())",
                [CLIENT, key, SALE_DAY, payload],
            )
    mine = [order(n, platform="Mercado Livre", order_id=f"200000000000000{n}") for n in (1, 2, 3)]
    report = house.import_one(orders_name(NOON), orders_file(mine))
    assert "1 pedido(s) do Mercado Livre que a própria plataforma não mostrou" in report["avisos"]


# --- stock ------------------------------------------------------------------------------------------------------------


def stock(house: House) -> list[tuple[Any, ...]]:
    return house.rows(
        "select chave, dia, (payload ->> 'available')::int, payload ->> 'cost_average'"
        " from raw.upseller_stock order by chave"
    )


def test_a_stock_list_is_the_photo_of_the_day_that_had_closed(house: House) -> None:
    """Stamped on the 15th: the closing stock of the 14th (D11)."""
    house.import_one(stock_name(NOON), stock_file([StockLine("A", "Galpão", 37, 3, average_cost=2140)]))
    assert stock(house) == [(f"A|Galpão|{SALE_DAY}", SALE_DAY, 37, "21.40")]
    assert house.revisions() == {SALE_DAY: (0, 1)}
    assert house.rows("select resource, dia, completo_em from dashboard.source_reads") == [("stock", SALE_DAY, NOON)]


def test_the_first_photo_of_a_day_stays(house: House) -> None:
    house.import_one(stock_name(MORNING), stock_file([StockLine("A", "Galpão", 37)]))
    report = house.import_one(stock_name(NOON), stock_file([StockLine("A", "Galpão", 36), StockLine("B", "Galpão", 1)]))
    assert report["gravadas"] == 0
    assert any("já havia uma foto" in warning for warning in report["avisos"])
    assert [(row[0], row[2]) for row in stock(house)] == [(f"A|Galpão|{SALE_DAY}", 37)]


def test_the_stamp_and_not_the_upload_says_which_day(house: House) -> None:
    """Trap 8: exported at 23:00 in São Paulo on the 14th, handed in the next noon."""
    at = datetime.fromisoformat("2026-08-14T23:00:00-03:00")
    house.import_one(stock_name(at), stock_file([StockLine("A", "Galpão", 1)]))
    assert [row[1] for row in stock(house)] == [date(2026, 8, 13)]


# --- products, links, kits --------------------------------------------------------------------------------------------


def catalogue(house: House, kind: str) -> list[tuple[Any, ...]]:
    return house.rows(f"select chave, dia from raw.upseller_{kind} order by chave")


def test_a_product_keeps_its_day_until_it_changes(house: House) -> None:
    a, b = Product("A", "Produto", 100, 50), Product("B", "Produto", 100, 50)
    house.import_one(catalogue_name("Produtos", NOW - timedelta(days=5)), products_file([a, b]))
    later = catalogue_name("Produtos", NOON)
    report = house.import_one(later, products_file([a, replace(b, purchase_cost=60)]))
    assert (report["gravadas"], report["inalteradas"]) == (1, 1)
    assert catalogue(house, "products") == [("A", date(2026, 8, 9)), ("B", SALE_DAY)]


def test_a_kit_is_replaced_with_all_its_components(house: House) -> None:
    house.import_one(catalogue_name("Kit", MORNING), kits_file([Kit("K", (("A", 1), ("B", 1))), Kit("L", (("A", 2),))]))
    house.import_one(catalogue_name("Kit", NOON), kits_file([Kit("K", (("A", 2), ("C", 1)))]))
    assert [row[0] for row in catalogue(house, "kits")] == ["K|A", "K|C", "L|A"]


def test_a_listing_that_is_mapped_anew_leaves_its_old_sku(house: House) -> None:
    house.import_one(
        catalogue_name("SKU", MORNING), links_file([Link("A", "Loja", "MLB1", "A"), Link("A", "Loja", "2", "A")])
    )
    report = house.import_one(catalogue_name("SKU", NOON), links_file([Link("B", "Loja", "1", "A")]))
    assert [row[0] for row in catalogue(house, "links")] == ["Loja|1||B", "Loja|2||A"]
    assert "lojas sem canal no cadastro do cliente: Loja" in report["avisos"]


def test_codes_with_the_separator_in_them_stay_apart(house: House) -> None:
    house.import_one("kits.xlsx", kits_file([Kit("K|A", (("B", 1),)), Kit("K", (("A|B", 1),))]))
    assert len(catalogue(house, "kits")) == 2


# --- refusals ---------------------------------------------------------------------------------------------------------


def test_a_refused_file_changes_nothing_and_leaves_its_reason(house: House) -> None:
    house.import_one(orders_name(NOON), orders_file([order(1)]))
    before = house.fingerprint()
    report = house.import_one(orders_name(EVENING), orders_file([order(1, status="Cancelado")], Style(width=13)))
    assert report["situacao"] == "recusado"
    assert "modelo completo" in report["motivo"]
    assert house.fingerprint()[:1] == before[:1]
    assert house.rows(
        "select tipo, relatorio ->> 'motivo' from dashboard.upseller_files where situacao = 'recusado'"
    ) == [("pedidos", report["motivo"])]
    assert house.rows("select detail ->> 'erro' from dashboard.updates_log where status = 'error'") == [
        (report["motivo"],)
    ]
    assert house.rows("select completo, motivo from dashboard.source_reads") == [(True, report["motivo"])]


def test_a_refused_file_is_looked_at_again_when_it_comes_again(house: House) -> None:
    content = orders_file([order(1, ordered_at=NOW + timedelta(days=2), paid_at=None)])
    assert house.import_one("pedidos.xlsx", content)["situacao"] == "recusado"
    house.now = NOW + timedelta(days=2)
    assert house.import_one("pedidos.xlsx", content)["situacao"] == "importado"
    assert house.rows("select situacao from dashboard.upseller_files") == [("importado",)]


def test_a_zip_is_taken_whole_or_not_at_all(house: House) -> None:
    kits, products = kits_file([Kit("K", (("A", 1),))]), products_file([Product("A", "Produto", 100, 50)])
    [refused] = house.bring("tudo.zip", zipped({"kits.xlsx": kits, "outro.xlsx": b"PK quebrado"}))
    assert refused.state == "recusado"
    assert catalogue(house, "kits") == []
    results = house.bring("tudo.zip", zipped({"kits.xlsx": kits, "produtos.xlsx": products}))
    assert [(result.name, result.state) for result in results] == [
        ("tudo.zip/kits.xlsx", "importado"),
        ("tudo.zip/produtos.xlsx", "importado"),
    ]
    assert [result.state for result in house.bring("kits.xlsx", kits)] == ["repetido"]


def test_a_failure_in_the_middle_of_a_file_keeps_nothing_of_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **named: object) -> None:
        raise RuntimeError("a rede caiu")

    before = house.fingerprint()
    monkeypatch.setattr(ledgers, "move_cursor", fail)
    with pytest.raises(RuntimeError):
        house.bring(orders_name(NOON), orders_file([order(1)]))
    assert house.fingerprint() == before
    assert house.revisions() == {}
