"""The command line: what it prints, and the exit codes."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tiny_project import WITHHELD, Stub, make_project

from csat_lib import cli
from csat_lib.errors import BatchError, BusyError, ConvergenceError, DataError, DisclosureError, EnvironmentFault, ModelError, ParamsError
from csat_lib.report import batch


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.delenv("CSAT_DEBUG", raising=False)
    return make_project(tmp_path)


@pytest.fixture
def csat(project, capsys):
    """Run a command in the project; exit code, output and errors."""

    def call(*words):
        with pytest.raises(SystemExit) as ended:
            cli.main(["--root", str(project), *words])
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return call


@pytest.fixture
def stub(monkeypatch):
    stand_in = Stub()
    monkeypatch.setattr(batch, "execute", stand_in)
    return stand_in


def test_help_needs_no_heavy_package():
    code = (
        "import sys; from csat_lib.cli import cli\n"
        "try: cli(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'pandas', 'numpy', 'matplotlib', 'papermill', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "demo" in done.stdout
    assert done.stdout.endswith("[]\n")


def test_the_module_runs_and_tells_its_version():
    done = subprocess.run([sys.executable, "-m", "csat_lib.cli", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("csat, version ")


def test_run_publishes_and_says_where(csat, stub, project):
    code, out, _ = csat("run", "tiny")
    assert code == 0
    assert out.splitlines()[-1] == str(project / "output" / "tiny" / "2026Q3" / "index.html")
    assert "ok        2026Q3 detail.en" in out


def test_a_withheld_model_has_its_own_exit_code_and_is_published(tmp_path, capsys):
    root = make_project(tmp_path, detail=WITHHELD)
    with pytest.raises(SystemExit) as ended:
        cli.main(["--root", str(root), "run", "tiny", "--only", "detail", "--workers", "1"])
    assert ended.value.code == 4
    assert "csat: the weights do not settle" in capsys.readouterr().err
    assert (root / "output" / "tiny" / "2026Q3" / "detail.en.html").is_file()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ParamsError("a"), 2), (DataError("a"), 3), (ModelError("a"), 4), (ConvergenceError("a"), 4), (DisclosureError("a"), 5),
        (BusyError("a"), 6), (EnvironmentFault("a"), 7), (BatchError("a"), 8), (ValueError("a"), 7), (KeyboardInterrupt(), 130),
    ],
)  # fmt: skip
def test_every_error_has_its_exit_code_and_no_traceback(csat, monkeypatch, error, expected):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(batch, "run", fail)
    code, _, err = csat("run", "tiny")
    assert code == expected
    assert "Traceback" not in err
    assert all(line.startswith("csat: ") for line in err.splitlines() if line)


@pytest.mark.parametrize("words", [("--debug", "run", "tiny", "2030Q1"), ("run", "tiny", "2030Q1", "--debug")])
def test_debug_shows_the_traceback(csat, words):
    code, _, err = csat(*words)
    assert code == 2
    assert "Traceback" in err


def test_debug_does_not_outlive_its_command(csat):
    csat("run", "tiny", "2030Q1", "--debug")
    assert "Traceback" not in csat("run", "tiny", "2030Q1")[2]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "tnyi"), "Did you mean 'tiny'"),
        (("run", "tiny", "2026Q9"), "not a period"),
        (("run", "../tiny"), "cannot be a study's name"),
        (("run", "tiny", "--all", "2026Q3"), "not both"),
        (("run", "tiny", "--workers", "0"), "--workers"),
        (("rnu", "tiny"), "rnu"),
        (("new", "tiny", "2026Q3"), "exists already"),
    ],
)
def test_wrong_usage_is_refused_with_the_remedy(csat, stub, words, told):
    code, _, err = csat(*words)
    assert code == 2
    assert told in err
    assert stub.ran == []


def test_several_periods_with_one_bad_end_with_eight(csat, stub, project):
    stub.faults["detail_2026Q2"] = EnvironmentFault("gone")
    code, _, err = csat("run", "tiny", "--all")
    assert code == 8
    assert "csat: 2026Q2: gone" in err
    assert (project / "output" / "tiny" / "2026Q3" / "index.html").is_file()


def test_a_dry_run_lists_the_jobs_and_writes_nothing(csat, stub, project):
    code, out, _ = csat("run", "tiny", "--all", "--dry-run", "--language", "both")
    assert code == 0
    assert len(out.splitlines()) == 8
    assert stub.ran == []
    assert not (project / "output").exists()


def test_check_says_what_was_read(csat):
    code, out, _ = csat("check", "tiny")
    assert code == 0
    assert "n = 60, 4 items, unweighted" in out
    assert "2 periods" in out
    assert "2 constructs, 1 path" in out
    assert "indicators  none" in out


def test_check_reads_the_indicators_and_the_weight_sets(csat, project):
    study = project / "params" / "tiny"
    (study / "weights").mkdir()
    tree = "index:\n  children:\n    one: {weight: 0.5, item: ITEM}\n    two: {weight: 0.5, item: s2}\n"
    (study / "indicators.yaml").write_text(tree.replace("ITEM", "s9"))
    code, _, err = csat("check", "tiny")
    assert code == 2
    assert "tiny/indicators.yaml: one: no item 's9' in the codebook." in err
    (study / "indicators.yaml").write_text(tree.replace("ITEM", "s1"))
    held = "author: A\ndate: 2026-01-01\nmethod: direct\nreason: B\nlocked: [2026Q2]\nweights: {one: 0.4, two: 0.6}\n"
    (study / "weights" / "first.yaml").write_text(held)
    assert "indicators  2 nodes, 2 items; 1 weight set, indicators in use" in csat("check", "tiny")[1]
    (study / "weights" / "first.yaml").write_text(held.replace("one: 0.4, ", ""))
    code, out, _ = csat("check", "tiny")
    assert code == 0
    assert "warning weight_set: weights/first.yaml: weights: index: no weight for one." in out
    (study / "weights" / "first.yaml").write_text(held.replace("author", "autor"))
    code, _, err = csat("check", "tiny")
    assert code == 2
    assert "weights/first.yaml: unknown key 'autor'. Did you mean 'author'?" in err


def test_check_finds_a_mistake_in_any_period(csat, project):
    (project / "params" / "tiny" / "2026Q2.yaml").write_text("period: 2026Q2\nbootstrp: {draws: 200}\n")
    code, _, err = csat("check", "tiny")
    assert code == 2
    assert "2026Q2.yaml: unknown key 'bootstrp'. Did you mean 'bootstrap'?" in err
    assert csat("check", "tiny", "2026Q3")[0] == 0


def test_check_of_wrong_data_names_the_column(csat, project):
    data = project / "data" / "tiny" / "customers" / "2026Q3.csv"
    data.write_text(data.read_text().replace("s2", "s_2", 1))
    code, _, err = csat("check", "tiny", "2026Q3")
    assert code == 3
    assert "Did you mean 's_2'" in err


def test_new_writes_a_period_and_says_where(csat, project):
    code, out, _ = csat("new", "tiny", "2026Q4")
    assert code == 0
    path = project / "params" / "tiny" / "2026Q4.yaml"
    assert out == f"{path}\n"
    assert "compare_to: 2026Q3" in path.read_text()
