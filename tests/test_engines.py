"""Every engine gives what a kernel gives: outputs, errors, counts and figures; and outlives notebooks that die, hang or shout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from tiny_project import GOOD, HEADLINE, make_project, notebook, snapshot

from csat_lib.errors import EnvironmentFault, ParamsError
from csat_lib.report import engine, executed
from csat_lib.report.batch import run
from csat_lib.report.engine import Job, execute, opened, usual
from csat_lib.report.fork import Nursery, _Running

ROOT = Path(__file__).resolve().parents[1]
linux = pytest.mark.skipif(sys.platform != "linux", reason="the engine fork is Linux's own")

SHOWS = [
    "import sys\nprint('one'); print('two', file=sys.stderr); print('three')\n'a text'",
    "from IPython.display import display, Markdown, HTML, clear_output\nshown = display(Markdown('**bold** 中文'), display_id='first')\n7",
    "shown.update(HTML('<b>changed</b>'))\nprint('gone'); clear_output(); print('kept')",
    "import pandas as pd\npd.DataFrame({'a': range(3), **{f'c{k}': 1.5 for k in range(30)}})",
    "_ + 0",
    "1 / 0",
    "raise KeyError('a name')",
    "undefined_name",
    "def broken(:\n    pass",
    "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2, 3]);",
    "figure, axes = plt.subplots(figsize=(2, 1)); axes.bar([1, 2], [3, 4]); plt.show()\nprint('after')",
    "!echo from a shell",
    "",
    "import asyncio\nawait asyncio.sleep(0)\n'awaited'",
    "print('a\\rb'); Ellipsis",
    "%time 3",
    "get_ipython().execution_count, __name__, study, period",
]
WARM = Nursery.warm  # which is switched off for tests
HIDES = {11, 15}  # a subprocess and a stopwatch: what they print is not compared


def job(root: Path, name: str, folder: Path) -> Job:
    folder.mkdir(exist_ok=True, parents=True)
    return Job("tiny", "2026Q3", name, "en", root / "notebooks" / f"{name}.ipynb", root, folder / f"{name}.ipynb")


def saved(root: Path, name: str, *sources: str) -> None:
    made = notebook(*sources)
    for cell in made.cells[2:]:
        cell.metadata["tags"] = ["raises-exception"]
    nbformat.write(made, root / "notebooks" / f"{name}.ipynb")


def plain(cell: dict) -> str:
    """A cell as text; file names of tracebacks and addresses in memory differ from process to process."""
    return json.dumps({**cell, "outputs": [{**each, "traceback": each.get("traceback", [])[:1]} for each in cell.get("outputs", [])]})


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """One notebook that shows everything, run by fork and by kernel."""
    root = make_project(tmp_path_factory.mktemp("project"))
    saved(root, "headline", *SHOWS)
    done = {}
    for name in ("fork", "kernel"):
        runner = opened(name)
        try:
            done[name] = execute(job(root, "headline", root / name), watch=runner)
        finally:
            runner.stop()
    return done


@linux
def test_a_notebook_that_shows_everything_gives_the_same_cells_by_fork_and_by_kernel(both):
    fork, kernel = (both[name].notebook for name in ("fork", "kernel"))
    assert fork.metadata == kernel.metadata
    assert len(fork.cells) == len(kernel.cells) == len(SHOWS) + 3
    for place, (one, other) in enumerate(zip(fork.cells, kernel.cells, strict=True)):
        if place - 3 not in HIDES:
            assert plain(one) == plain(other), one.source
        assert one.get("execution_count") == other.get("execution_count"), one.source


@linux
def test_every_kind_of_output_is_there(both):
    outputs = [output for cell in both["fork"].notebook.cells for output in cell.get("outputs", [])]
    assert {each.output_type for each in outputs} == {"stream", "display_data", "execute_result", "error"}
    assert [each.ename for each in outputs if each.output_type == "error"] == ["ZeroDivisionError", "KeyError", "NameError", "SyntaxError"]
    assert sum("image/png" in each.get("data", {}) for each in outputs) == 2
    assert any("changed" in each.get("data", {}).get("text/html", "") for each in outputs)
    assert not any("gone" in each.get("text", "") for each in outputs)


@pytest.fixture(scope="module")
def nursery():
    if sys.platform != "linux":
        pytest.skip("the engine fork is Linux's own")
    runner = opened("fork")
    yield runner
    runner.stop()


@pytest.fixture
def fork(nursery, tmp_path):
    """Runs a notebook of some cells by the engine fork."""
    root = make_project(tmp_path)

    def call(*sources: str, timeout: float = 120.0, name: str = "detail"):
        nbformat.write(notebook(*sources), root / "notebooks" / f"{name}.ipynb")
        return execute(job(root, name, tmp_path / "done"), watch=nursery, timeout=timeout)

    return call


def test_an_error_stops_the_notebook_and_fails_it_by_its_class(fork):
    outcome = fork("from csat_lib.errors import DataError\nraise DataError('row 7')", "print('never')")
    assert (type(outcome.fault).__name__, str(outcome.fault)) == ("DataError", "tiny 2026Q3 detail.en: row 7")
    assert outcome.notebook.cells[-1].outputs == []


def test_a_notebook_that_kills_its_process_fails_by_name_and_is_kept_as_far_as_it_came(fork):
    outcome = fork("import os; os._exit(3)")
    assert isinstance(outcome.fault, EnvironmentFault)
    assert "exit code 3" in outcome.report.error
    assert outcome.notebook is not None
    outcome = fork("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert "killed by signal 9" in outcome.report.error
    assert "exit code 0" in fork("import os; os._exit(0)", "print('never')").report.error
    assert "ended before the notebook did" in fork("exit", "print('never')").report.error


def test_a_notebook_that_hangs_is_stopped_at_the_limit_with_what_it_started(fork, tmp_path):
    mark = tmp_path / "pid"
    cell = "import subprocess, time\nchild = subprocess.Popen(['sleep', '600'])\n"
    cell += f"open({str(mark)!r}, 'w').write(str(child.pid))\ntime.sleep(600)"
    outcome = fork(cell, timeout=6.0)
    assert "stopped after 6 s, the limit of a notebook" in outcome.report.error
    state = Path(f"/proc/{mark.read_text()}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"


def test_a_notebook_that_prints_a_megabyte_is_shortened_with_a_note(fork):
    outcome = fork("print('x' * 1_000_000)")
    text = outcome.notebook.cells[-1].outputs[0].text
    assert outcome.report.status == "ok"
    assert text.endswith("\n[1,000,001 characters were printed; the first 100,000 are shown]\n")
    assert len(text) < 101_000


def test_a_kernels_megabyte_is_shortened_alike():
    made = notebook("pass")
    made.cells[-1].outputs = [nbformat.v4.new_output("stream", name="stdout", text="x" * 1_000_000 + "\n")]
    executed.tidy(made, parameters={}, root=ROOT)
    executed.tidy(made, parameters={}, root=ROOT)
    assert made.cells[-1].outputs[0].text.endswith("x\n[1,000,001 characters were printed; the first 100,000 are shown]\n")


def test_a_stream_that_a_kernel_sent_in_pieces_is_one():
    made = notebook("pass")
    pieces = [("stdout", "a\rb"), ("stdout", "\n"), ("stderr", "c\n"), ("stdout", "d\n")]
    made.cells[-1].outputs = [nbformat.v4.new_output("stream", name=name, text=text) for name, text in pieces]
    executed.tidy(made, parameters={}, root=ROOT)
    assert [(each.name, each.text) for each in made.cells[-1].outputs] == [("stdout", "b\n"), ("stderr", "c\n"), ("stdout", "d\n")]


def test_notebooks_do_not_see_what_others_changed(fork):
    dirty = "import os, sys, numpy, pandas as pd\npd.set_option('display.precision', 2); os.environ['LEFT'] = '1'; sys.path.insert(0, 'x')"
    assert fork(dirty + "\nnumpy.random.seed(1); sys.modules['left_behind'] = sys").report.status == "ok"
    look = "pd.get_option('display.precision'), 'LEFT' in os.environ, sys.path[0], 'left_behind' in sys.modules"
    outcome = fork(f"import os, sys, pandas as pd\n{look}")
    assert outcome.notebook.cells[-1].outputs[0].data["text/plain"] == "(6, False, '', False)"


def test_a_notebook_saved_with_another_kernels_name_runs_all_the_same(fork, tmp_path):
    made = notebook("1 + 1")
    made.metadata.kernelspec = {"name": "ir", "display_name": "R", "language": "R"}
    path = tmp_path / "notebooks" / "headline.ipynb"
    fork("pass")
    nbformat.write(made, path)
    assert fork("1 + 1", name="detail").report.status == "ok"
    runner = opened("fork")
    try:
        outcome = execute(job(tmp_path, "headline", tmp_path / "done"), watch=runner)
    finally:
        runner.stop()
    assert outcome.report.status == "ok", outcome.report.error


def test_the_warm_parent_has_one_thread_of_python_and_blas_one(fork):
    told = "import glob, os\nsorted(open(each).read().strip() for each in glob.glob(f'/proc/{os.getppid()}/task/*/comm'))"
    threads = fork(told).notebook.cells[-1].outputs[0].data["text/plain"]
    assert threads in {"['python']", "['jemalloc_bg_thd', 'python']"}  # the allocator of pyarrow looks after itself when it is forked
    told = "from threadpoolctl import threadpool_info\nimport numpy, scipy.linalg\n{each['num_threads'] for each in threadpool_info()}"
    assert fork(told).notebook.cells[-1].outputs[0].data["text/plain"] == "{1}"


def test_a_survey_remembered_by_the_parent_is_read_anew_when_its_file_changes(fork, tmp_path):
    count = "import csat_lib as csat\nlen(csat.load_survey(csat.load_study('tiny', '2026Q3')))"
    assert fork(count).notebook.cells[-1].outputs[0].data["text/plain"] == "60"
    data = tmp_path / "data" / "tiny" / "customers" / "2026Q3.csv"
    data.write_text(data.read_text() + "7,7,7,7,north\n")
    assert fork(count).notebook.cells[-1].outputs[0].data["text/plain"] == "61"


def test_changing_a_remembered_survey_changes_no_other(fork):
    spoil = "import csat_lib as csat\nstudy = csat.load_study('tiny', '2026Q3')\nsurvey = csat.load_survey(study)"
    spoil += "\nfirst = survey.responses.iloc[0, 0]"
    spoil += "\nsurvey.responses.iloc[0, 0] = 99\nfloat(first) == float(csat.load_survey(study).responses.iloc[0, 0])"
    assert fork(spoil).notebook.cells[-1].outputs[0].data["text/plain"] == "True"


@linux
def test_an_engine_warms_up_before_its_first_notebook_and_not_after_its_end(tmp_path, monkeypatch):
    runner = opened("fork")
    WARM(runner)
    first = runner._process
    WARM(runner)
    outcome = execute(job(make_project(tmp_path), "detail", tmp_path / "done"), watch=runner)
    assert (outcome.report.status, runner._process is first) == ("ok", True)
    runner.stop()
    assert first.poll() is not None
    monkeypatch.setattr(os, "killpg", lambda *_: pytest.fail("a second end kills whoever has the number now"))
    runner.stop()
    WARM(runner)
    assert runner._process is first


@linux
def test_an_engine_whose_parent_is_lost_starts_another(tmp_path):
    runner, root = opened("fork"), make_project(tmp_path)
    try:
        assert execute(job(root, "detail", tmp_path / "one"), watch=runner).report.status == "ok"
        runner._process.kill()
        runner._process.wait()
        outcome = execute(job(root, "detail", tmp_path / "two"), watch=runner)
        assert outcome.report.status == "ok", outcome.report.error
    finally:
        runner.stop()


@linux
def test_a_parent_that_is_lost_takes_its_own_notebooks_along_and_no_others():
    runner, mine, others = Nursery(), _Running(), _Running()
    with subprocess.Popen(["true"], stdout=subprocess.PIPE) as lost, subprocess.Popen(["true"]) as another:
        mine.process, others.process = lost, another
        runner._running = {"mine": mine, "others": others}
        runner._listen(lost)
    assert (mine.gone.is_set(), others.gone.is_set()) == (True, False)


@linux
def test_papermill_finds_the_engine_and_runs_it_in_a_fork(tmp_path):
    import papermill

    from csat_lib.report.papermill_engine import register

    register()
    root = make_project(tmp_path)
    code = (
        "import sys, papermill; from csat_lib.report.papermill_engine import register; register()\n"
        "papermill.execute_notebook(sys.argv[1], sys.argv[2], parameters={'period': '2026Q2'}, engine_name='fork', progress_bar=False)"
    )
    nbformat.write(notebook("import os\nos.getpid(), period"), root / "notebooks" / "detail.ipynb")
    out = tmp_path / "out.ipynb"
    command = [sys.executable, "-c", code, str(root / "notebooks" / "detail.ipynb"), str(out)]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "'2026Q2')" in nbformat.read(out, as_version=4).cells[-1].outputs[0].data["text/plain"]
    assert papermill.__version__


@pytest.mark.parametrize("first", ["csat_lib.report.papermill_engine", "papermill", "csat_lib.cli.papermill_entry"])
def test_papermill_and_the_engine_may_be_imported_in_any_order(first):
    code = (
        f"import {first}\n"
        "from papermill.engines import papermill_engines\n"
        "from csat_lib.cli.papermill_entry import ForkEngine\n"
        "papermill_engines.register('fork', ForkEngine)\n"
        "kernel = {'name': 'elsewhere', 'display_name': 'x', 'language': 'python'}\n"
        "notebook = __import__('nbformat').v4.new_notebook(metadata={'kernelspec': kernel})\n"
        "print(papermill_engines.nb_kernel_name('fork', notebook), papermill_engines.nb_language('fork', notebook))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.stdout == "elsewhere python\n", done.stderr


def test_the_entry_point_has_what_papermill_asks_of_an_engine():
    import tomllib
    from importlib import import_module

    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]["papermill.engine"]
    module, name = told["fork"].split(":")
    engine = getattr(import_module(module), name)
    assert all(callable(getattr(engine, asked)) for asked in ("execute_notebook", "nb_kernel_name", "nb_language"))


def test_fork_is_the_usual_engine_on_linux_alone(monkeypatch):
    for system, expected in (("linux", "fork"), ("darwin", "kernel"), ("win32", "kernel")):
        monkeypatch.setattr(engine.sys, "platform", system)
        assert usual() == expected
    with pytest.raises(EnvironmentFault, match=r"does not run on win32. Use --engine kernel"):
        opened("fork")


def test_an_unknown_engine_and_a_scheduler_without_dask_are_refused(tmp_path):
    with pytest.raises(ParamsError, match=r"No engine 'spoon'. There are: fork, kernel, dask"):
        opened("spoon")
    with pytest.raises(ParamsError, match=r"for the engine dask, not for fork"):
        opened("fork", scheduler="tcp://host:1")
    with pytest.raises(ParamsError, match=r"is no address. Expected one such as tcp://host:8786"):
        opened("dask", scheduler="host")


def published(root: Path) -> dict[str, bytes]:
    """Everything that a run published but what holds times."""
    files = snapshot(root / "output")
    return {
        name: content
        for name, content in files.items()
        if not name.endswith(("manifest.json", "index.html", "index.zh.html", "index.json"))
    }


@linux
def test_one_worker_and_two_fork_kernel_and_dask_publish_the_same(tmp_path):
    from distributed import LocalCluster

    plain_figure = "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);"
    fitted = "import csat_lib as csat\nwave = csat.load_study(study, period)\nsurvey = csat.load_survey(wave)"
    fitted += "\ncsat.fit_pls(survey, wave.structure).paths"
    root = make_project(tmp_path, headline=[HEADLINE, plain_figure], detail=[*GOOD, fitted])
    run("tiny", "all", root=root, engine="fork", workers=1)
    first = published(root)
    assert len(first) == 14
    assert b"image/png" in first["tiny/2026Q3/notebooks/headline.en.ipynb"]
    for how in ({"engine": "fork", "workers": 2}, {"engine": "kernel", "workers": 2}):
        run("tiny", "all", root=root, rerun="all", **how)
        assert published(root) == first, how
    with LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=None) as cluster:
        run("tiny", "all", root=root, rerun="all", engine="dask", scheduler=cluster.scheduler_address)
    assert published(root) == first


@linux
@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb") if not path.stem.startswith("80_")))
def test_every_notebook_of_the_demo_gives_the_same_by_fork_and_by_kernel(demo, nursery, name):
    kernel = opened("kernel")
    with ThreadPoolExecutor(2) as pool:
        jobs = [Job("demo", "2026Q3", name, "en", demo / "notebooks" / f"{name}.ipynb", demo, demo / f"{how}.{name}.ipynb") for how in "fk"]
        one, other = pool.map(lambda pair: execute(pair[0], watch=pair[1]), zip(jobs, (nursery, kernel), strict=True))
    assert one.report.status == other.report.status != "failed", (one.report.error, other.report.error)
    for cell, same in zip(one.notebook.cells, other.notebook.cells, strict=True):
        assert cell == same, cell.source


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demonstration study with its data, and few resamples."""
    from csat_lib.simulate import PERIODS, company

    root = tmp_path_factory.mktemp("demo")
    for name in ("params", "notebooks"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copyfile(ROOT / "requirements.lock", root / "requirements.lock")
    with (root / "params" / "demo" / "2026Q3.yaml").open("a") as file:
        file.write("bootstrap: {draws: 200}\n")
    if (ROOT / "data" / "demo" / "sales").is_dir():
        shutil.copytree(ROOT / "data" / "demo", root / "data" / "demo", ignore=shutil.ignore_patterns("restricted"))
    else:
        company(root, seed=20260901, periods=list(PERIODS))
    return root
