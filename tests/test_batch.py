"""The batch: checks before kernels, publication, withheld models, failures that leave the last good report alone."""

from __future__ import annotations

import json
import logging

import nbformat
import pytest
from tiny_project import GOOD, HEADLINE, WITHHELD, Stub, facts, make_project, notebook, snapshot

from csat_lib.errors import BatchError, BusyError, DataError, DisclosureError, EnvironmentFault, ModelError, ParamsError
from csat_lib.report import batch, publish
from csat_lib.report.batch import run
from csat_lib.report.engine import Job, execute
from csat_lib.report.kernel import Watch
from csat_lib.report.plan import in_turn


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """One run with real kernels: a good notebook and one whose model is refused."""
    root = make_project(tmp_path_factory.mktemp("project"), headline=[HEADLINE], detail=WITHHELD)
    seen = []
    return root, run("tiny", root=root, workers=2, on_progress=seen.append), seen


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path)


@pytest.fixture
def stub(monkeypatch):
    """Outcomes without kernels; faults may be added."""
    stand_in = Stub()
    monkeypatch.setattr(batch, "execute", stand_in)
    return stand_in


def test_a_period_is_published_whole(published):
    root, _, _ = published
    folder = root / "output" / "tiny" / "2026Q3"
    names = set(snapshot(folder))
    assert names == {
        "index.html", "index.zh.html", "headline.en.html", "detail.en.html", "notebooks/headline.en.ipynb", "notebooks/detail.en.ipynb",
        "tables/scores.csv", "metrics.json", "manifest.json",
    }  # fmt: skip
    assert (folder / "tables" / "scores.csv").read_text() == "construct,estimate\nsatisfaction,73.0\n"
    assert json.loads((folder / "metrics.json").read_text())["index"] == 73.0
    assert [path.name for path in (root / "output" / "tiny").iterdir()] == ["2026Q3"]
    assert "2026Q3" in (root / "output" / "index.html").read_text()


def test_a_refused_model_is_withheld_and_the_rest_published(published):
    root, reports, seen = published
    assert [(each.name, each.status) for each in reports] == [("headline", "ok"), ("detail", "withheld")]
    assert reports[1].error == "the weights do not settle"
    assert sorted(seen, key=str) == sorted(reports, key=str)
    done = nbformat.read(root / "output" / "tiny" / "2026Q3" / "notebooks" / "detail.en.ipynb", as_version=4)
    assert done.cells[-1].outputs[0].data["text/plain"] == "2"


def test_no_absolute_path_is_published(published):
    root, _, _ = published
    for name, content in snapshot(root / "output").items():
        assert str(root).encode() not in content, name
        assert b"ipykernel_" not in content, name


def test_the_manifest_names_inputs_outputs_and_reports(published):
    root, _, _ = published
    told = facts(root)
    assert {"params/tiny/2026Q3.yaml", "params/models/tiny.yaml", "data/tiny/customers/2026Q3.csv", "notebooks/detail.ipynb"} <= set(
        told["inputs"]
    )
    assert set(told["outputs"]) == set(snapshot(root / "output" / "tiny" / "2026Q3")) - {"manifest.json"}
    assert told["respondents"] == 60
    assert told["seed"] == 1
    assert told["parameters"]["title"]["en"] == "Tiny <Shop>"
    assert [each["status"] for each in told["reports"]] == ["withheld", "ok"]


def test_a_kernel_that_overruns_or_dies_fails_by_name(tmp_path):
    root = make_project(tmp_path, detail=["import time; time.sleep(60)"], headline=["import os; os._exit(1)"])
    jobs = {
        name: Job("tiny", "2026Q3", name, "en", root / "notebooks" / f"{name}.ipynb", root, tmp_path / f"{name}.done.ipynb")
        for name in ("detail", "headline")
    }
    slow = execute(jobs["detail"], watch=Watch(), timeout=2.0)
    dead = execute(jobs["headline"], watch=Watch())
    assert isinstance(slow.fault, EnvironmentFault)
    assert "limit" in slow.report.error
    assert isinstance(dead.fault, EnvironmentFault)
    assert (slow.report.status, dead.report.status) == ("failed", "failed")
    assert dead.notebook is not None


def test_a_failing_cell_keeps_the_last_good_report_byte_for_byte(published, tmp_path):
    root, _, _ = published
    before = snapshot(root / "output" / "tiny" / "2026Q3")
    index = (root / "output" / "index.html").read_bytes()
    good = (root / "notebooks" / "detail.ipynb").read_bytes()
    nbformat.write(notebook("from csat_lib.errors import DataError\nraise DataError('row 7')"), root / "notebooks" / "detail.ipynb")
    try:
        with pytest.raises(DataError, match="row 7"):
            run("tiny", root=root, only=["detail"])
    finally:
        (root / "notebooks" / "detail.ipynb").write_bytes(good)
    assert snapshot(root / "output" / "tiny" / "2026Q3") == before
    assert (root / "output" / "index.html").read_bytes() == index
    assert (root / "output" / "tiny" / ".failed" / "2026Q3" / "detail.failed.ipynb").is_file()


def test_the_other_notebooks_of_a_failing_period_still_run(project, stub):
    stub.faults["headline"] = EnvironmentFault("no memory")
    with pytest.raises(EnvironmentFault, match="no memory"):
        run("tiny", root=project, workers=1)
    assert stub.ran == ["2026Q3 detail", "2026Q3 headline"]  # the longer text second
    assert not (project / "output" / "tiny" / "2026Q3").exists()
    assert not list((project / "output" / "tiny").glob(".*.part-*"))


def test_the_longest_notebook_of_a_period_begins_second_and_the_short_ones_last(tmp_path):
    sizes = {"brief": 10, "analysis": 300, "report": 500, "quality": 90}
    jobs = []
    for name, size in sizes.items():
        source = tmp_path / f"{name}.ipynb"
        source.write_text("x" * size, encoding="utf-8")
        jobs.append(Job("tiny", "2026Q3", name, "en", source, tmp_path, tmp_path / name))
    assert [job.name for job in in_turn(jobs)] == ["analysis", "report", "quality", "brief"]
    assert in_turn(jobs[:1]) == jobs[:1]


def test_an_engine_that_is_open_takes_no_scheduler(project):
    with pytest.raises(ParamsError, match="this one is open already"):
        run("tiny", root=project, engine=Watch(), scheduler="tcp://host:1")


def test_disclosure_goes_before_other_failures_and_keeps_no_outputs(project, stub):
    stub.faults.update(detail=EnvironmentFault("no memory"), headline=DisclosureError("a name"))
    with pytest.raises(DisclosureError, match="a name"):
        run("tiny", root=project)
    kept = nbformat.read(project / "output" / "tiny" / ".failed" / "2026Q3" / "headline.failed.ipynb", as_version=4)
    assert all(not cell.get("outputs") for cell in kept.cells)


def test_several_periods_with_one_bad_publish_the_good_one(project, stub):
    stub.faults["detail_2026Q2"] = ModelError("no")
    with pytest.raises(BatchError, match="2026Q2: no"):
        run("tiny", "all", root=project)
    assert (project / "output" / "tiny" / "2026Q3" / "index.html").is_file()
    assert not (project / "output" / "tiny" / "2026Q2").exists()


def test_missing_data_of_one_period_is_found_before_any_notebook(project, stub):
    (project / "data" / "tiny" / "customers" / "2026Q3.csv").unlink()
    with pytest.raises(DataError, match=r"2026Q3"):
        run("tiny", root=project)
    assert stub.ran == []
    with pytest.raises(BatchError, match=r"1 of 2 periods failed"):
        run("tiny", ["2026Q2", "2026Q3"], root=project)
    assert (project / "output" / "tiny" / "2026Q2" / "index.html").is_file()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"parameters": 'study = "tiny"\nperiod = "2026Q3"\nlangauge = "en"'}, "Did you mean 'language'"),
        ({"parameters": 'study = "tiny"\nperiod = "2026Q3"'}, "lacks language"),
        ({"parameters": 'study = "tiny"\nperiod = 1.5\nlanguage = "en"'}, "must be a text"),
        ({"parameters": "import os"}, "may only hold lines"),
    ],
)
def test_wrong_parameters_of_a_notebook_are_refused(project, stub, change, told):
    nbformat.write(notebook(*GOOD, **change), project / "notebooks" / "detail.ipynb")
    with pytest.raises(ParamsError, match=told):
        run("tiny", root=project)
    assert stub.ran == []


def test_unknown_notebooks_are_refused_with_the_nearest_name(project, stub):
    with pytest.raises(ParamsError, match="Did you mean 'detail'"):
        run("tiny", root=project, only=["detial"])
    study = project / "params" / "tiny" / "study.yaml"
    study.write_text(study.read_text().replace("headline,", "haedline,"))
    with pytest.raises(ParamsError, match="Did you mean 'headline'"):
        run("tiny", "all", root=project)


def test_only_keeps_the_other_pages_as_published(project, stub):
    run("tiny", root=project)
    before = snapshot(project / "output" / "tiny" / "2026Q3")
    run("tiny", root=project, only=["detail"], rerun="all")
    after = snapshot(project / "output" / "tiny" / "2026Q3")
    assert stub.ran[2:] == ["2026Q3 detail"]
    assert set(after) == set(before)
    assert after["metrics.json"] == before["metrics.json"]
    assert [each["name"] for each in facts(project)["reports"]] == ["detail", "headline"]


def test_a_kept_page_whose_data_changed_is_marked_stale(project, stub):
    run("tiny", root=project)
    data = project / "data" / "tiny" / "customers" / "2026Q3.csv"
    data.write_text(data.read_text() + "7,7,7,7,north\n")
    run("tiny", root=project, only=["detail"])
    stale = {each["name"]: each.get("stale", False) for each in facts(project)["reports"]}
    assert stale == {"detail": False, "headline": True}
    assert "stale" in (project / "output" / "index.html").read_text()


def test_data_that_change_during_the_run_are_not_published(project, monkeypatch):
    class Meddler(Stub):
        def __call__(self, job, **options):
            (project / "data" / "tiny" / "customers" / "2026Q3.csv").write_text("q1\n1\n")
            return super().__call__(job, **options)

    monkeypatch.setattr(batch, "execute", Meddler())
    with pytest.raises(DataError, match="changed during the run"):
        run("tiny", root=project)
    assert not (project / "output" / "tiny" / "2026Q3").exists()


def test_equal_inputs_give_equal_pages(project, stub):
    run("tiny", root=project)
    before = snapshot(project / "output" / "tiny" / "2026Q3")
    run("tiny", root=project, workers=1, rerun="all")
    after = snapshot(project / "output" / "tiny" / "2026Q3")
    timed = {"manifest.json"}
    assert {name: each for name, each in before.items() if name not in timed} == {
        name: each for name, each in after.items() if name not in timed
    }


def test_both_languages_link_to_each_other(project, stub):
    reports = run("tiny", root=project, language="both")
    assert {each.language for each in reports} == {"en", "zh"}
    folder = project / "output" / "tiny" / "2026Q3"
    assert "detail.zh.html" in (folder / "detail.en.html").read_text(encoding="utf-8")
    assert "小店" in (folder / "detail.zh.html").read_text(encoding="utf-8")


def test_a_translated_table_has_a_file_of_its_own(project, monkeypatch):
    class Translated(Stub):
        def __call__(self, job, **options):
            outcome = super().__call__(job, **options)
            table = {"name": "words", "csv": f"word\n{job.language}\n"}
            html = '<a href="tables/words.csv">CSV</a>'
            data = {"application/vnd.csat.table+json": table, "text/html": html, "text/plain": ""}
            outcome.notebook.cells[-1].outputs.append(nbformat.v4.new_output("display_data", data=data))
            return outcome

    monkeypatch.setattr(batch, "execute", Translated())
    run("tiny", root=project, language="both")
    folder = project / "output" / "tiny" / "2026Q3"
    assert {path.name for path in (folder / "tables").iterdir()} == {"scores.csv", "words.csv", "words.zh.csv"}
    assert (folder / "tables" / "words.zh.csv").read_text() == "word\nzh\n"
    assert 'href="tables/words.zh.csv"' in (folder / "detail.zh.html").read_text(encoding="utf-8")
    assert 'href="tables/words.csv"' in (folder / "detail.en.html").read_text(encoding="utf-8")


def test_two_notebooks_may_not_give_one_name_to_different_figures(project, monkeypatch):
    class Clash(Stub):
        def __call__(self, job, **options):
            outcome = super().__call__(job, **options)
            data = {"application/vnd.csat.metrics+json": {"index": 1.0 if job.name == "detail" else 2.0}, "text/plain": ""}
            outcome.notebook.cells[-1].outputs = [nbformat.v4.new_output("display_data", data=data)]
            return outcome

    monkeypatch.setattr(batch, "execute", Clash())
    with pytest.raises(ParamsError, match="key figure 'index' is not that of headline"):
        run("tiny", root=project)


def test_a_period_that_another_batch_holds_is_busy_at_once(project, stub):
    place = publish.Place(project / "output", "tiny", "2026Q3")
    with publish.held(place), pytest.raises(BusyError, match="2026Q3"):
        run("tiny", root=project)
    assert stub.ran == []


def test_an_interrupted_batch_leaves_the_published_folder_alone(project, stub, monkeypatch):
    run("tiny", root=project)
    before = snapshot(project / "output")

    def interrupt(job, **_):
        raise KeyboardInterrupt

    monkeypatch.setattr(batch, "execute", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run("tiny", root=project, rerun="all")
    assert snapshot(project / "output") == before
    assert [path.name for path in (project / "output" / "tiny").iterdir()] == ["2026Q3"]


def test_every_job_leaves_a_line_in_the_log(project, stub, caplog):
    caplog.set_level(logging.INFO, logger="csat_lib")
    run("tiny", root=project)
    assert sum("2026Q3 detail.en: ok" in line for line in caplog.messages) == 1


def test_a_symbolic_link_in_the_output_tree_is_refused(project, stub, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (project / "output").mkdir()
    (project / "output" / "tiny").symlink_to(elsewhere)
    with pytest.raises(EnvironmentFault, match="symbolic link"):
        run("tiny", root=project)
    assert list(elsewhere.iterdir()) == []
