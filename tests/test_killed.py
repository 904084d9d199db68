"""A batch that is killed, finds no room, or may not write: what was published stays whole, and the next run finishes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tiny_project import Stub, facts, make_project, snapshot

from csat_lib.errors import EnvironmentFault
from csat_lib.report import assemble, batch, manifest
from csat_lib.report.batch import run

HERE = Path(__file__).parent
linux = pytest.mark.skipif(sys.platform != "linux", reason="kills and forks as Linux does")


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path)


@pytest.fixture
def stub(monkeypatch):
    stand_in = Stub()
    monkeypatch.setattr(batch, "execute", stand_in)
    return stand_in


@linux
def test_fifty_kills_leave_a_complete_old_or_new_set_and_the_next_run_finishes(project):
    told = [sys.executable, str(HERE / "killing.py"), str(project), "50", "20261126"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE)])}
    done = subprocess.run(told, capture_output=True, text=True, env=environment, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["killed"] == 50
    assert seen["old"] + seen["new"] + seen["gone"] == 50
    assert min(seen["old"], seen["new"]) > 0
    assert seen["gone"] == 5  # each brought back by the run that followed
    assert seen["finished"] >= 16


@linux
def test_sigterm_ends_a_run_with_130_leaves_the_published_set_and_no_process_behind(project):
    run("tiny", root=project, engine="kernel", only=["detail"], workers=1)
    before = snapshot(project / "output" / "tiny")
    make_notebook_hang(project)
    command = [sys.executable, "-m", "csat_lib.cli", "--root", str(project), "run", "tiny", "--engine", "fork"]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    mark = project / "started"
    wait_for(mark.is_file)
    notebook = int(mark.read_text())
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "What was published before is as it was" in err
    assert snapshot(project / "output" / "tiny") == before
    wait_for(lambda: not Path(f"/proc/{notebook}").exists())


@linux
def test_kill_9_of_the_batch_ends_its_notebooks_too(project):
    make_notebook_hang(project)
    command = [sys.executable, "-m", "csat_lib.cli", "--root", str(project), "run", "tiny", "--engine", "fork"]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(HERE.parent)}, stderr=subprocess.DEVNULL)
    mark = project / "started"
    wait_for(mark.is_file)
    process.kill()
    process.wait()
    notebook = int(mark.read_text())
    wait_for(lambda: not Path(f"/proc/{notebook}").exists())


def test_a_full_disk_while_assembling_is_a_fault_and_nothing_new_is_published(project, stub, monkeypatch):
    run("tiny", root=project)
    before = snapshot(project / "output" / "tiny")

    def full(*_):
        raise OSError(28, "No space left on device", "metrics.json")

    monkeypatch.setattr(manifest, "write", full)
    with pytest.raises(EnvironmentFault, match=r"metrics.json: No space left on device. Check free space"):
        run("tiny", root=project, rerun="all")
    assert snapshot(project / "output" / "tiny") == before
    monkeypatch.undo()
    monkeypatch.setattr(batch, "execute", stub)
    assert len(run("tiny", root=project, rerun="all")) == 2
    assert assemble.manifest is manifest


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_output_folder_is_told_by_name(project, stub):
    (project / "output").mkdir()
    (project / "output").chmod(0o500)
    try:
        with pytest.raises(EnvironmentFault, match="output"):
            run("tiny", root=project)
    finally:
        (project / "output").chmod(0o700)


def test_an_output_that_is_a_file_is_told_by_name(project, stub):
    (project / "output").write_text("not a folder")
    with pytest.raises(EnvironmentFault, match="output"):
        run("tiny", root=project)
    assert stub.ran == []


def test_a_period_left_out_by_a_failure_is_all_that_the_next_run_does(project, stub):
    stub.faults["detail_2026Q2"] = EnvironmentFault("gone")
    with pytest.raises(Exception, match="1 of 2 periods failed"):
        run("tiny", "all", root=project)
    stub.faults.clear()
    stub.ran.clear()
    run("tiny", "all", root=project)
    assert set(stub.ran) == {"2026Q2 detail", "2026Q2 headline"}
    assert facts(project, "2026Q2")["revision"] == 1


def make_notebook_hang(project):
    """The study's notebooks tell their process and wait for ever."""
    import nbformat
    from tiny_project import notebook

    cell = f"import os, pathlib, time\npathlib.Path({str(project / 'started')!r}).write_text(str(os.getpid()))\ntime.sleep(600)"
    nbformat.write(notebook(cell), project / "notebooks" / "headline.ipynb")
    nbformat.write(notebook("import time; time.sleep(600)"), project / "notebooks" / "detail.ipynb")


def wait_for(there, seconds=300.0):
    """Until it is so."""
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
