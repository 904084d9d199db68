"""Files as survey tools write them: whatever the layout and encoding, the same cells come out."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import zipfile

import layouts
import openpyxl
import pandas as pd
import pytest

from csat_lib.errors import DataError, EnvironmentFault, ParamsError
from csat_lib.survey import read_export

ROWS = [["id", "城市", "note"], ["1", "北京", "很满意"], ["2", "上海", "a b"], ["3", "", "c"]]


@pytest.fixture
def export(tmp_path):
    """What is read from a file with this content."""

    def through_a_file(content, name="wave.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return read_export(path, **options)

    return through_a_file


@pytest.fixture
def workbook(tmp_path):
    """The path of a workbook whose first sheet holds these rows."""

    def made(rows, name="wave.xlsx"):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(tmp_path / name)
        return tmp_path / name

    return made


def text(separator=",", ending="\n"):
    return ending.join(separator.join(row) for row in ROWS) + ending


def refusal(call, *args, **options):
    with pytest.raises(DataError) as refused:
        call(*args, **options)
    return str(refused.value)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_are_recognised(export, separator, ending):
    found = export(text(separator, ending))
    assert [list(found.frame.columns), *found.frame.to_numpy().tolist()] == ROWS
    assert list(found.frame.index) == [2, 3, 4]
    assert found.layout == "csv"


@pytest.mark.parametrize(
    ("encoding", "used"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gb18030", "gb18030"), ("utf-16", "utf-16"), ("gbk", "gb18030")],
)
def test_encodings_of_chinese_are_recognised(export, encoding, used):
    found = export(text().encode(encoding))
    assert [list(found.frame.columns), *found.frame.to_numpy().tolist()] == ROWS
    assert found.encoding == used


def test_what_only_gb18030_can_write_is_read(export):
    found = export("a,b\n1,㐀很满意😀\n2,滿意\n".encode("gb18030"))
    assert found.frame["b"].tolist() == ["㐀很满意😀", "滿意"]


@pytest.mark.parametrize("words", [["Zürich", "Genève"], ["très bien", "à revoir"], ["Größe", "Köln", "señor"], ["café", "naïve"]])
def test_accented_letters_of_western_windows_are_not_taken_for_chinese(export, words):
    found = export(("a,b\n" + "".join(f"{place},{word}\n" for place, word in enumerate(words))).encode("cp1252"))
    assert found.frame["b"].tolist() == words
    assert found.encoding == "cp1252"


def test_a_named_encoding_is_used_and_its_mark_taken_off(export):
    assert list(export("a,b\n1,é\n".encode("utf-8-sig"), encoding="utf-8").frame.columns) == ["a", "b"]
    assert export("a,b\n1,é\n".encode("latin-1"), encoding="latin-1").frame["b"].tolist() == ["é"]
    assert "wave.csv: byte 6 is not utf-8" in refusal(export, "a,b\n1,é\n".encode("latin-1"), encoding="utf-8")
    with pytest.raises(ParamsError, match="No encoding 'klingon'"):
        export("a\n1\n", encoding="klingon")


def test_damaged_text_with_a_mark_is_refused(export):
    assert "wave.csv: the text is damaged" in refusal(export, "a,b\n1,好\n".encode("utf-16") + b"x")
    assert "wave.csv: the text is damaged" in refusal(export, "a,b\n1,好\n".encode("utf-8-sig")[:-2])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "wave.csv: the file is empty (0 bytes)."),
        ("\n\n  \n", "wave.csv: the file holds nothing but blank lines."),
        ("a,b,c\n", "wave.csv: a header with 3 columns but no rows."),
        ("a,b,c\n\n\n", "wave.csv: a header with 3 columns but no rows."),
        ("a,b,a\n1,2,3\n", "wave.csv: the column 'a' appears 2 times (columns 1, 3). Rename one of them."),
        ("a,b, a \n1,2,3\n", "the column 'a' appears 2 times (columns 1, 3)"),
        ("a,b\n1,2\n3,4\n5,6,7\n", "wave.csv: row 4 has 3 cells, but the header has 2 columns."),
        ("a,b\n1,2,3\n4,5,6\n", "wave.csv: row 2 has 3 cells, but the header has 2 columns."),
        ('a,b\n1,2\n3,"4\n5,6\n', "wave.csv: a quotation mark in row 3 is never closed."),
        (b"\x01\x00\x02\x00", "wave.csv: zero bytes in the text: not a CSV file."),
        (b"\xd0\xcf\x11\xe0\x00\x00\x00\x00", "wave.csv: this is an old Excel workbook (.xls). Open it and save it as .xlsx."),
        (b"%PDF-1.7", "wave.csv: this is a PDF."),
    ],
)
def test_a_file_that_cannot_be_read_is_told_by_name_and_row(export, content, told):
    assert told in refusal(export, content)


def test_a_missing_file_is_told(tmp_path):
    assert refusal(read_export, tmp_path / "wave.csv").endswith("wave.csv: no such file.")
    assert refusal(read_export, tmp_path).endswith("no such file.")


def test_an_unknown_layout_lists_those_there_are(export):
    with pytest.raises(ParamsError, match=r"No layout 'stata'. There are: csv, excel, parquet, spss, qualtrics"):
        export("a\n1\n", layout="stata")


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("a,b\n1,2\n\n3,4\n", [2, 4]),
        ("a,b\n1,2\n,\n3,4\n\n\n", [2, 4]),
        ("\n\na,b\n1,2\n3,4\n", [4, 5]),
        ('a,"b\nc"\n1,2\n3,4\n', [2, 3]),
        ('a,b\n1,"x\ny"\n3,4\n', [2, 3]),
    ],
)
def test_rows_are_counted_as_a_person_counts_them_and_blank_ones_left_out(export, content, rows):
    assert list(export(content).frame.index) == rows


def test_quoted_cells_keep_what_is_inside(export):
    found = export('"a;x;y",b\n1,"p, q; ""r"""\n2,NA\n').frame
    assert list(found.columns) == ["a;x;y", "b"]
    assert found["b"].tolist() == ['p, q; "r"', "NA"]


def test_a_column_without_a_name_is_called_by_its_place(export, workbook):
    assert list(export("a,,c\n1,2,3\n").frame.columns) == ["a", "column 2", "c"]
    assert list(read_export(workbook([["a", None, "c"], [1, 2, 3]])).frame.columns) == ["a", "column 2", "c"]


def test_a_workbook_gives_numbers_and_dates_as_text(workbook):
    rows = [["id", "score", "day", "at"], [1, 4.0, dt.date(2026, 9, 1), dt.datetime(2026, 9, 1, 10, 5)], [2, 4.5, None, "x"]]  # noqa: DTZ001
    found = read_export(workbook(rows))
    assert found.frame.to_numpy().tolist() == [["1", "4", "2026-09-01", "2026-09-01 10:05:00"], ["2", "4.5", "", "x"]]
    assert (found.layout, list(found.frame.index)) == ("excel", [2, 3])


def test_blank_rows_of_a_workbook_are_left_out_and_counted(workbook):
    rows = [[None], [None], ["a", "b", None], [1, 2], [None, None], [3]]
    found = read_export(workbook(rows)).frame
    assert found.to_dict("index") == {4: {"a": "1", "b": "2"}, 6: {"a": "3", "b": ""}}


def test_a_workbook_whose_stated_size_is_too_small_is_read_whole(workbook, tmp_path):
    path = workbook([["a", "b"], [1, 2], [3, 4]])
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(tmp_path / "small.xlsx", "w") as small:
        for name in book.namelist():
            content = book.read(name)
            if name.endswith("sheet1.xml"):
                content = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:A2"', content)
                assert b"A1:A2" in content
            small.writestr(name, content)
    assert read_export(tmp_path / "small.xlsx").frame.to_numpy().tolist() == [["1", "2"], ["3", "4"]]


def test_a_workbook_or_parquet_file_that_is_none_is_refused_by_name(export, workbook, tmp_path):
    assert "wave.xlsx: not a readable workbook" in refusal(export, "a,b\n1,2\n", "wave.xlsx")
    assert "wave.csv: not a readable workbook" in refusal(export, "a,b\n1,2\n", layout="excel")
    assert "wave.parquet: not a readable Parquet file" in refusal(export, "a,b\n1,2\n", "wave.parquet")
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as other:
        other.writestr("note.txt", "no workbook")
    assert "other.xlsx: not a readable workbook" in refusal(read_export, tmp_path / "other.xlsx")
    assert "empty.xlsx: the first sheet is empty" in refusal(read_export, workbook([], "empty.xlsx"))
    twice = workbook([["a", "a"], [1, 2]], "twice.xlsx")
    assert "twice.xlsx, sheet Sheet: the column 'a' appears 2 times" in refusal(read_export, twice)


def test_parquet_keeps_numbers_and_writes_dates_as_text(tmp_path):
    days = pd.to_datetime(["2026-09-01", None, "2026-09-02T10:05"], format="ISO8601")
    pd.DataFrame({" id ": [2**60 + 1, 5, 6], "day": days, "x": [1.5, None, 2.0]}).to_parquet(tmp_path / "wave.parquet")
    found = read_export(tmp_path / "wave.parquet").frame
    assert found["id"].tolist() == [2**60 + 1, 5, 6]
    assert found["day"].fillna("").tolist() == ["2026-09-01", "", "2026-09-02 10:05:00"]
    assert list(found.index) == [2, 3, 4]


def test_parquet_gives_back_a_named_index_and_leaves_out_blank_rows(tmp_path):
    frame = pd.DataFrame({"a": [1.0, None], "b": ["x", None]})
    frame.to_parquet(tmp_path / "plain.parquet")
    assert list(read_export(tmp_path / "plain.parquet").frame.index) == [2]
    frame.set_index(pd.Index(["r1", "r2"], name="id")).to_parquet(tmp_path / "named.parquet")
    assert read_export(tmp_path / "named.parquet").frame["id"].tolist() == ["r1", "r2"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "wave.csv",
            "wave.csv: the name says text, but the content is a workbook. Give the file its right ending, or name layout='excel'.",
        ),
        ("wave.sav", "wave.sav: the name says an SPSS file, but the content is a workbook."),
        ("wave.parquet", "wave.parquet: the name says a Parquet file, but the content is a workbook."),
    ],
)
def test_a_wrong_ending_is_refused_by_what_the_file_holds(workbook, name, told):
    path = workbook([["a", "b"], [1, 2]], name)
    assert told in refusal(read_export, path)
    assert read_export(path, layout="excel").frame.to_numpy().tolist() == [["1", "2"]]


def test_a_file_without_an_ending_is_read_by_what_it_holds(workbook, export):
    assert read_export(workbook([["a"], [1]], "wave")).layout == "excel"
    assert export("a,b\n1,2\n", "wave.dat").layout == "csv"


@pytest.mark.parametrize("suffix", ["xlsx", "parquet", "sav"])
def test_text_under_another_ending_is_refused_and_read_when_named(export, suffix):
    assert "its first bytes are not those of one. If it is text, name layout='csv'." in refusal(export, "a,b\n1,2\n", f"wave.{suffix}")
    assert export("a,b\n1,2\n", f"wave.{suffix}", layout="csv").frame.to_numpy().tolist() == [["1", "2"]]


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet", "sav"])
def test_an_empty_file_is_refused_whatever_its_ending(export, suffix):
    assert refusal(export, b"", f"wave.{suffix}") == f"wave.{suffix}: the file is empty (0 bytes)."


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"PAR1", b"$FL2", b"$FL3"])
def test_first_bytes_alone_are_no_file(export, start):
    assert "wave.dat: not a readable" in refusal(export, start + b"\x01" * 300, "wave.dat")


def test_a_workbook_that_would_fill_the_memory_is_refused_before_it_is_opened(workbook, tmp_path):
    path = workbook([["a", "b"], [1, 2]])
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        for name in book.namelist():
            bomb.writestr(name, book.read(name))
        with bomb.open("xl/media/image1.bin", "w") as large:
            for _ in range(60):
                large.write(bytes(1_000_000))
    told = refusal(read_export, tmp_path / "bomb.xlsx")
    assert "bomb.xlsx: " in told
    assert "are too many for a survey" in told


def test_rows_with_fewer_cells_are_filled_and_told(export):
    found = export("a,b,c\n1,2\n3,4,5\n\n6\n")
    assert found.frame.to_numpy().tolist() == [["1", "2", ""], ["3", "4", "5"], ["6", "", ""]]
    assert found.notes == ("2 rows have fewer cells than the header and were filled with blanks (rows 2, 5)",)
    assert export('a,b\n"x,\ny","2"\n"z"\n').notes[0].endswith("(rows 3)")
    assert export('a,b\n"x,\ny","2"\n"z",\n').notes == ()


def test_a_separator_too_many_at_the_end_is_no_cell(export):
    assert list(export("a,b,\n1,2,\n3,4,\n").frame.columns) == ["a", "b"]
    assert export("a,b\n1,2,\n3,4,,\n").frame.to_numpy().tolist() == [["1", "2"], ["3", "4"]]
    assert "row 3 has 3 cells, but the header has 2 columns" in refusal(export, "a,b\n1,2,\n3,4,5\n")


def test_a_row_at_the_far_end_of_a_sheet_takes_no_memory(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["B1"], book.active["A2"], book.active["B1000000"] = "a", "b", 1, 2
    book.save(tmp_path / "far.xlsx")
    assert list(read_export(tmp_path / "far.xlsx").frame.index) == [2, 1_000_000]


def test_two_header_rows_with_the_same_words_below_keep_the_words_above(workbook, tmp_path):
    path = workbook([["Food", None, "Wi-Fi", None], ["score", "why", "score", "why"], [1, "a", 2, "b"]])
    book = openpyxl.load_workbook(path)
    book.active.merge_cells("A1:B1")
    book.active.merge_cells("C1:D1")
    book.save(path)
    assert list(read_export(path).frame.columns) == ["Food [score]", "Food [why]", "Wi-Fi [score]", "Wi-Fi [why]"]


@pytest.mark.parametrize(("encoding", "tried"), [("auto", ["", "GB18030", "WINDOWS-1252"]), ("GB18030", ["GB18030"])])
def test_a_process_of_its_own_tries_an_spss_file_with_the_encodings_that_will_read_it(tmp_path, monkeypatch, encoding, tried):
    path, asked = layouts.as_spss(tmp_path), []

    def crashes(command, **_):
        asked.append(command[4:])
        return subprocess.CompletedProcess(command, -11)

    monkeypatch.setattr(subprocess, "run", crashes)
    for _ in range(2):  # a crash is not remembered: it may have been the machine's
        with pytest.raises(DataError, match=r"wave.sav: not a readable SPSS file \(its reader crashes over it\)"):
            read_export(path, encoding=encoding)
    assert asked == [tried, tried]


def test_an_spss_file_that_no_process_can_try_is_a_fault_of_the_machine(tmp_path, monkeypatch):
    def none_left(*_, **__):
        raise OSError(11, "Resource temporarily unavailable")

    path = layouts.as_spss(tmp_path)
    monkeypatch.setattr(subprocess, "run", none_left)
    with pytest.raises(EnvironmentFault, match=r"wave.sav: no process could be started .* Resource temporarily"):
        read_export(path)
