"""What a run skips, what status, verify and unpublish say, revisions, the log, and the command on failure."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from tiny_project import Stub, facts, make_project, notebook, snapshot

from csat_lib import cli
from csat_lib.errors import DataError, DisclosureError, EnvironmentFault, ParamsError
from csat_lib.report import batch, runlog
from csat_lib.report.batch import run
from csat_lib.study import inputs, load_study, standings
from csat_lib.study.inputs import Seals

DATA = "data/tiny/customers/2026Q3.csv"


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path)


@pytest.fixture
def stub(monkeypatch):
    stand_in = Stub()
    monkeypatch.setattr(batch, "execute", stand_in)
    return stand_in


@pytest.fixture
def csat(project, capsys):
    def call(*words):
        with pytest.raises(SystemExit) as ended:
            cli.main(["--root", str(project), *words])
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return call


def state(project, period="2026Q3"):
    return next(each for each in standings("tiny", root=project) if each.period == period)


def change(path: Path, text: str = "\n# a remark\n") -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_a_second_run_with_nothing_changed_runs_nothing_and_writes_nothing(project, stub):
    run("tiny", "all", root=project)
    before = snapshot(project / "output")
    stub.ran.clear()
    assert run("tiny", "all", root=project) == ()
    assert stub.ran == []
    assert snapshot(project / "output") == before


@pytest.mark.parametrize(
    ("name", "due"),
    [
        (DATA, {"2026Q3 detail", "2026Q3 headline"}),
        ("data/tiny/customers/2026Q2.csv", {f"{period} {page}" for period in ("2026Q2", "2026Q3") for page in ("detail", "headline")}),
        ("params/tiny/2026Q3.yaml", {"2026Q3 detail", "2026Q3 headline"}),
        ("params/tiny/codebook.yaml", {f"{period} {page}" for period in ("2026Q2", "2026Q3") for page in ("detail", "headline")}),
        ("notebooks/detail.ipynb", {"2026Q2 detail", "2026Q3 detail"}),
    ],
)
def test_what_changed_is_run_again_and_nothing_else(project, stub, name, due):
    run("tiny", "all", root=project)
    stub.ran.clear()
    if name.endswith(".csv"):
        change(project / name, "7,7,7,7,north\n")
    elif name.endswith(".ipynb"):
        nbformat.write(notebook("2 + 2"), project / name)
    else:
        change(project / name)
    assert any(name in reason for reason in state(project).reasons)
    run("tiny", "all", root=project)
    assert set(stub.ran) == due
    assert state(project).state == "published"


def test_other_code_makes_every_page_stale(project, stub, monkeypatch):
    run("tiny", root=project)
    monkeypatch.setattr(sys.modules["csat_lib.study.inputs"], "code", lambda: {"sha256": "0", "bytes": 1})
    assert state(project).reasons == ("csat_lib changed",)


def test_force_runs_what_is_up_to_date(project, stub):
    run("tiny", root=project)
    run("tiny", root=project, rerun="all")
    assert len(stub.ran) == 4


def test_another_language_is_added_and_the_first_is_kept(project, stub):
    run("tiny", root=project)
    stub.ran.clear()
    run("tiny", root=project, language="both")
    assert {each["language"] for each in facts(project)["reports"]} == {"en", "zh"}
    assert len(stub.ran) == 2
    assert state(project).state == "published"


def test_a_page_that_was_removed_or_cut_is_made_again(project, stub):
    run("tiny", root=project)
    (project / "output" / "tiny" / "2026Q3" / "detail.en.html").write_text("")
    stub.ran.clear()
    run("tiny", root=project)
    assert stub.ran == ["2026Q3 detail"]


def test_data_from_a_database_are_never_taken_for_unchanged(project, stub, monkeypatch):
    run("tiny", root=project)
    change(project / "params" / "tiny" / "2026Q3.yaml", "queries: {complaints: SELECT 1}\n")
    assert state(project).reasons == ("its data come from a database",)


def test_a_file_of_equal_size_and_time_is_told_apart_by_its_content_when_the_store_is_left_aside(tmp_path):
    file, store = tmp_path / "a.csv", tmp_path / "seals.json"
    file.write_text("one")
    os.utime(file, (1, 1))
    seals = Seals(store)
    first = seals.of(file)
    seals.keep()
    assert Seals(store).of(file) == first
    file.write_text("two")
    assert Seals(store).of(file) != first  # another time of change
    assert Seals().of(file) == Seals(store).of(file)


def test_a_file_changed_just_now_is_not_remembered(tmp_path):
    file, store = tmp_path / "a.csv", tmp_path / "seals.json"
    file.write_text("one")
    seals = Seals(store)
    seals.of(file)
    seals.keep()
    assert not store.exists()


def test_a_spoilt_store_of_seals_costs_nothing(project, stub):
    folder = project / "data" / "tiny" / "restricted"
    folder.mkdir()
    (folder / "seals.json").write_text("{broken")
    run("tiny", root=project)
    assert state(project).state == "published"


def test_a_later_period_does_not_make_an_earlier_one_stale(project, stub):
    run("tiny", root=project)
    (project / "params" / "tiny" / "2026Q4.yaml").write_text("period: 2026Q4\n")
    (project / DATA.replace("Q3", "Q4")).write_text((project / DATA).read_text())
    assert state(project).state == "published"
    assert DATA in inputs(load_study("tiny", "2026Q3", root=project), [])


def test_a_revision_is_numbered_and_says_what_changed(project, stub):
    run("tiny", root=project)
    assert (facts(project)["revision"], facts(project)["revisions"]) == (1, [])
    run("tiny", root=project, rerun="all")
    assert facts(project)["revision"] == 1  # every published file is what it was
    change(project / DATA, "7,7,7,7,north\n")
    figure = Stub.__call__

    def moved(self, job, **options):
        outcome = figure(self, job, **options)
        for output in outcome.notebook.cells[-1].get("outputs", []):
            output.data["application/vnd.csat.metrics+json"]["index"] = 74.5
        return outcome

    Stub.__call__ = moved
    try:
        run("tiny", root=project)
    finally:
        Stub.__call__ = figure
    told = facts(project)
    assert told["revision"] == 2
    (entry,) = told["revisions"]
    assert entry["inputs"] == [DATA]
    assert entry["figures"] == {"index": {"from": 73.0, "to": 74.5}}
    assert "metrics.json" in entry["files"]


def test_status_says_when_and_why(csat, stub, project):
    assert csat("status", "tiny")[1].split() == ["tiny", "2026Q3", "never", "-", "2026Q2", "never", "-"]
    run("tiny", root=project)
    assert " published " in csat("status", "tiny")[1]
    change(project / DATA, "7,7,7,7,north\n")
    code, out, _ = csat("status")
    assert code == 0
    assert " stale " in out
    assert f"{DATA} changed" in out
    stub.faults["detail"] = EnvironmentFault("no memory left")
    with pytest.raises(EnvironmentFault):
        run("tiny", root=project)
    out = csat("status", "tiny")[1]
    assert " failed " in out
    assert "no memory left" in out
    stub.faults.clear()
    run("tiny", root=project)
    assert " published " in csat("status", "tiny")[1]


def test_status_tells_of_every_study_and_then_of_those_that_cannot_be_read(csat, stub, project):
    for name, text in {"blank": "title: Blank\n", "wrong": "titel: Wrong\n"}.items():
        (project / "params" / name).mkdir()
        (project / "params" / name / "study.yaml").write_text(text, encoding="utf-8")
    (project / "params" / "wrong" / "2026Q3.yaml").write_text("period: 2026Q3\n", encoding="utf-8")
    run("tiny", root=project)
    code, out, err = csat("status")
    assert code == 2
    assert out.splitlines()[:3] == ["blank", "  no period yet", "tiny"]
    assert " published " in out
    assert "Did you mean 'title'" in err
    assert csat("status", "blank")[0] == 2


def test_a_failure_is_forgotten_when_what_caused_it_is_taken_back(csat, stub, project):
    run("tiny", root=project)
    good = (project / DATA).read_text()
    (project / DATA).write_text(good + "7,7,7,7,north\n")
    stub.faults["detail"] = EnvironmentFault("no memory left")
    with pytest.raises(EnvironmentFault):
        run("tiny", root=project)
    (project / DATA).write_text(good)
    stub.faults.clear()
    assert csat("run", "tiny")[0] == 0
    assert " published " in csat("status", "tiny")[1]


def test_status_and_an_idle_run_import_nothing_heavy(project, stub):
    run("tiny", root=project)
    for words in (["status", "tiny"], ["run", "tiny"], ["verify", "tiny"]):
        code = (
            "import sys; from csat_lib.cli import main\n"
            "try: main(sys.argv[1:])\n"
            "except SystemExit as end: print('code', end.code)\n"
            "print(sorted({'pandas', 'numpy', 'matplotlib', 'nbformat', 'scipy'} & set(sys.modules)))"
        )
        command = [sys.executable, "-c", code, "--root", str(project), *words]
        path = str(Path(__file__).resolve().parents[1])
        done = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-2:] == ["code 0", "[]"], done.stdout


def test_verify_names_every_file_that_is_not_what_was_published(csat, stub, project):
    assert csat("verify", "tiny", "2026Q3")[0] == 3
    run("tiny", root=project)
    code, out, _ = csat("verify", "tiny", "2026Q3")
    assert code == 0
    assert "8 files as published" in out
    folder = project / "output" / "tiny" / "2026Q3"
    (folder / "tables" / "scores.csv").write_text("construct,estimate\nsatisfaction,74.0\n")
    (folder / "detail.en.html").unlink()
    (folder / "notes.txt").write_text("mine")
    code, _, err = csat("verify", "tiny", "2026Q3")
    assert code == 3
    assert "altered: tables/scores.csv" in err
    assert "missing: detail.en.html" in err
    assert "not published by csat: notes.txt" in err


def test_verify_passes_a_stale_report_and_says_what_changed(csat, stub, project):
    run("tiny", root=project)
    change(project / DATA, "7,7,7,7,north\n")
    code, out, _ = csat("verify", "tiny", "2026Q3")
    assert code == 0
    assert f"since then: {DATA} changed" in out


def test_unpublish_takes_one_period_away_and_rewrites_the_index(csat, stub, project):
    run("tiny", "all", root=project)
    assert csat("unpublish", "tiny", "2026Q1")[0] == 2
    code, _, _ = csat("unpublish", "tiny", "2026Q2")
    assert code == 0
    assert [path.name for path in (project / "output" / "tiny").iterdir() if path.is_dir()] == ["2026Q3"]
    assert all("2026Q2" not in path.read_text(encoding="utf-8") for path in (project / "output" / "tiny").glob("compare*.html"))
    assert "tiny/2026Q2/" not in (project / "output" / "index.html").read_text()
    assert (project / "data/tiny/customers/2026Q2.csv").is_file()


def test_provisional_stands_on_every_page_in_its_language(project, stub):
    change(project / "params" / "tiny" / "2026Q3.yaml", "status: provisional\n")
    run("tiny", root=project, language="both")
    folder = project / "output" / "tiny" / "2026Q3"
    for page in ("detail", "headline"):
        assert "These figures are provisional" in (folder / f"{page}.en.html").read_text(encoding="utf-8")
        assert "本期为初步数据" in (folder / f"{page}.zh.html").read_text(encoding="utf-8")
    file = project / "params" / "tiny" / "2026Q3.yaml"
    file.write_text(file.read_text().replace("provisional", "final"))
    run("tiny", root=project, language="both")
    html = (folder / "detail.en.html").read_text(encoding="utf-8")
    assert "provisional" not in html
    assert "final figures" in html
    assert facts(project)["revision"] == 2


def test_a_wrong_status_is_refused_by_name(project):
    change(project / "params" / "tiny" / "2026Q3.yaml", "status: draft\n")
    with pytest.raises(ParamsError, match="status"):
        load_study("tiny", "2026Q3", root=project)


def test_every_run_leaves_one_log_of_json_lines(project, stub):
    stub.faults["detail_2026Q2"] = DataError("row 7: li@example.cn and 13912345678 are not numbers")
    with pytest.raises(Exception, match="1 of 2"):
        run("tiny", "all", root=project)
    (log,) = (project / "data" / "tiny" / "restricted" / "logs").iterdir()
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [each["event"] for each in lines] == ["plan", "plan", "job", "job", "job", "job", "published", "failed", "end"] or {
        each["event"] for each in lines
    } == {"plan", "job", "published", "failed", "end"}
    jobs = [each for each in lines if each["event"] == "job"]
    assert {(each["period"], each["notebook"], each["language"], each["status"]) for each in jobs} == {
        ("2026Q2", "headline", "en", "ok"),
        ("2026Q2", "detail", "en", "failed"),
        ("2026Q3", "headline", "en", "ok"),
        ("2026Q3", "detail", "en", "ok"),
    }
    assert lines[-1]["failures"] == {"2026Q2": "DataError"}
    text = log.read_text(encoding="utf-8")
    assert "li@example.cn" not in text
    assert "13912345678" not in text
    assert "row 7: [removed] and [removed]" in text


def test_a_disclosure_is_logged_without_what_it_disclosed():
    assert "Li Wei" not in runlog.told(DisclosureError("the name Li Wei"))


def test_the_command_on_failure_gets_period_and_error(project, stub, tmp_path):
    heard = tmp_path / "heard.json"
    script = tmp_path / "tell.py"
    script.write_text(
        "import json, os, sys\ntold = [os.environ[f'CSAT_{each}'] for each in ('PERIOD', 'ERROR', 'EXIT')]\n"
        f"json.dump([sys.argv[1:], *told], open({str(heard)!r}, 'w'))"
    )
    stub.faults["detail"] = EnvironmentFault("no memory; rm -rf $HOME")
    with pytest.raises(EnvironmentFault):
        run("tiny", root=project, on_failure=f"{sys.executable} {script}")
    assert json.loads(heard.read_text()) == [
        ["tiny", "2026Q3", "no memory; rm -rf $HOME"],
        "2026Q3",
        "no memory; rm -rf $HOME",
        "7",
    ]


@pytest.mark.parametrize("command", ['tell "me', "  "])
def test_a_command_that_cannot_be_read_is_refused_before_anything_runs(project, stub, command):
    with pytest.raises(ParamsError, match="--on-failure"):
        run("tiny", root=project, on_failure=command)
    assert stub.ran == []


def test_a_command_that_does_not_exist_hides_no_error(project, stub, caplog):
    stub.faults["detail"] = EnvironmentFault("no memory")
    with pytest.raises(EnvironmentFault, match="no memory"):
        run("tiny", root=project, on_failure="there-is-no-such-command")
    assert "there-is-no-such-command" in caplog.text


def test_a_dry_run_says_what_would_run_and_why(csat, stub, project):
    run("tiny", root=project)
    nbformat.write(notebook("2 + 2"), project / "notebooks" / "detail.ipynb")
    stub.ran.clear()
    code, out, err = csat("run", "tiny", "--all", "--dry-run")
    assert code == 0
    assert "run  tiny 2026Q3 detail.en: notebooks/detail.ipynb changed" in out
    assert "keep tiny 2026Q3 headline.en" in out
    assert "run  tiny 2026Q2 headline.en: not yet published" in out
    assert "3 pages to run, 1 up to date" in err
    assert stub.ran == []
    assert "keep" not in csat("run", "tiny", "--dry-run", "--force")[1]
