"""The last look before publication: what is personal is found wherever it stands, and numbers are left alone."""

from __future__ import annotations

import json

import nbformat
import numpy as np
import pytest
from tiny_project import CODEBOOK, Stub, answers, make_project, notebook, snapshot

from csat_lib import cli
from csat_lib.errors import DataError, DisclosureError
from csat_lib.report import batch
from csat_lib.report.batch import run
from csat_lib.report.privacy_scan import Known, traces
from csat_lib.report.runlog import told

NOBODY = Known.of([])
PLANTED = ["王小明", "Ada Quillfeather", "13800138000", "ada@example.org"]


def kinds(text, known=NOBODY, public=""):
    return [each.kind for each in traces("page.html", text, known, public)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("write to ada.quill@mail.example.cn.", "an e-mail address"),
        ("<td>13800138000</td>", "a telephone number"),
        ("call 138 0013 8000 after six", "a telephone number"),
        ("电话：13800138000，谢谢", "a telephone number"),
        ("021-58881234", "a telephone number"),
        ("(415) 555-0100", "a telephone number"),
        ("+44 20 7946 0958", "a telephone number"),
        ("11010519491231002X", "an identity number"),
        ("6222021234567890128", "a bank card number"),
        ("4111 1111 1111 1111", "a bank card number"),
        ("ada&#64;example.org", "an e-mail address"),
        ("电话13800138000谢谢", "a telephone number"),
        ("我的号码是１３８００１３８０００。", "a telephone number"),
        ("Call me on 13800138000.", "a telephone number"),
        ("电话=021-58881234", "a telephone number"),
        ("境外+44 20 7946 0958转", "a telephone number"),
        ("身份证11010519491231002X号", "an identity number"),
        ("卡号6222021234567890128，", "a bank card number"),
        ("邮箱ada@example.cn谢谢", "an e-mail address"),
        ("写信到ada@例子.中国", "an e-mail address"),
    ],
)
def test_what_reaches_or_numbers_a_person_is_seen(text, kind):
    assert kinds(text) == [kind]


@pytest.mark.parametrize(
    "text",
    [
        '<path d="M138.00138000 13800.138000L15812345678.25 0z"/>',
        "0.13800138000123456,-1.3800138e-05,13800138000.5",
        '"sha256": "a13800138000f9813800138000bc4e1"',
        "2026-09-01T10:00:00 to 2026-09-21, seed 20260901",
        "@media (max-width: 600px) and @font-face",
        "11010519491231002",
        "110105194912310021",
        "4111 1111 1111 1112",
        "n = 1,380,013,800 and 555-0100",
        "M0-1234567 12-345-6789",
        '"bytes": 5512345678',
    ],
)
def test_coordinates_hashes_dates_and_failed_check_digits_are_nobody(text):
    assert kinds(text) == []


def test_random_numbers_at_full_precision_are_nobody():
    rng = np.random.default_rng(1)
    lines = [",".join(repr(float(each)) for each in row) for row in rng.normal(0, 1, (2000, 6)) * 10.0 ** rng.integers(-8, 12, (2000, 6))]
    assert kinds("\n".join(lines)) == []


def test_values_of_personal_columns_are_found_by_their_words():
    known = Known.of(PLANTED)
    assert kinds("<td>ADA  QUILLFEATHER</td>", known) == ["a value of a personal column"]
    assert kinds("据王小明说", known) == ["a value of a personal column"]
    assert kinds("Ada alone, and Quillfeathers, are nobody; 王小 is nobody", known) == []


def test_words_that_everybody_says_are_no_names():
    known = Known.of(["Price", "May", "Bo", "42", "高明", "  ", "Rose Green"], public="The price rose; green is ok. 提高明显")
    assert kinds("Price, May, Bo, 42, 提高明显, Rose Green", known) == []


def test_what_the_study_itself_publishes_is_public():
    assert kinds("desk@agency.example", public="contact: desk@agency.example") == []


@pytest.fixture
def project(tmp_path):
    """A study whose file has names, telephone numbers and addresses in columns that the codebook calls personal."""
    root = make_project(tmp_path)
    book = root / "params" / "tiny" / "codebook.yaml"
    book.write_text(CODEBOOK + "  who: {role: personal}\n  reach: {role: personal}\n  remark: {role: comment}\n", encoding="utf-8")
    for period in ("2026Q2", "2026Q3"):
        first, *rows = answers(1).splitlines()
        data = root / "data" / "tiny" / "customers" / f"{period}.csv"
        lines = [f"{row},{PLANTED[place % 2]},{PLANTED[2 + place % 2]},call {PLANTED[2]}" for place, row in enumerate(rows)]
        data.write_text("\n".join([f"{first},who,reach,remark", *lines]) + "\n", encoding="utf-8")
    return root


class Leaking(Stub):
    """One notebook shows what it must not: as a table, a line of text, a key figure's name or a picture."""

    def __init__(self, shown: dict) -> None:
        super().__init__()
        self.shown = shown

    def __call__(self, job, **options):
        outcome = super().__call__(job, **options)
        if job.name == "detail":
            outcome.notebook.cells[-1].outputs = [nbformat.v4.new_output("display_data", data=self.shown)]
        return outcome


CSV = {"application/vnd.csat.table+json": {"name": "people", "csv": "who,n\n%s,30\n"}, "text/plain": "people"}


@pytest.mark.parametrize("value", PLANTED)
@pytest.mark.parametrize("way", ["csv", "html", "text", "metric"])
def test_nothing_is_published_where_a_person_would_be(project, monkeypatch, capsys, value, way):
    monkeypatch.setattr(batch, "execute", Stub())
    run("tiny", root=project)
    before = snapshot(project / "output" / "tiny" / "2026Q3")
    shown = {
        "csv": json.loads(json.dumps(CSV).replace("%s", value)),
        "html": {"text/html": f"<p>{value}</p>", "text/plain": ""},
        "text": {"text/plain": f"who {value}"},
        "metric": {"application/vnd.csat.metrics+json": {f"score {value}": 1.0}, "text/plain": ""},
    }[way]
    monkeypatch.setattr(batch, "execute", Leaking(shown))
    with pytest.raises(SystemExit) as ended:
        cli.main(["--root", str(project), "run", "tiny", "--workers", "1", "--force"])
    told = capsys.readouterr().err
    assert ended.value.code == 5
    assert "csat: Personal data would have been published" in told
    assert value not in told
    assert "Traceback" not in told
    assert snapshot(project / "output" / "tiny" / "2026Q3") == before


def test_a_study_with_personal_columns_is_published_when_nothing_shows_them(project, monkeypatch):
    monkeypatch.setattr(batch, "execute", Stub())
    run("tiny", root=project, language="both")
    for name, content in snapshot(project / "output").items():
        assert not any(each.encode() in content for each in PLANTED), name


def test_a_hidden_group_that_two_tables_give_away_is_refused(project, monkeypatch):
    first = "by,segment,n\n,all,60\nregion,north,30\nregion,south,\nregion,isles,\n"
    second = "by,segment,n\n,all,60\nregion,north,\nregion,south,26\nregion,isles,\n"

    class Twice(Stub):
        def __call__(self, job, **options):
            outcome = super().__call__(job, **options)
            text = first if job.name == "detail" else second
            data = {"application/vnd.csat.table+json": {"name": f"by_{job.name}", "csv": text}, "text/plain": ""}
            outcome.notebook.cells[-1].outputs = [nbformat.v4.new_output("display_data", data=data)]
            return outcome

    monkeypatch.setattr(batch, "execute", Twice())
    with pytest.raises(DisclosureError, match=r"by_detail, by_headline: region=isles") as refusal:
        run("tiny", root=project)
    assert refusal.value.exit_code == 5
    assert not (project / "output" / "tiny" / "2026Q3").exists()


def test_a_kept_page_is_looked_at_again(project, monkeypatch):
    monkeypatch.setattr(batch, "execute", Stub())
    run("tiny", root=project)
    page = project / "output" / "tiny" / "2026Q3" / "headline.en.html"
    page.write_text(page.read_text(encoding="utf-8") + "<p>ada@example.org</p>", encoding="utf-8")
    with pytest.raises(DisclosureError, match=r"headline\.en\.html, line \d+: an e-mail address"):
        run("tiny", root=project, only=["detail"], rerun="all")


def test_a_notebook_without_outputs_of_people_stays_quiet():
    assert kinds(nbformat.writes(notebook("study", "period"))) == []


@pytest.mark.parametrize("secret", ["13800138000", "138-0013-8000", "11010519491231002X", "110105194912310021", "ada@例子.中国"])
def test_a_log_line_in_chinese_holds_no_number_of_a_person(secret):
    assert told(f"第 7 行：电话{secret}谢谢。") in {"第 7 行：电话[removed]谢谢。", "第 7 行：[removed]。"}
    assert told("interviews outside 2026-09-01 to 2026-09-20") == "interviews outside 2026-09-01 to 2026-09-20"


@pytest.mark.parametrize("value", PLANTED)
def test_a_failed_notebook_is_kept_without_the_outputs_that_show_a_person_and_with_all_others(project, monkeypatch, value, capsys):
    class Failing(Leaking):
        def __call__(self, job, **options):
            outcome = super().__call__(job, **options)
            if job.name == "detail":
                harmless = nbformat.v4.new_code_cell("2", outputs=[nbformat.v4.new_output("stream", name="stdout", text="row 7 of 60")])
                outcome.notebook.cells.append(harmless)
            return outcome

    stub = Failing({"text/html": f"<p>{value}</p>", "text/plain": f"first line\n{value}"})
    stub.faults["detail"] = DataError(f"the answer of\n{value}\nis none")
    monkeypatch.setattr(batch, "execute", stub)
    with pytest.raises(SystemExit):
        cli.main(["--root", str(project), "run", "tiny", "--workers", "1"])
    told = capsys.readouterr().err
    assert "is none" in told
    assert value not in told
    files = snapshot(project / "output")
    kept = next(content for name, content in files.items() if name.endswith("detail.failed.ipynb")).decode()
    assert "outputs left out: they hold" in kept
    assert "row 7 of 60" in kept
    for name, content in files.items():
        assert value.encode() not in content, name
