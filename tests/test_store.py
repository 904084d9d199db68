"""The store: typed, traced, safe against half-done and simultaneous imports, and able to forget a respondent."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from conftest import CODEBOOK, answers

from csat_lib.errors import BusyError, DataError, ParamsError
from csat_lib.study import load_study
from csat_lib.survey import load_survey
from csat_lib.survey.provenance import held, record_of
from csat_lib.survey.store import database, erase, has_stored, import_period, stored_survey, without_erased


@pytest.fixture
def project(tiny_project, tmp_path):
    """Two quarters of the shop, and a file for each."""
    root = tiny_project(more={"params/shop/2026Q4.yaml": "period: 2026Q4\n"})
    (tmp_path / "first.csv").write_text(answers(80, seed=1), encoding="utf-8")
    (tmp_path / "second.csv").write_text(answers(90, seed=2), encoding="utf-8")
    return root


@pytest.fixture
def quarter(project):
    return load_study("shop", "2026Q3", root=project)


@pytest.fixture
def first(tmp_path):
    return tmp_path / "first.csv"


@pytest.fixture
def second(tmp_path):
    return tmp_path / "second.csv"


def held_by(path):
    """Ids in a stored file."""
    return set(pd.read_parquet(path)["respondent"])


def test_a_period_is_stored_with_types_and_provenance(project, quarter, first):
    done = import_period(quarter, first)
    assert (done.status, done.rows) == ("imported", 80)
    assert done.path == project / "data" / "shop" / "store" / "period=2026Q3" / "answers.parquet"
    kinds = pd.read_parquet(done.path).dtypes
    assert all(kinds[item] == "float64" for item in quarter.codebook.items)
    assert all(isinstance(each, str) for each in pd.read_parquet(done.path)["region"])
    record = json.loads(done.path.with_name("provenance.json").read_text(encoding="utf-8"))
    assert record["sha256"] == hashlib.sha256(first.read_bytes()).hexdigest()
    assert (record["file"], record["layout"], record["encoding"], record["rows"], record["respondents"]) == (
        "first.csv",
        "csv",
        "utf-8",
        80,
        80,
    )
    assert record == record_of(done.path)


def test_what_is_read_from_the_store_is_what_was_read_from_the_file(quarter):
    import_period(quarter, quarter.paths.data())
    fresh, stored = load_survey(quarter), stored_survey(quarter)
    pd.testing.assert_frame_equal(stored.responses, fresh.responses, check_index_type=False)
    pd.testing.assert_frame_equal(stored.attributes, fresh.attributes, check_index_type=False)
    np.testing.assert_allclose(stored.weights, fresh.weights, rtol=1e-12)
    assert stored.period == quarter.period


def test_the_same_file_again_changes_nothing(quarter, first):
    path = import_period(quarter, first).path
    before = path.read_bytes(), path.stat().st_mtime_ns
    for replace in ("refuse", "revise"):
        assert import_period(quarter, first, replace=replace).status == "unchanged"
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert not (path.parent / "revisions").exists()


def test_another_file_for_the_period_is_refused(quarter, first, second):
    path = import_period(quarter, first).path
    before = path.read_bytes()
    with pytest.raises(DataError, match=r"in the store already, from another file \(first.csv.*Use --replace to put second.csv"):
        import_period(quarter, second)
    assert path.read_bytes() == before


def test_a_replacement_keeps_the_earlier_answers_as_a_revision(quarter, first, second):
    path = import_period(quarter, first).path
    earlier = pd.read_parquet(path)
    assert import_period(quarter, second, replace="revise").status == "revised"
    assert import_period(quarter, first, replace="revise").status == "revised"
    kept = sorted(each.name for each in (path.parent / "revisions").iterdir())
    assert kept == ["1", "2"]
    pd.testing.assert_frame_equal(pd.read_parquet(path.parent / "revisions" / "1" / "answers.parquet"), earlier)
    assert record_of(path.parent / "revisions" / "2" / "answers.parquet")["file"] == "second.csv"
    assert record_of(path)["revision"] == 3


def test_a_changed_codebook_is_said_and_replace_reads_the_file_again(project, quarter, first):
    import_period(quarter, first)
    codebook = project / "params" / "shop" / "codebook.yaml"
    codebook.write_text(CODEBOOK.replace("  quality_fit:\n", "  quality_fit: {direction: reversed}\n"), encoding="utf-8")
    again = load_study("shop", "2026Q3", root=project)
    done = import_period(again, first)
    assert (done.status, "--replace reads the file again" in done.note) == ("unchanged", True)
    before = stored_survey(quarter).responses["quality_fit"]
    assert import_period(again, first, replace="revise").status == "revised"
    np.testing.assert_allclose(stored_survey(again).responses["quality_fit"], 11 - before)


def test_a_file_that_the_checks_refuse_leaves_the_store_as_it_was(quarter, first, second):
    path = import_period(quarter, first).path
    before = path.read_bytes()
    second.write_text(second.read_text(encoding="utf-8").replace("expect_fit", "expected_fit"), encoding="utf-8")
    with pytest.raises(DataError, match="no column 'expect_fit'"):
        import_period(quarter, second, replace="revise")
    assert path.read_bytes() == before
    assert not (path.parent / "revisions").exists()


def test_an_import_that_was_stopped_half_way_is_done_again(quarter, first, second, monkeypatch):
    path = import_period(quarter, first).path
    with monkeypatch.context() as stopped:
        stopped.setattr("csat_lib.survey.store._keep", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            import_period(quarter, second, replace="revise")
    assert len(stored_survey(quarter)) == 80
    path.with_name("provenance.json").unlink()
    assert import_period(quarter, first).status == "unchanged"
    assert path.with_name("provenance.json").is_file()
    assert import_period(quarter, second, replace="revise").status == "revised"
    assert [each.name for each in (path.parent / "revisions").iterdir()] == ["1"]


def test_the_database_holds_every_period(project, quarter, first, second):
    pytest.importorskip("duckdb")
    import_period(quarter, first)
    import_period(load_study("shop", "2026Q4", root=project), second)
    rows = (
        database(quarter).sql("SELECT period, count(*), avg(satisfaction_overall) FROM answers GROUP BY period ORDER BY period").fetchall()
    )
    assert [(period, n) for period, n, _ in rows] == [("2026Q3", 80), ("2026Q4", 90)]
    assert rows[0][2] == pytest.approx(stored_survey(quarter).responses["satisfaction_overall"].mean())


def test_revisions_are_not_in_the_database(quarter, first, second):
    pytest.importorskip("duckdb")
    import_period(quarter, first)
    import_period(quarter, second, replace="revise")
    assert database(quarter).sql("SELECT count(*) FROM answers").fetchall() == [(90,)]


def test_an_empty_store_says_how_to_fill_it(quarter):
    with pytest.raises(DataError, match="csat import shop PERIOD FILE"):
        database(quarter)
    with pytest.raises(DataError, match="csat import shop 2026Q3 FILE"):
        stored_survey(quarter)
    assert not has_stored(quarter)


def test_an_erased_respondent_is_in_no_period_and_no_revision(project, quarter, first, second):
    path = import_period(quarter, first).path
    import_period(quarter, second, replace="revise")
    other = import_period(load_study("shop", "2026Q4", root=project), first).path
    assert erase(quarter, "R5") == 3
    for file in (path, other, path.parent / "revisions" / "1" / "answers.parquet"):
        assert "R5" not in held_by(file)
    assert len(held_by(path)) == 89
    assert record_of(path)["respondents"] == 89
    assert record_of(path)["erased"] == 1


def test_the_log_of_erasures_does_not_hold_the_id(project, quarter, first):
    import_period(quarter, first)
    assert erase(quarter, " R5 ") == 1
    assert erase(quarter, "R5") == 0
    log = project / "data" / "shop" / "restricted" / "erasures.csv"
    rows = list(csv.DictReader(log.open(encoding="utf-8")))
    assert [(row["sha256"], row["rows"]) for row in rows] == [(hashlib.sha256(b"R5").hexdigest(), "1")]
    assert "R5" not in log.read_text(encoding="utf-8")


def test_later_imports_and_raw_files_leave_an_erased_respondent_out(project, quarter, first, second):
    import_period(quarter, first)
    erase(quarter, "R5")
    assert import_period(quarter, second, replace="revise").rows == 89
    kept = without_erased(load_survey(quarter), quarter)
    assert "R5" not in set(kept.attributes["respondent"])
    assert len(kept) == 79


def test_nobody_can_be_erased_without_an_id(tiny_project):
    study = load_study("shop", "2026Q3", root=tiny_project(codebook=CODEBOOK.replace("role: id", "role: ignore")))
    with pytest.raises(ParamsError, match="role id"):
        erase(study, "R5")


def test_two_imports_at_once_leave_one_whole_period(project, first, second):
    code = (
        "import sys; from csat_lib.study import load_study; from csat_lib.survey.store import import_period\n"
        "from csat_lib.errors import CsatError\n"
        "try: print(import_period(load_study('shop', '2026Q3', root=sys.argv[1]), sys.argv[2], replace='revise').status)\n"
        "except CsatError as error: print(error.exit_code)"
    )

    def process(file):
        done = subprocess.run([sys.executable, "-c", code, str(project), str(file)], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    with ThreadPoolExecutor(4) as several:
        said = list(several.map(process, [first, second, first, second]))
    assert set(said) <= {"imported", "revised", "unchanged", "6"}
    assert said.count("imported") == 1
    stored = stored_survey(load_study("shop", "2026Q3", root=project))
    assert len(stored) in {80, 90}
    assert record_of(project / "data/shop/store/period=2026Q3/answers.parquet")["respondents"] == len(stored)


def test_a_period_at_work_is_busy_and_another_is_not(project, quarter, first):
    with held(project / "data" / "shop" / "store" / ".2026Q3.lock", "shop 2026Q3"):
        with pytest.raises(BusyError, match="shop 2026Q3: another import"):
            import_period(quarter, first)
        assert import_period(load_study("shop", "2026Q4", root=project), first).status == "imported"


def test_an_erasure_waits_for_no_import_and_no_import_for_an_erasure(project, quarter, first):
    import_period(quarter, first)
    lock = project / "data" / "shop" / ".store.lock"
    with held(lock, "shop", share="together"), pytest.raises(BusyError):
        erase(quarter, "R5")
    with held(lock, "shop"), pytest.raises(BusyError):
        import_period(quarter, first)
    assert erase(quarter, "R5") == 1


def test_a_file_whose_name_holds_braces_is_read(quarter, first):
    odd = first.with_name("wave {period} {3}.csv")
    first.rename(odd)
    assert import_period(quarter, odd).rows == 80


def test_a_name_that_the_store_needs_is_refused(tiny_project, first):
    codebook = CODEBOOK.replace("  visited: {role: date}", "  period: {role: date, column: visited}")
    with pytest.raises(ParamsError, match="period is a column of the store's own"):
        import_period(load_study("shop", "2026Q3", root=tiny_project(codebook=codebook)), first)


def test_a_missing_file_is_refused(quarter, tmp_path):
    with pytest.raises(DataError, match=r"late\.csv: no such file"):
        import_period(quarter, tmp_path / "late.csv")


@pytest.mark.parametrize(
    "spoil",
    [lambda text: text.replace(text.split(",")[0], "wrong_name", 1), lambda text: text.splitlines()[0] + "\n", lambda _: ""],
    ids=["a misspelt column", "a header alone", "an empty file"],
)
def test_a_refused_file_leaves_the_store_as_it_was(project, quarter, first, tmp_path, spoil):
    import_period(quarter, first)
    store = project / "data" / "shop" / "store"
    before = {path: path.read_bytes() for path in store.rglob("*") if path.is_file() and path.suffix != ".lock"}
    bad = tmp_path / "bad.csv"
    bad.write_text(spoil(first.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(DataError, match=r"bad\.csv"):
        import_period(quarter, bad, replace="revise")
    assert {path: path.read_bytes() for path in store.rglob("*") if path.is_file() and path.suffix != ".lock"} == before
