"""Equal inputs give equal bytes: whatever the locale, the time zone, the hash seed, the number of workers, and a second time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from tiny_project import make_project, notebook, snapshot

ROOT = Path(__file__).resolve().parents[1]
CELLS = (
    """\
import csat_lib as csat
wave = csat.load_study(study, period)
page = csat.report.open_page(wave, language)
survey = csat.load_survey(wave)
fit = csat.fit_pls(survey, wave.structure, **wave.pls)
draws = csat.bootstrap(fit, survey, **wave.bootstrap)""",
    "csat.report.tables.table(page, csat.summarise(fit, draws), name='summary', caption='Summary', base=None)",
    """\
importance = csat.drivers.importance(survey, "s1", ["q1", "q2"], **wave.bootstrap)
csat.report.charts.importance(page, importance, name="importance")""",
    "csat.report.tables.table(page, csat.index.item_scores(survey, wave.rated, by='region'), name='items', caption='Items', by='region')",
)
# Runs the batch with cells in the process itself, as tests/in_process.py does, so that eight runs take seconds.
RUN = """\
import sys
sys.path[:0] = [{tests!r}]
import in_process
from csat_lib.report import batch
batch.execute = in_process.execute
batch.run("tiny", root={root!r}, language="both", workers={workers})
"""


def run(root, workers=1, **environment):
    """The reports of a fresh interpreter, without the manifest, which tells the time."""
    code = RUN.format(tests=str(ROOT / "tests"), root=str(root), workers=workers)
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0", **environment}
    done = subprocess.run([sys.executable, "-c", code], env=settings, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    files = snapshot(root / "output" / "tiny")
    return {name: content for name, content in files.items() if not name.endswith("manifest.json") and "/index.html" not in f"/{name}"}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    root = make_project(tmp_path_factory.mktemp("project"))
    study = root / "params" / "tiny" / "study.yaml"
    study.write_text(study.read_text(encoding="utf-8") + "segments: [region]\nbootstrap: {draws: 200, seed: 3}\n", encoding="utf-8")
    nbformat.write(notebook(*CELLS), root / "notebooks" / "detail.ipynb")
    nbformat.write(notebook(*CELLS[:1], CELLS[3].replace("'items'", "'again'", 1)), root / "notebooks" / "headline.ipynb")
    return root


@pytest.fixture(scope="module")
def first(project):
    return run(project)


# Several at once, for each fresh interpreter costs seconds: what differs would be looked for one by one.
SETTINGS = {
    "again": {},
    "another locale, time zone and hash seed": {"LC_ALL": "C", "LANG": "C", "TZ": "Pacific/Chatham", "PYTHONHASHSEED": "4711"},
    "two workers, a Chinese locale and no network": {
        "workers": 2,
        "LC_ALL": "zh_CN.UTF-8",
        "LANG": "de_DE.UTF-8",
        "TZ": "Asia/Shanghai",
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
    },
}


@pytest.mark.parametrize("name", SETTINGS)
def test_pages_tables_and_metrics_are_the_same_bytes(project, first, name):
    found = run(project, **SETTINGS[name])
    assert {path for path in first if path.endswith(".csv")} >= {"2026Q3/tables/summary.csv", "2026Q3/tables/importance.csv"}
    assert found.keys() == first.keys()
    assert [path for path in first if first[path] != found[path]] == []
