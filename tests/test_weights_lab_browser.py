"""The weights lab as a researcher uses it: JupyterLab in a real browser, a slider moved with the mouse, the index follows."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import papermill
import pytest
from chromium import NAMES, Tab, free_port, opened, stop, until

from csat_lib.simulate import company

pytest.importorskip("websocket", reason="websocket-client is a package of development")

NOTEBOOK = "80_weights_lab.ipynb"
BIG = "document.querySelector('.csat-lab-index .big')"
HANDLES = "document.querySelectorAll('.csat-lab-sliders .noUi-handle')"
BOX = "{const box = each.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]}"
PLACES = f"Array.from({HANDLES}).map(each => {BOX})"
WIDTH = "document.querySelector('.csat-lab-sliders .noUi-base').getBoundingClientRect().width"


@pytest.fixture
def place(root, tmp_path) -> Path:
    """A project with the demonstration's last two quarters and the notebook: what Jupyter saves does not reach the repository."""
    shutil.copytree(root / "params", tmp_path / "project" / "params")
    (tmp_path / "project" / "notebooks").mkdir()
    shutil.copy(root / "notebooks" / NOTEBOOK, tmp_path / "project" / "notebooks")
    company(tmp_path / "project", periods=("2026Q2", "2026Q3"))
    return tmp_path / "project"


@contextlib.contextmanager
def jupyterlab(project: Path, home: Path) -> Iterator[str]:
    """The address of a JupyterLab over ``project``, alone on this machine: no token, no news, no extension manager."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    words = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}"),
        *("--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={project}", "--expose-app-in-browser"),
        *("--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"),
        *("--LabApp.extension_manager=readonly", "--ServerApp.disable_check_xsrf=True"),
    ]
    folders = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    own = {
        **os.environ,
        **folders,
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }
    own |= {"PYTHONPATH": str(Path(__file__).resolve().parents[1]), "IPYTHONDIR": str(home / "ipython")}
    quiet = home / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    quiet.parent.mkdir(parents=True)
    quiet.write_text('{"fetchNews": "false", "checkForUpdates": false}', encoding="utf-8")
    with (home / "jupyter.log").open("wb") as log:
        server = subprocess.Popen(words, cwd=project, env=own, stdout=log, stderr=log)
    try:
        until(lambda: server.poll() is not None or _answers(f"{address}/api"), what="JupyterLab answers")
        if server.poll() is not None:
            pytest.fail((home / "jupyter.log").read_text(encoding="utf-8")[-2000:])
        yield address
    finally:
        stop(server)


def _answers(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  our own server
        return answer.status == 200
    return False


def run_all(tab: Tab) -> None:
    """Run every cell as the menu would."""
    until(lambda: tab.ask("!!(window.jupyterapp && document.querySelector('.jp-Notebook .jp-Cell'))"), what="the notebook is open")
    session = "Array.from(window.jupyterapp.shell.widgets('main')).some(each => each.sessionContext?.session?.kernel?.status === 'idle')"
    until(lambda: tab.ask(session), what="its kernel is idle")
    tab.ask("window.jupyterapp.commands.execute('notebook:run-all-cells').then(() => true)")


@pytest.mark.skipif(not any(map(shutil.which, NAMES)), reason="Chromium is not installed here")
def test_moving_a_slider_in_the_browser_moves_the_index(place, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    with jupyterlab(place, home) as address, opened(tmp_path / "profile", f"{address}/lab/tree/notebooks/{NOTEBOOK}") as tab:
        run_all(tab)
        until(lambda: tab.ask(f"!!{BIG} && {HANDLES}.length === 5"), what="the lab with its five sliders is shown")
        before = tab.ask(f"{BIG}.innerText")
        tab.ask(f"{HANDLES}[1].scrollIntoView({{block: 'center'}}) || true")
        places, width = tab.ask(PLACES), tab.ask(WIDTH)
        x, y = places[1]
        tab.drag((x, y), (x + 0.4 * width, y))
        until(lambda: tab.ask(f"{BIG}.innerText") != before, what="the index has moved with the slider", seconds=30)
        until(lambda: tab.ask(PLACES)[0][0] < places[0][0] - 2, what="a sibling has given way", seconds=30)
        outside = [each for each in tab.requests if each.startswith(("http", "ws")) and "//127.0.0.1" not in each]
        assert outside == []


def test_the_notebook_runs_without_a_browser(place, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[1]))
    folder = place / "notebooks"
    parameters = {"study": "demo", "period": "2026Q3", "language": "zh"}
    papermill.execute_notebook(folder / NOTEBOOK, folder / "run.ipynb", parameters, cwd=folder, kernel_name="python3", progress_bar=False)
    done = nbformat.read(folder / "run.ipynb", as_version=4)
    kinds = {kind for cell in done.cells if cell.cell_type == "code" for output in cell.outputs for kind in output.get("data", {})}
    assert "application/vnd.jupyter.widget-view+json" in kinds
    assert "感知质量" in str(done)
