"""Each trap of UpSeller's files ends in the right rows or in one clear refusal (contract UpSeller §2 to §6, §10)."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook

from viang_pipeline.sandbox.people import person
from viang_pipeline.sandbox.upseller import Kit, Link, Product, SaleOrder, StockLine, Style, templates
from viang_pipeline.sandbox.upseller.export import (
    kits_file,
    links_file,
    orders_file,
    product_template_file,
    products_file,
    stock_file,
)
from viang_pipeline.sandbox.upseller.sheets import Value, written, zipped
from viang_pipeline.sources.upseller import Reading, RejectedFile, read_file, unpacked
from viang_pipeline.sources.upseller.payloads import Suborder
from viang_pipeline_tests.sources import upseller_oracle as oracle
from viang_pipeline_tests.sources.upseller_orders import KIT, LATE_EVENING, NOW, item, order, part

SAMPLE = """\
Nº de Pedido da Plataforma;Nº de Pedido;Plataformas;Nome da Loja no UpSeller;Estado do Pedido;Hora do Pedido;\
Hora do Pagamento;Valor Total de Produtos;Comissão Total;Lucro Estimado;SKU;Qtd. do Produto;Preço de Produto;\
SKU (Armazém);Custo Médio;Custo do Produto;Armazém
260814ABCDEF01;UPXXX000101;Shopee;Loja Um SP;Enviado;2026-08-14 23:41:07;2026-08-14 23:42:00;109,00;21,80;31,40;\
KIT-CAM-2;1;109,00;CAM-AZ-G;21,40;21,40;Galpão
260814ABCDEF01;UPXXX000101;Shopee;Loja Um SP;Enviado;2026-08-14 23:41:07;2026-08-14 23:42:00;109,00;21,80;31,40;\
KIT-CAM-2;1;109,00;CAM-PR-G;21,40;21,40;Galpão
"""
STOCK = """\
SKU;Título;Armazém;Estante;Estoque Baixo;Em trânsito (Compra);Em trânsito (Transferência);Ocupado;Disponível;\
Estoque Atual;Custo Médio;Subtotal;Criado
CAM-AZ-G;Camiseta azul G;Galpão;A-12;10;0;0;3;37;40;21,40;856,00;2026-02-03 10:00:00
"""
MANY = [order(n) for n in range(1, 31)]
"""Enough orders for one bad row to stay below five per cent."""


def read(content: bytes | str, name: str = "arquivo.xlsx") -> Reading:
    data = content.encode() if isinstance(content, str) else content
    [(inner, found)] = unpacked(name, data)
    return read_file(inner, found, handed_in=NOW, now=NOW)


def only(reading: Reading) -> dict[str, Any]:
    [payload] = oracle.stored(reading).values()
    return payload


def refusal(content: bytes | str, name: str = "arquivo.xlsx") -> str:
    with pytest.raises(RejectedFile) as caught:
        read(content, name)
    return str(caught.value)


# --- orders -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_sample_of_the_contract_is_one_kit_of_109_reais(encoding: str) -> None:
    """Trap 1 and 2: 109.00 and not 218.00, cost 42.80, fee 21.80."""
    reading = read(SAMPLE.encode(encoding))
    told = only(reading)
    assert (told["products_total"], told["fee_total"], told["est_profit"]) == (
        Decimal("109.00"),
        Decimal("21.80"),
        Decimal("31.40"),
    )
    assert [line["qty_sold"] for line in told["items"]] == [1]
    assert sum(line["cost_line"] for line in told["components"]) == Decimal("42.80")
    assert (reading.lines, reading.kept, reading.revenue) == (2, 2, Decimal("109.00"))


@pytest.mark.parametrize("platform", ["Mercado Livre", "Mercado Libre", "MERCADO LIVRE"])
def test_mercado_livre_has_one_name(platform: str) -> None:
    """Trap 7."""
    assert only(read(orders_file([order(platform=platform)])))["platform"] == "mercado_livre"


@pytest.mark.parametrize(
    ("printed", "name"),
    [("TikTok Shop", "tiktok_shop"), ("Aliexpress", "aliexpress"), ("B2W", "b2w"), ("Loja Nova", "Loja Nova")],
)
def test_a_platform_nobody_knows_keeps_its_text(printed: str, name: str) -> None:
    assert only(read(orders_file([order(platform=printed)])))["platform"] == name


def test_the_first_of_two_estimated_profits_counts() -> None:
    """Trap 10."""
    told = only(read(orders_file([order(profit=-1234)], Style(repeat_profit=True, shuffle=5))))
    assert told["est_profit"] == Decimal("-12.34")


def test_revenue_is_that_of_the_products_and_not_the_value_of_the_order() -> None:
    """Trap 11: extras of Temu, freight and coupons are not sales."""
    reading = read(orders_file([order(platform="Temu", extras=5000, buyer_freight=990, discounts=300)]))
    assert reading.revenue == Decimal("59.00")
    assert only(reading)["order_total"] == Decimal("115.90")


def test_times_of_order_and_payment_stay_apart_and_the_order_gives_the_day() -> None:
    """Trap 12: ordered on the 14th, paid on the 15th."""
    reading = read(orders_file([order(paid_at=LATE_EVENING + timedelta(hours=1))]))
    assert reading.records[0].day == LATE_EVENING.date()
    assert only(reading)["paid_at"] == "2026-08-15T00:41:07-03:00"


def test_without_a_time_of_order_the_payment_gives_the_day() -> None:
    rows = SAMPLE.replace("Hora do Pedido;", "Outra Coluna;")
    assert read(rows).records[0].day == LATE_EVENING.date()


def test_an_unmapped_listing_falls_back_to_its_own_sku_and_then_to_none() -> None:
    """Trap 4."""
    mapped, bare = item("MEU-SKU", part(None)), item(None, part(None))
    assert only(read(orders_file([order(1, mapped)])))["components"][0]["warehouse_sku"] == "MEU-SKU"
    reading = read(orders_file([order(1, bare)], Style(blank="--")))
    assert "warehouse_sku" not in only(reading)["components"][0]
    assert "1 linha(s) sem SKU do anúncio nem do armazém" in reading.warnings


@pytest.mark.parametrize(
    ("changes", "cancelled", "returned"),
    [
        ({"status": "Enviado"}, False, False),
        ({"status": "Cancelado"}, True, False),
        ({"status": "CANCELADA pelo comprador"}, True, False),
        ({"status": "Enviado", "after_sale": "Cancelado"}, True, False),
        ({"status": "Enviado", "cancel_reason": "Sem estoque"}, True, False),
        ({"status": "Concluído", "after_sale": "Devolvido"}, False, True),
        ({"status": "Concluído", "after_sale": "Reembolso parcial"}, False, True),
    ],
)
def test_cancelled_and_returned_are_found_in_three_columns(
    changes: dict[str, object], cancelled: bool, returned: bool
) -> None:
    told = only(read(orders_file([order(**changes)], Style(blank="--"))))
    assert (told["cancelled"], told["returned"]) == (cancelled, returned)


def test_an_unknown_state_is_kept_and_reported() -> None:
    reading = read(orders_file([order(status="Aguardando a lua cheia")]))
    assert only(reading)["status"] == "Aguardando a lua cheia"
    assert reading.unknown_statuses == ["Aguardando a lua cheia"]


def test_products_that_do_not_add_up_are_flagged_and_kept() -> None:
    reading = read(SAMPLE.replace("109,00;21,80", "109,05;21,80"))
    assert reading.kept == 2
    assert any("260814ABCDEF01" in warning for warning in reading.warnings)
    assert read(SAMPLE.replace("109,00;21,80", "109,02;21,80")).warnings == []


def test_an_order_sent_in_two_parts_is_two_suborders() -> None:
    parts = [order(1, suborder="UPXXX000001-1"), order(1, item("OUTRO"), suborder="UPXXX000001-2")]
    found = oracle.stored(read(orders_file(parts, Style(width=34))))
    assert sorted(found) == ["shopee|260814ABCDEF01|UPXXX000001-1", "shopee|260814ABCDEF01|UPXXX000001-2"]


def test_the_thin_template_is_refused_with_what_to_do() -> None:
    said = refusal(orders_file([order()], Style(width=13)), "Export_Order20260815120000.xlsx")
    assert "modelo completo" in said
    assert "Export_Order20260815120000.xlsx" in said


def test_unknown_columns_are_reported_and_people_are_not_even_columns() -> None:
    reading = read(SAMPLE.replace("Comissão Total", "Coluna Nova").replace("Lucro Estimado", "Nome de Comprador"))
    assert reading.unknown_headers == ["Coluna Nova"]
    assert b"31,40" not in reading.records[0].found.payload


# --- rows that cannot be taken ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"order_id": "2,6E+17"}, "Nº de Pedido da Plataforma: o código está em notação científica"),
        ({"order_id": "", "upseller_id": ""}, "não tem número de pedido"),
        ({"platform": ""}, "Plataformas: está vazio"),
    ],
)
def test_a_row_without_a_usable_id_is_refused_with_its_line(changes: dict[str, object], reason: str) -> None:
    """Trap 13."""
    reading = read(orders_file([*MANY, order(77, **changes)]))
    [refused] = reading.refused
    assert (refused.line, reading.kept) == (32, 30)
    assert reason in refused.reason


def test_a_long_id_in_a_numeric_cell_has_lost_digits_and_is_refused() -> None:
    rows: list[dict[str, Value]] = [{"SKU": "A", "Nome da Loja": "Loja", "ID do Anúncio": f"MLB{n}"} for n in range(30)]
    rows.append({"SKU": "A", "Nome da Loja": "Loja", "ID do Anúncio": 2000011111222333})
    reading = read(written(templates.LINKS, rows, Style()))
    assert [(line, "dígitos" in reason) for line, reason in reading.refused] == [(32, True)]


def test_a_bad_row_takes_its_whole_order_with_it() -> None:
    """Half an order would be half its revenue, and would replace the whole one."""
    lines = (
        orders_file(
            [*MANY, *(replace(each, order_id=f"B{each.order_id}") for each in MANY), order(88, KIT)], Style().as_csv()
        )
        .decode("cp1252")
        .splitlines()
    )
    lines[-1] = lines[-1].replace("21,40", "vinte e um")
    reading = read("\r\n".join(lines).encode("cp1252"))
    assert [line for line, _ in reading.refused] == [62, 63]
    assert "shopee|260814ABCDEF88|UPXXX000088" not in oracle.stored(reading)


@pytest.mark.parametrize("last_cell", ["Ligar antes", ""])
def test_a_row_that_slipped_is_refused_and_not_quoted(last_cell: str) -> None:
    """A separator inside an address moves a person into another column, be the last column filled or blank."""
    content = orders_file(MANY, Style().as_csv()).decode("cp1252").splitlines()
    content[5] = content[5].replace(";", ";Maria da Silva;", 1).rpartition(";")[0] + f";{last_cell}"
    reading = read("\r\n".join(content).encode("cp1252"))
    [refused] = reading.refused
    assert refused == (6, "tem 67 colunas e o cabeçalho tem 66")


def test_more_than_five_per_cent_of_bad_rows_refuse_the_file() -> None:
    good, bad = MANY[:19], [replace(MANY[20], order_id="2,6E+17")]
    assert len(read(orders_file([*good, *bad])).refused) == 1
    said = refusal(orders_file([*good[:18], *bad]))
    assert "1 de 19 linhas foram recusadas, mais de 5 %" in said
    assert "linha 20" in said


# --- stock ------------------------------------------------------------------------------------------------------------


def test_the_stock_list_of_the_contract() -> None:
    told = only(read(STOCK))
    assert told == {
        "sku": "CAM-AZ-G", "warehouse": "Galpão", "available": 37, "reserved": 3, "on_hand": 40, "low_level": 10,
        "incoming_purchase": 0, "incoming_transfer": 0, "cost_average": Decimal("21.40"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([StockLine("A", "Galpão", 1), StockLine("A", "Galpão", 2)], "duas vezes no mesmo armazém, na linha 3"),
        (None, "Estoque Atual não é Disponível + Ocupado na linha 2"),
    ],
)
def test_a_broken_invariant_of_the_stock_refuses_the_file(lines: list[StockLine] | None, said: str) -> None:
    assert said in refusal(STOCK.replace(";40;", ";41;") if lines is None else stock_file(lines))


def test_the_same_sku_in_two_warehouses_is_fine() -> None:
    assert read(stock_file([StockLine("A", "Galpão", 1), StockLine("A", "Full", 2)])).kept == 2


def test_a_negative_balance_is_a_warning() -> None:
    reading = read(stock_file([StockLine("A", "Galpão", -2, reserved=2), StockLine("B", "Galpão", 1)]))
    assert reading.kept == 2
    assert reading.warnings == ["saldos negativos: A em Galpão"]


def test_a_cost_that_is_not_told_is_not_zero() -> None:
    assert "cost_average" not in only(read(stock_file([StockLine("A", "Galpão", 1)], Style(blank="--"))))


def test_a_list_without_a_required_column_says_which() -> None:
    assert "parece de lista de estoque, mas falta a coluna Disponível" in refusal(STOCK.replace("Disponível", "Livre"))


# --- products, links, kits --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [products_file, product_template_file])
def test_the_export_of_products_and_the_import_template_read_the_same(write: Any) -> None:
    told = only(read(write([Product("CAM-AZ-G", "Camiseta azul G", 59_00, 19_90, weight_g=210)])))
    assert (told["sku"], told["title"], told["retail_price"], told["purchase_cost"], told["weight_g"]) == (
        "CAM-AZ-G", "Camiseta azul G", Decimal("59.00"), Decimal("19.90"), Decimal("210.00"),
    )  # fmt: skip


def test_a_product_without_sku_is_skipped_and_a_repeated_one_refused() -> None:
    products = [Product(f"P{n}", "Produto", 100, 50) for n in range(50)]
    reading = read(products_file([*products, Product("", "Sem SKU", 100, 50), Product("P7", "De novo", 100, 60)]))
    assert (reading.skipped, [line for line, _ in reading.refused], reading.kept) == (1, [9, 53], 49)
    assert "P7" not in oracle.stored(reading)


def test_a_listing_is_the_same_with_and_without_its_prefix() -> None:
    with_prefix, without = (
        oracle.stored(read(links_file([Link("A", "Loja Um ML", listing, "A", "180000000001")])))
        for listing in ("MLB4000000001", "4000000001")
    )
    assert with_prefix == without
    assert list(without) == ["Loja Um ML|4000000001|180000000001|A"]


def test_links_without_sku_or_shop_are_skipped_and_without_listing_sku_kept() -> None:
    links = [Link("A", "Loja", "MLB1", None), Link("", "Loja", "MLB2", "B"), Link("C", "", "MLB3", "C")]
    reading = read(links_file(links))
    assert (reading.kept, reading.skipped) == (1, 2)
    assert reading.warnings == ["2 linha(s) sem SKU ou sem loja foram puladas", "1 linha(s) sem SKU do anúncio"]


@pytest.mark.parametrize("bad", [("B", 0), ("B", -1), ("A", 1)])
def test_a_kit_with_a_bad_component_is_refused_as_a_whole(bad: tuple[str, int]) -> None:
    kits = [Kit(f"KIT-{n}", (("A", 1), ("B", 2))) for n in range(30)]
    reading = read(kits_file([*kits, Kit("KIT-MAU", (("A", 1), bad))]))
    assert {line for line, _ in reading.refused} == {62, 63}
    assert len(reading.records) == 60


# --- whole files ------------------------------------------------------------------------------------------------------


def test_dates_more_than_a_day_in_the_future_refuse_the_file() -> None:
    assert read(orders_file([order(ordered_at=NOW + timedelta(hours=20), paid_at=None)])).kept == 1
    said = refusal(orders_file([order(1), order(2, ordered_at=NOW + timedelta(days=2), paid_at=None)]))
    assert "mais de um dia no futuro, a primeira na linha 3" in said


def zip_of(*entries: tuple[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return target.getvalue()


def announcing(size: int, content: bytes) -> bytes:
    """A workbook whose directory gives a part this size, whatever its content."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", content)
        archive.infolist()[-1].file_size = size
    return target.getvalue()


GOOD = kits_file([Kit("KIT", (("A", 1),))])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "está vazio"),
        (b"<!DOCTYPE html><html><table><tr><td>SKU</td></tr></table></html>", "página da internet"),
        ("\ufeff  <html></html>".encode(), "página da internet"),
        (GOOD[: len(GOOD) // 2], "cortado"),
        (b"PK\x03\x04 quase um zip", "cortado"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "formato antigo"),
        (b"\x00\x01\x02\x03", "não é uma planilha"),
        (b"qualquer texto", "cabeçalhos de uma exportação"),
        (SAMPLE.partition("\n")[0].encode(), "não tem nenhuma linha"),
        (zip_of(("leia-me.txt", b"oi")), "nenhuma planilha"),
        (zip_of(("../../etc/kits.xlsx", GOOD)), "apontam para fora"),
        (zip_of(("C:\\kits.xlsx", GOOD)), "apontam para fora"),
        (zip_of(("/kits.xlsx", GOOD)), "apontam para fora"),
        (zip_of(*((f"{n}.xlsx", b"PK") for n in range(60))), "mais de 50 planilhas"),
        (zip_of(*((f"{n}.txt", b"") for n in range(2100))), "grande demais"),
    ],
    ids=["empty", "html", "html with bom", "truncated", "no zip", "old excel", "binary", "text", "no rows",
         "no workbook", "traversal", "drive", "absolute", "many workbooks", "many entries"],
)  # fmt: skip
def test_what_is_no_export_is_refused_in_one_sentence(content: bytes, said: str) -> None:
    text = refusal(content)
    assert said in text
    assert "Nada foi gravado." in text
    assert "\n" not in text


def test_a_bomb_is_refused_before_it_is_opened() -> None:
    huge = announcing(3 * 2**30, b"")
    assert "grande demais" in refusal(huge)
    assert "grande demais" in refusal(zip_of(("kits.xlsx", huge)))


def test_a_bomb_that_announces_little_is_not_opened_further_than_that() -> None:
    """Ten megabytes of zeros said to be ten bytes."""
    said = refusal(announcing(10, bytes(10 * 2**20)))
    assert "danificada" in said


def test_a_zip_gives_its_workbooks_and_nothing_else() -> None:
    packed = zipped({"Kits.xlsx": GOOD, "__MACOSX/._Kits.xlsx": b"x", "pasta/Estoque.csv": STOCK.encode()})
    assert [name for name, _ in unpacked("tudo.zip", packed)] == ["tudo.zip/Kits.xlsx", "tudo.zip/Estoque.csv"]


def test_headers_may_stand_below_a_title_and_on_a_later_sheet() -> None:
    assert read(orders_file([order()], Style(rows_above=19, sheets_before=2))).kept == 1
    assert "cabeçalhos" in refusal(orders_file([order()], Style(rows_above=20)))


def test_the_size_a_sheet_announces_is_not_believed() -> None:
    """Exports that say A1 would be read as one cell."""
    source, target = io.BytesIO(orders_file(MANY)), io.BytesIO()
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(target, "w") as lying:
        for entry in given.infolist():
            data = given.read(entry)
            if entry.filename.startswith("xl/worksheets/"):
                data = data.replace(b"<sheetData>", b'<dimension ref="A1"/><sheetData>')
                assert b'"A1"' in data
            lying.writestr(entry.filename, data)
    assert read(target.getvalue()).kept == 30


def test_two_tables_in_one_workbook_are_not_guessed_between() -> None:
    book, target = Workbook(write_only=True), io.BytesIO()
    for title in ("Kits", "Cópia de Kits"):
        sheet = book.create_sheet(title)
        sheet.append(list(templates.KITS))
        sheet.append(["KIT", "A", 1])
    book.save(target)
    assert "mais de uma planilha com dados" in refusal(target.getvalue())


def test_columns_in_any_order_give_the_same_rows() -> None:
    """Trap 3."""
    plain, shuffled = (read(orders_file(MANY, Style(shuffle=seed))) for seed in (None, 11))
    assert oracle.stored(plain) == oracle.stored(shuffled)


def test_no_person_of_an_export_is_in_what_is_read() -> None:
    """Trap 15."""
    orders: list[SaleOrder] = MANY[:3]
    reading = read(orders_file(orders))
    everything = b"".join(found.found.payload for found in reading.records).decode() + str(
        [reading.warnings, reading.refused, reading.unknown_headers]
    )
    for sold in orders:
        who = person(sold.buyer_id)
        for needle in (who.last_name, who.cpf, who.phone, who.email, who.nickname, who.street, who.zip_code):
            assert needle not in everything
    assert isinstance(reading.records[0].found.value, Suborder)
