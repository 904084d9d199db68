"""Files that are missing, broken, misnamed or that say something else than they should: refused by name, row, column and value."""

from __future__ import annotations

import shutil
import struct
import zipfile

import openpyxl
import pandas as pd
import pyreadstat
import pytest
import shop as shops
from tiny_project import Stub, snapshot

from csat_lib.errors import DataError
from csat_lib.report import batch
from csat_lib.report.batch import run
from csat_lib.survey.exports import read_export

shop = pytest.fixture(shops.fixture)


def rows(shop):
    return [line.split(",") for line in shop.data.read_text(encoding="utf-8").splitlines()]


def as_workbook(shop, path):
    book = openpyxl.Workbook()
    book.active.title = "Wave 3"
    for row in rows(shop):
        book.active.append([int(cell) if cell.isdigit() else cell for cell in row])
    book.save(path)


def as_parquet(shop, path):
    header, *body = rows(shop)
    pd.DataFrame(body, columns=header).to_parquet(path)


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def bomb(path):
    """A workbook of two kilobytes that says it holds two gigabytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 1000)
    raw = bytearray(path.read_bytes())
    place = raw.rindex(b"PK\x01\x02")
    raw[place + 24 : place + 28] = struct.pack("<I", 2_000_000_000)
    path.write_bytes(bytes(raw))


FILES = {
    "missing": (lambda shop: shop.data.unlink(), "No data for tiny 2026Q3, source customers: looked for"),
    "empty": (lambda shop: shop.data.write_bytes(b""), "2026Q3.csv: the file is empty (0 bytes)."),
    "blank lines": (lambda shop: shop.data.write_text("\n\n\n"), "2026Q3.csv: the file holds nothing but blank lines."),
    "header only": (lambda shop: shop.data.write_text("q1,q2,s1,s2,region\n"), "2026Q3.csv: a header with 5 columns but no rows."),
    "an open quote": (lambda shop: shop.change("\n", '\n"', shop.data), "2026Q3.csv: a quotation mark in row 2 is never closed."),
    "zero bytes": (lambda shop: shop.data.write_bytes(b"q1\0q2\n1\0"), "2026Q3.csv: zero bytes in the text"),
    "a ragged row": (lambda shop: shop.change("north\n", "north,9\n"), "row 3 has 6 cells, but the header has 5 columns."),
    "a column twice": (lambda shop: shop.change("q2", "q1"), "2026Q3.csv: the column 'q1' appears 2 times (columns 1, 2)."),
    "a misspelt column": (lambda shop: shop.change("s2", "s_2"), "Did you mean 's_2'?"),
    "text called a workbook": (lambda shop: shop.data.rename(shop.data.with_suffix(".xlsx")), "not a readable workbook"),
    "text called Parquet": (lambda shop: shop.data.rename(shop.data.with_suffix(".parquet")), "not a readable Parquet file"),
    "damaged UTF-16": (lambda shop: shop.data.write_bytes(b"\xff\xfeq\x00\xd8\xd8"), "2026Q3.csv: the text is damaged"),
    "a PDF": (lambda shop: shop.data.write_bytes(b"%PDF-1.7\n"), "2026Q3.csv: this is a PDF."),
    "an old workbook": (lambda shop: shop.data.write_bytes(b"\xd0\xcf\x11\xe0rest"), "2026Q3.csv: this is an old Excel workbook"),
    "a compressed file": (lambda shop: shop.data.write_bytes(b"\x1f\x8b\x08rest"), "2026Q3.csv: this is compressed (gzip)."),
    "a folder": (lambda shop: (shop.data.unlink(), shop.data.mkdir()), "No data for tiny 2026Q3"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_is_no_survey_is_refused(shop, case):
    fault, told = FILES[case]
    shop.refuses(lambda: fault(shop), 3, told)


def test_every_unreadable_file_has_a_message_of_its_own():
    assert len({told for _, told in FILES.values()}) >= len(FILES) - 1


@pytest.mark.parametrize(("write", "suffix", "told"), [(as_workbook, ".xlsx", "workbook"), (as_parquet, ".parquet", "Parquet file")])
def test_a_truncated_file_is_refused(shop, write, suffix, told):
    path = shop.data.with_suffix(suffix)

    def truncate():
        write(shop, path)
        cut(path)
        shop.data.unlink()

    shop.refuses(truncate, 3, f"2026Q3{suffix}: not a readable {told}")


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9, 0.99])
def test_a_file_cut_off_anywhere_is_refused_or_read_never_half_understood(tmp_path, shop, share):
    """Of a workbook, a Parquet and an SPSS file; SPSS counts its cases in the header."""
    as_workbook(shop, tmp_path / "w.xlsx")
    as_parquet(shop, tmp_path / "w.parquet")
    pyreadstat.write_sav(pd.DataFrame({"q1": range(60)}), tmp_path / "w.sav")
    for name in ("w.xlsx", "w.parquet", "w.sav"):
        raw = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(raw[: int(share * len(raw))])
        with pytest.raises(DataError, match=name):
            read_export(tmp_path / name)


def test_a_zip_bomb_is_refused_unopened(shop):
    shop.refuses(
        lambda: (bomb(shop.data.with_suffix(".xlsx")), shop.data.unlink()), 3, "that unpack to 2,000,000,000 are too many for a survey"
    )


def test_a_wrong_answer_in_a_workbook_names_file_sheet_row_column_value_and_what_was_expected(shop):
    def spoil():
        as_workbook(shop, shop.data.with_suffix(".xlsx"))
        book = openpyxl.load_workbook(shop.data.with_suffix(".xlsx"))
        for row in range(11, 41):
            book.active.cell(row=row, column=3).value = 77
        book.save(shop.data.with_suffix(".xlsx"))
        shop.data.unlink()

    told = (
        "2026Q3.xlsx, sheet Wave 3:",
        "s1:",
        "77 (30 times)",
        "first in row 11",
        "outside the scale 1-10",
        "Declare them under missing:",
    )
    shop.refuses(spoil, 3, *told)


@pytest.mark.parametrize(
    ("cell", "told"), [("77", "outside the scale 1-10: 77 (60 times), first in row 2"), ("fine", "are not numbers: 'fine'")]
)
def test_values_outside_the_scale_are_told_by_value_and_count(shop, cell, told):
    def spoil():
        header, *body = rows(shop)
        shop.data.write_text("\n".join(",".join(row) for row in [header, *([cell, *row[1:]] for row in body)]) + "\n")

    shop.refuses(spoil, 3, "q1: 60 of 60 answers", told)


@pytest.mark.parametrize(
    ("role", "values", "told"),
    [
        ("weight", ["-1", *["1"] * 59], "1 weights are missing, negative or not numbers (rows 2)"),
        ("weight", ["x", *["1"] * 59], "1 weights are missing, negative or not numbers (rows 2)"),
        ("weight", ["0"] * 60, "all weights are zero"),
        ("id", ["R1"] * 60, "1 ids have more than one set of answers (rows 2, 3, 4, 5, 6, 7)"),
    ],
)
def test_bad_weights_and_conflicting_ids_are_refused_by_row(shop, role, values, told):
    def spoil():
        header, *body = rows(shop)
        lines = [[*header, "extra"], *([*row, value] for row, value in zip(body, values, strict=True))]
        shop.data.write_text("\n".join(",".join(row) for row in lines) + "\n")
        book = shop.study / "codebook.yaml"
        book.write_text(book.read_text() + f"  extra: {{role: {role}}}\n")

    shop.refuses(spoil, 3, "2026Q3.csv", told)


def test_nobody_left_after_filters_is_told_with_the_count_at_each_step(shop):
    """All but one took no time at all, and that one did not finish: a Qualtrics file with its own column for it."""

    def spoil():
        asked = ["q1", "q2", "s1", "s2", "region"]
        head = ["StartDate", "Finished", "ResponseId", *asked]
        ids = [f'{{"ImportId":"{name}"}}' for name in ("startDate", "finished", "_recordId", *asked)]
        people = [["2026-09-01 10:00:00", "False", f"R_{n}", "7", "7", "7", "7", "north"] for n in range(3)]
        frame = pd.DataFrame([head, ids, *people], columns=head)
        frame.to_csv(shop.data, index=False)

    shop.refuses(spoil, 3, "no respondent is left: 3 in the file, less 3 incomplete.")


def test_a_file_that_changes_during_the_run_is_not_published(shop):
    run("tiny", root=shop.root)
    before = snapshot(shop.root / "output")

    class Meddler(Stub):
        def __call__(self, job, **options):
            shop.data.write_text(shop.data.read_text() + "7,7,7,7,north\n")
            return super().__call__(job, **options)

    shop.monkeypatch.setattr(batch, "execute", Meddler())
    code, _, err = shop.csat("run", "tiny", "--force")
    assert code == 3
    assert "data/tiny/customers/2026Q3.csv changed during the run" in err
    assert snapshot(shop.root / "output") == before


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig", "cp1252"])
def test_an_encoding_is_recognised_and_no_letter_is_lost(shop, encoding):
    names = ("Zürich", "Genève") if encoding == "cp1252" else ("上海", "北京")
    text = shop.data.read_text().replace("north", names[0]).replace("south", names[1])
    shop.data.write_bytes(text.encode(encoding))
    frame = read_export(shop.data).frame
    assert set(frame["region"]) == set(names)
    assert shop.csat("check", "tiny")[0] == 0


def test_a_short_row_never_shifts_a_column(shop):
    """A cell lacking at the end is a blank there, told in the findings; the others stay where they are."""
    first = rows(shop)[1]
    shop.change(",".join(first), ",".join(first[:-1]))
    read = read_export(shop.data)
    assert read.frame.iloc[0].tolist() == [*first[:-1], ""]
    assert "1 rows have fewer cells" in read.notes[0]


def test_a_symbolic_link_inside_the_output_is_refused(shop, tmp_path_factory):
    run("tiny", root=shop.root)
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    shutil.move(shop.published, elsewhere / "2026Q3")
    shop.published.symlink_to(elsewhere / "2026Q3")
    before = snapshot(elsewhere)
    code, _, err = shop.csat("run", "tiny", "--force")
    assert (code, "is a symbolic link" in err) == (7, True)
    assert snapshot(elsewhere) == before
