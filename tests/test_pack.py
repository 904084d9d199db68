"""A report as one file to mail, and a period as workbooks."""

from __future__ import annotations

import base64
import re
import shutil

import openpyxl
import pytest
from tiny_project import Stub, make_project

from csat_lib import cli
from csat_lib.errors import DataError, ParamsError
from csat_lib.report import batch, pack, workbook
from csat_lib.report.batch import run
from csat_lib.study import load_study


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Published in both languages; one table holds what a spreadsheet would run."""

    class Linked(Stub):
        def __call__(self, job, **options):
            outcome = super().__call__(job, **options)
            if job.name == "headline":
                data = outcome.notebook.cells[-1].outputs[0].data
                link = '<a class="csv" href="tables/scores.csv" aria-label="Data">CSV</a>'
                data["text/html"] = f'<div>{link} <a href="#scores">below</a></div>'
                data["application/vnd.csat.exhibit+json"] = {"kind": "table"}
                data["application/vnd.csat.table+json"]["csv"] = "segment,estimate,code\n'=1+1,-73.25,007\n@x,1e-05,\n+49,NaN,2\n"
            return outcome

    monkeypatch.setattr(batch, "execute", Linked())
    root = make_project(tmp_path / "project")
    (root / "notebooks" / "headline.ipynb").rename(root / "notebooks" / "10_headline.ipynb")
    shutil.copyfile(root / "notebooks" / "10_headline.ipynb", root / "notebooks" / "headline.ipynb")
    run("tiny", root=root, language="both")
    return root


def test_a_packed_page_needs_no_other_file(project, tmp_path, monkeypatch):
    monkeypatch.setattr(pack.shutil, "which", lambda _: None)
    done = pack.pack(load_study("tiny", root=project), tmp_path / "mail", only="headline")
    assert [path.name for path in done.files] == ["tiny-2026Q3-headline.en.html", "tiny-2026Q3-headline.zh.html"]
    assert "no Chromium" in done.note
    html = done.files[0].read_text(encoding="utf-8")
    links = re.findall(r'href="([^"]*)"', html)
    assert all(each.startswith(("#", "data:text/csv;charset=utf-8;base64,")) for each in links)
    (data,) = (each for each in links if each.startswith("data:"))
    assert base64.b64decode(data.split(",", 1)[1]) == (project / "output/tiny/2026Q3/tables/scores.csv").read_bytes()
    assert 'download="scores.csv"' in html
    assert "default-src 'none'" in html
    assert not re.search(r"index\.html|\.ipynb|<script", html)


def test_the_page_that_managers_read_is_packed_unless_another_is_asked_for(project, tmp_path, monkeypatch):
    monkeypatch.setattr(pack.shutil, "which", lambda _: None)
    study = load_study("tiny", root=project)
    assert pack.pack(study, tmp_path).files[0].name == "tiny-2026Q3-detail.en.html"
    with pytest.raises(ParamsError, match=r"no page 'haedline'. Did you mean 'headline'"):
        pack.pack(study, tmp_path, only="haedline")


def test_a_table_that_is_gone_is_named(project, tmp_path):
    study = load_study("tiny", root=project)
    (project / "output/tiny/2026Q3/tables/scores.csv").unlink()
    with pytest.raises(DataError, match=r"scores\.csv"):
        pack.pack(study, tmp_path, only="headline")


def test_nothing_published_cannot_be_packed_or_exported(project, tmp_path):
    study = load_study("tiny", "2026Q2", root=project)
    with pytest.raises(DataError, match=r"csat run tiny 2026Q2"):
        pack.pack(study, tmp_path)
    with pytest.raises(DataError, match=r"csat run tiny 2026Q2"):
        workbook.export_tables(study, tmp_path / "a.xlsx")


@pytest.mark.skipif(not any(map(shutil.which, pack.CHROMIUM)), reason="there is no Chromium on this machine")
def test_chromium_prints_the_page(project, tmp_path):
    done = pack.pack(load_study("tiny", root=project), tmp_path, only="headline")
    pdfs = [path for path in done.files if path.suffix == ".pdf"]
    assert len(pdfs) == 2
    assert pdfs[0].read_bytes().startswith(b"%PDF")


def test_the_workbook_holds_every_table_with_text_kept_text(project, tmp_path):
    path = workbook.export_tables(load_study("tiny", root=project), tmp_path / "tables.xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["tables", "scores"]
    assert [[cell.value for cell in row] for row in book["tables"].iter_rows()] == [["sheet", "table", "rows"], ["scores", "scores", 3]]
    cells = [[(cell.value, cell.data_type) for cell in row] for row in book["scores"].iter_rows()]
    assert cells[1] == [("'=1+1", "s"), (-73.25, "n"), ("007", "s")]
    assert cells[2][0] == ("'@x", "s")
    assert cells[2][1] == (1e-05, "n")
    assert cells[3][:2] == [("'+49", "s"), ("NaN", "s")]


def test_scores_stay_restricted_and_are_means_on_0_to_100(project):
    study = load_study("tiny", root=project)
    path = workbook.export_scores(study)
    assert path == project / "data" / "tiny" / "restricted" / "2026Q3" / "scores.xlsx"
    rows = list(openpyxl.load_workbook(path)["respondents"].iter_rows(values_only=True))
    items = ("q1", "q2", "s1", "s2")
    assert rows[0] == ("row", "region", *items, *(f"{item}_score" for item in items), "quality_score", "satisfaction_score")
    first = dict(zip(rows[0], rows[1], strict=True))
    assert len(rows) == 61
    assert first["q1_score"] == pytest.approx(100 * (first["q1"] - 1) / 9)
    assert first["quality_score"] == pytest.approx((first["q1_score"] + first["q2_score"]) / 2)


def test_long_names_and_like_names_get_sheets_of_their_own():
    names = ["a" * 40, "a" * 41, "A" * 31, "tables"]
    sheets = list(workbook._names(names).values())
    assert len({each.casefold() for each in sheets}) == 4
    assert all(len(each) <= 31 for each in sheets)


def test_the_commands_say_where_they_wrote(project, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(pack.shutil, "which", lambda _: None)
    for words, told in (
        (["pack", "tiny", "2026Q3", "--to", str(tmp_path)], "tiny-2026Q3-detail.en.html"),
        (["export", "tiny", "2026Q3", "--to", str(tmp_path / "a.xlsx")], "restricted/2026Q3/scores.xlsx"),
    ):
        with pytest.raises(SystemExit) as ended:
            cli.main(["--root", str(project), *words])
        assert not ended.value.code
        assert told in capsys.readouterr().out
