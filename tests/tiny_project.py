"""A small project on disk for the tests of the batch: one study, two quarters, notebooks of a few cells."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import numpy as np

from csat_lib.report.engine import Job, Outcome, Report

STUDY = """\
title: {en: Tiny <Shop>, zh: 小店}
model: tiny
notebooks: [headline, detail]
minimum_sample: 20
"""
MODEL = """\
title: Tiny
source: made for a test
outcome: satisfaction
constructs:
  quality: {label: Quality, items: [q1, q2]}
  satisfaction: {label: Satisfaction, items: [s1, s2]}
drivers_of:
  satisfaction: [quality]
"""
CODEBOOK = """\
title: Tiny
defaults: {scale: {min: 1, max: 10}}
items: {q1: , q2: , s1: , s2: }
attributes:
  region: {role: segment}
"""
HEADLINE = """\
from IPython.display import display
figures = {"index": 70.0 + int(period[-1]), "index_low": 69.0, "index_high": 75.0}
table = {"name": "scores", "csv": "construct,estimate\\nsatisfaction,73.0\\n"}
bundle = {"application/vnd.csat.table+json": table, "application/vnd.csat.metrics+json": figures, "text/plain": "scores"}
display(bundle, raw=True)
"""
GOOD = ["print(study, period, language)"]
WITHHELD = ["#model\nfrom csat_lib.errors import ModelError\nraise ModelError('the weights do not settle')", "#model\nfit", "1 + 1"]


def notebook(*sources: str, parameters: str = 'study = "tiny"\nperiod = "2026Q3"\nlanguage = "en"') -> nbformat.NotebookNode:
    """A notebook with a parameters cell; a source that begins with #model gets that tag."""
    cells = [nbformat.v4.new_markdown_cell("# A page"), nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})]
    cells += [nbformat.v4.new_code_cell(each, metadata={"tags": ["section"]} if each.startswith("#model") else {}) for each in sources]
    for place, cell in enumerate(cells):
        cell["id"] = f"cell-{place}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def make_project(root: Path, *, headline: list[str] | None = None, detail: list[str] | None = None) -> Path:
    """A project that ``run`` can work on."""
    files = {
        "params/models/tiny.yaml": MODEL,
        "params/tiny/study.yaml": STUDY,
        "params/tiny/codebook.yaml": CODEBOOK,
        "params/tiny/2026Q2.yaml": "period: 2026Q2\n",
        "params/tiny/2026Q3.yaml": "period: 2026Q3\ncompare_to: 2026Q2\n",
        "data/tiny/customers/2026Q2.csv": answers(1),
        "data/tiny/customers/2026Q3.csv": answers(2),
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    (root / "notebooks").mkdir()
    nbformat.write(notebook(*(headline or [HEADLINE])), root / "notebooks" / "headline.ipynb")
    nbformat.write(notebook(*(detail or GOOD)), root / "notebooks" / "detail.ipynb")
    return root


def answers(seed: int) -> str:
    """Sixty respondents."""
    rng = np.random.default_rng(seed)
    liking = rng.normal(7, 1.5, 60)
    columns = np.clip(np.rint(liking[:, None] + rng.normal(0, 1, (60, 4))), 1, 10).astype(int)
    rows = [",".join([*map(str, row), "north" if place % 2 else "south"]) for place, row in enumerate(columns)]
    return "\n".join(["q1,q2,s1,s2,region", *rows]) + "\n"


class Stub:
    """In the place of ``execute``: no kernel, but the outcome that a kernel would give."""

    def __init__(self, **faults: Exception) -> None:
        self.faults = faults
        self.ran: list[str] = []

    def __call__(self, job: Job, **_: object) -> Outcome:
        self.ran.append(f"{job.period} {job.name}")
        done = notebook("pass")
        fault = self.faults.get(f"{job.name}_{job.period}") or self.faults.get(job.name)
        if job.name == "headline":
            figures = {"index": 70.0 + int(job.period[-1]), "index_low": 69.0, "index_high": 75.0}
            table = {"name": "scores", "csv": "construct,estimate\nsatisfaction,73.0\n"}
            data = {"application/vnd.csat.table+json": table, "application/vnd.csat.metrics+json": figures, "text/plain": "scores"}
            done.cells[-1].outputs = [nbformat.v4.new_output("display_data", data=data)]
        report = Report(job.name, "failed" if fault else "ok", 0.1, str(fault or ""), job.period, job.language)
        return Outcome(job, report, done, fault)


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, byte for byte."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def facts(root: Path, period: str = "2026Q3") -> dict:
    """A published manifest."""
    return json.loads((root / "output" / "tiny" / period / "manifest.json").read_text(encoding="utf-8"))
