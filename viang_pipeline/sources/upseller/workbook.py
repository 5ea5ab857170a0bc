"""Bytes of a file as sheets of cells: xlsx, CSV, and zip of these (contract UpSeller §1, §6).

Files come from people: what is unpacked is bounded before it is unpacked, nothing is written to disk, and whatever is
wrong ends in one RejectedFile.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from viang_pipeline.domain.plain_text import plain
from viang_pipeline.sources.upseller.cells import WINDOWS_EPOCH, Cell
from viang_pipeline.sources.upseller.rejection import RejectedFile

MOST_BYTES = 64 * 2**20
MOST_UNPACKED_BYTES = 512 * 2**20
MOST_PARTS = 2_000
MOST_FILES = 50
MOST_ROWS = 1_048_576
MOST_CELLS = 20_000_000
"""Of a sheet as it is read, blanks between cells included: a hundred thousand orders have seven million. A row of one
cell in the last column is 30 bytes in the file and 16 384 cells in memory."""

Line = tuple[int, Sequence[Cell]]

_ZIP, _OLD_EXCEL = b"PK", b"\xd0\xcf\x11\xe0"
_SAVE_AGAIN = "Exporte de novo no UpSeller e entregue o arquivo como ele veio."


@dataclass(frozen=True)
class Sheet:
    """One sheet. ``lines``: number in the file and cells, once; ``even``: every line is as wide as the header."""

    title: str
    lines: Iterator[Line]
    epoch: datetime = WINDOWS_EPOCH
    even: bool = False


def members(name: str, content: bytes) -> list[tuple[str, bytes]]:
    """The file itself, or the workbooks inside a zip of workbooks.

    Raises RejectedFile for an empty or too big file, and for a zip that is broken, too big, encrypted, without a
    workbook, or with names that point outside of it.
    """
    if not content:
        raise RejectedFile("O arquivo está vazio", where=name, action=_SAVE_AGAIN)
    if len(content) > MOST_BYTES:
        raise RejectedFile(f"O arquivo passa de {MOST_BYTES // 2**20} MB", where=name, action="Exporte em partes.")
    if not content.startswith(_ZIP):
        return [(name, content)]
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_size(name, entries)
            if any(entry.filename == "xl/workbook.xml" for entry in entries):
                return [(name, content)]
            return _workbooks(name, archive, entries)
    except RejectedFile:
        raise
    except Exception as error:  # noqa: BLE001  a damaged archive fails in the library or the decompressor
        raise RejectedFile(
            f"O arquivo está cortado, protegido ou danificado ({type(error).__name__})", where=name, action=_SAVE_AGAIN
        ) from None


def sheets(name: str, content: bytes) -> list[list[Sheet]]:
    """Readings of a file, each a list of sheets: one of a workbook, one per possible separator of a CSV.

    Raises RejectedFile for what is neither.
    """
    if content.startswith(_ZIP):
        return [_of_workbook(name, content)]
    if content.startswith(_OLD_EXCEL):
        raise RejectedFile("A planilha é do formato antigo (.xls) ou tem senha", where=name, action=_SAVE_AGAIN)
    if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        raise RejectedFile("O arquivo é uma página da internet, não uma planilha", where=name, action=_SAVE_AGAIN)
    text = _decoded(name, content)
    return [[Sheet("CSV", _of_csv(name, text, separator), even=True)] for separator in ";,\t"]


def _check_size(name: str, entries: Sequence[zipfile.ZipInfo]) -> None:
    """Sizes as announced: reading stops there, and a part that is longer fails its checksum."""
    if len(entries) > MOST_PARTS or sum(entry.file_size for entry in entries) > MOST_UNPACKED_BYTES:
        raise RejectedFile("O arquivo fica grande demais quando aberto", where=name, action="Exporte em partes.")


def _workbooks(name: str, archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo]) -> list[tuple[str, bytes]]:
    if any(_points_outside(entry.filename) for entry in entries):
        raise RejectedFile("O zip tem nomes que apontam para fora dele", where=name)
    wanted = [entry for entry in entries if _is_table(PurePosixPath(entry.filename))]
    if not wanted:
        raise RejectedFile("O zip não traz nenhuma planilha", where=name, action=_SAVE_AGAIN)
    if len(wanted) > MOST_FILES:
        raise RejectedFile(f"O zip traz mais de {MOST_FILES} planilhas", where=name, action="Entregue em partes.")
    found = [(f"{name}/{plain(PurePosixPath(entry.filename).name)}", archive.read(entry)) for entry in wanted]
    for inner, content in found:
        if content.startswith(_ZIP):
            with zipfile.ZipFile(io.BytesIO(content)) as workbook:
                _check_size(inner, workbook.infolist())
    return found


def _points_outside(entry: str) -> bool:
    path = PurePosixPath(entry.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in entry


def _is_table(path: PurePosixPath) -> bool:
    hidden = path.name.startswith((".", "~$")) or "__MACOSX" in path.parts
    return path.suffix.lower() in (".xlsx", ".xlsm", ".csv") and not hidden


def _of_workbook(name: str, content: bytes) -> list[Sheet]:
    from openpyxl import load_workbook  # heavy, and most runs read no file

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            tables = list(book.worksheets)
    except Exception as error:  # noqa: BLE001  a damaged workbook fails in the library wherever it likes
        raise _unreadable(name, error) from None
    return [Sheet(str(table.title), _lines(name, table), book.epoch) for table in tables]


def _lines(name: str, table: object) -> Iterator[Line]:
    """Rows of a worksheet; the size it announces is not believed: some exports say A1."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            table.reset_dimensions()  # type: ignore[attr-defined]
            rows = enumerate(table.iter_rows(values_only=True), start=1)  # type: ignore[attr-defined]
            cells = 0
            for number, row in rows:
                cells += len(row)
                if number > MOST_ROWS or cells > MOST_CELLS:
                    raise ValueError("more than a sheet of any export has")
                yield number, row
    except Exception as error:  # noqa: BLE001  as above: rows are read while they are asked for
        raise _unreadable(name, error) from None


def _unreadable(name: str, error: Exception) -> RejectedFile:
    return RejectedFile(
        f"A planilha está danificada ou não é uma planilha ({type(error).__name__})", where=name, action=_SAVE_AGAIN
    )


def _decoded(name: str, content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise RejectedFile("O arquivo não é uma planilha nem um CSV", where=name, action=_SAVE_AGAIN)


def _of_csv(name: str, text: str, separator: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise _unreadable(name, error) from None
