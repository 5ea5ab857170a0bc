"""Files made to hurt: packed to burst, pointing elsewhere, closed, nested, or with a sheet that grows while it is read.

Each is refused as a whole in one sentence, and nothing outside of it is opened or written.
"""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from viang_pipeline.sandbox.upseller import Kit
from viang_pipeline.sandbox.upseller.export import kits_file
from viang_pipeline.sources.upseller import RejectedFile, read_file, unpacked, workbook

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
GOOD = kits_file([Kit("KIT", (("A", 1),))])
SHEET = "xl/worksheets/sheet1.xml"


def packed(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return target.getvalue()


def changed(part: str, content: bytes) -> bytes:
    """A good workbook with another content of one part."""
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    assert part in parts
    return packed(*(parts | {part: content}).items())


def refusal(content: bytes, name: str = "arquivo.zip") -> str:
    with pytest.raises(RejectedFile) as refused:
        _read_all(name, content)
    text = str(refused.value)
    assert "Nada foi gravado." in text
    assert text.isprintable()
    return text


def _read_all(name: str, content: bytes) -> None:
    for inner, part in unpacked(name, content):
        read_file(inner, part, handed_in=NOW, now=NOW)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "segredo.txt"
    path.write_text("conteúdo que ninguém pediu", encoding="utf-8")
    return path


def test_a_link_inside_a_zip_is_not_followed(secret: Path) -> None:
    link = zipfile.ZipInfo("Kits.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    text = refusal(packed((link, str(secret).encode())))
    assert "ninguém" not in text
    assert "cabeçalhos" in text, "the path itself was read as the file"


def test_a_closed_zip_is_refused() -> None:
    content = bytearray(packed(("Kits.xlsx", GOOD)))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    assert "protegido" in refusal(bytes(content))


def test_a_zip_inside_a_zip_is_not_unpacked_further() -> None:
    assert "nenhuma planilha" in refusal(packed(("dentro.zip", packed(("Kits.xlsx", GOOD)))))
    assert "danificada" in refusal(packed(("dentro.xlsx", packed(("mais.xlsx", packed(("Kits.xlsx", GOOD)))))))


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
            f'<!ENTITY a{n} "{"&a;" * 10 if n == 0 else f"&a{n - 1};" * 10}">' for n in range(9)
        ) + "]><worksheet><sheetData><row><c t='str'><v>&a8;</v></c></row></sheetData></worksheet>",
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]><worksheet><sheetData><row>'
        "<c t='str'><v>&e;</v></c></row></sheetData></worksheet>",
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><worksheet><sheetData/></worksheet>',
        "<worksheet>" + "<a>" * 100_000,
    ],
    ids=["a billion laughs", "a file from outside", "a document type from outside", "nested without end"],
)  # fmt: skip
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "[Content_Types].xml"])
def test_no_entity_of_a_workbook_is_opened(document: str, part: str, secret: Path) -> None:
    text = refusal(changed(part, document.replace("{secret}", str(secret)).encode()), "Kits.xlsx")
    assert "ninguém" not in text
    assert "aaaa" not in text


def test_a_sheet_that_grows_while_it_is_read_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """One cell in the last column is 16 384 cells in memory; a hundred thousand such rows are a small file."""
    rows = "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(50, 2_000))
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        sheet = archive.read(SHEET)
    content = changed(SHEET, sheet.replace(b"</sheetData>", f"{rows}</sheetData>".encode()))
    assert len(content) < 50_000
    monkeypatch.setattr(workbook, "MOST_CELLS", 1_000_000)
    read = _counted(monkeypatch)
    assert "danificada" in refusal(content, "Kits.xlsx")
    assert 900_000 < sum(read) <= 1_000_000


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    read: list[int] = []
    lines = workbook._lines

    def counting(name: str, table: object) -> Iterator[workbook.Line]:
        for number, cells in lines(name, table):
            read.append(len(cells))
            yield number, cells

    monkeypatch.setattr(workbook, "_lines", counting)
    return read


@pytest.mark.parametrize(
    "name", ["=cmd|' /C calc'!A1.xlsx", "a\nERROR forjado.xlsx", "x\x1b[2J.xlsx", "b\u202exslx.xlsx"]
)
def test_names_inside_a_zip_are_told_as_plain_text(name: str) -> None:
    [(told, _)] = unpacked("tudo.zip", packed((name, GOOD)))
    assert told.isprintable()
