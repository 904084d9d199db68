"""Files made to break the readers: whatever the bytes, a reader gives a frame with unique names or says what is wrong."""

from __future__ import annotations

import csv
import random
import zipfile
from pathlib import Path

import layouts
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csat_lib.errors import CsatError, DataError
from csat_lib.study import load_codebook
from csat_lib.survey import Survey
from csat_lib.survey.exports import read_export

FOUND = sorted(path for path in (Path(__file__).parent / "found").iterdir() if path.suffix != ".md")
XML = [b"<", b"&x;", b"-1", b"", b"\x00", b"1e999", b"<!DOCTYPE x [<!ENTITY y 'z'>]>"]
few = settings(max_examples=80, deadline=None, derandomize=True, database=None)


def read(path):
    """Refused by name, or whole: unique columns, unique rows, nothing lost on the way."""
    try:
        export = read_export(path)
    except CsatError as refusal:
        return str(refusal)
    assert export.frame.columns.is_unique
    assert export.frame.index.is_unique
    assert len(export.frame)
    return ""


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_what_a_fuzzer_found_is_refused_by_name(path):
    with pytest.raises(DataError, match=path.name):
        read_export(path)


@pytest.mark.parametrize("write", layouts.WRITERS, ids=lambda write: write.__name__)
@pytest.mark.parametrize("seed", range(12))
def test_a_spoilt_file_of_any_layout_is_read_or_refused(tmp_path, write, seed):
    """Bytes turned, taken out, put in, repeated or cut off, as a bad line or a bad disk does."""
    path = write(tmp_path)
    raw, dice = bytearray(path.read_bytes()), random.Random(f"{write.__name__}{seed}")  # noqa: S311  dice
    for _ in range(dice.choice([1, 3, 12])):
        place = dice.randrange(len(raw))
        match dice.randrange(5):
            case 0:
                raw[place] = dice.randrange(256)
            case 1:
                del raw[place : place + dice.choice([1, 7, 60])]
            case 2:
                raw[place:place] = dice.choice([b"\x00", b'"', b",", b"\r", b"\xff\xfe", b"9" * 400, "－１".encode()])
            case 3:
                raw[place:place] = raw[place : place + dice.randrange(200)]
            case _:
                del raw[max(place, 8) :]
    path.write_bytes(bytes(raw))
    told = read(path)
    assert told == "" or path.name in told


@pytest.mark.parametrize("seed", range(30))
def test_a_workbook_with_spoilt_xml_is_read_or_refused(tmp_path, seed):
    path, dice = layouts.as_excel(tmp_path), random.Random(seed)  # noqa: S311
    with zipfile.ZipFile(path) as archive:
        members = {name: bytearray(archive.read(name)) for name in archive.namelist()}
    name = dice.choice([name for name in members if name.startswith("xl/")])
    for _ in range(dice.choice([1, 5])):
        place = dice.randrange(len(members[name]))
        members[name][place : place + dice.randrange(9)] = dice.choice(
            [b"<", b"&x;", b"-1", b"", b"\x00", b"1e999", b"<!DOCTYPE x [<!ENTITY y 'z'>]>"]
        )
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, bytes(content))
    told = read(path)
    assert told == "" or path.name in told


@few
@given(st.binary(min_size=1, max_size=300), st.sampled_from([".csv", ".xlsx", ".parquet", ".sav", ".txt", ""]))
def test_any_bytes_under_any_ending_are_read_or_refused(tmp_path_factory, raw, suffix):
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_bytes(raw)
    told = read(path)
    assert told == "" or path.name in told


cells = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=12) | st.sampled_from(
    ["", "5", "-3", "=1+1", "99", "1e9"]
)


@few
@given(st.lists(st.lists(cells, min_size=6, max_size=6), min_size=1, max_size=8))
def test_any_cells_under_a_right_header_are_a_survey_or_a_refusal(tmp_path_factory, rows):
    """And no answer leaves its scale."""
    folder = tmp_path_factory.getbasetemp()
    book = folder / "any_codebook.yaml"
    book.write_text(layouts.CODEBOOK, encoding="utf-8")
    path = folder / "any_cells.csv"
    path.write_text(layouts.text_of([layouts.NAMES, *rows]), encoding="utf-8", newline="")
    try:
        survey = Survey.from_frame(read_export(path).frame, load_codebook(book))
    except CsatError as refusal:
        assert refusal.exit_code == 3  # noqa: PT017  a refusal is one of two right answers
        return
    answers = survey.responses.to_numpy()
    assert ((answers >= 1) & (answers <= 5) | np.isnan(answers)).all()
    assert len(survey) <= len(rows)


names = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12).filter(str.strip)


@few
@given(st.lists(names, min_size=2, max_size=6, unique_by=str.strip), st.integers(1, 5))
def test_what_is_written_is_what_is_read(tmp_path_factory, header, rows):
    """A quoted table comes back cell by cell, whatever its column names; no row is lost and none shifted."""
    path = tmp_path_factory.getbasetemp() / "same.csv"
    body = [[f"r{row}c{column}" for column in range(len(header))] for row in range(rows)]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([header, *body])
    export = read_export(path, layout="csv")
    assert list(export.frame.columns) == [name.strip() for name in header]
    assert export.frame.to_numpy().tolist() == body
    assert export.frame.index.tolist() == list(range(2, rows + 2))
