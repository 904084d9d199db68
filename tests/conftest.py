"""What all tests share: the repository's root, the real data where they lie, and a small valid project."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from csat_lib.report.fork import Nursery

ROOT = Path(__file__).resolve().parents[1]
LONG = ["test_pages_browser", "test_engines", "test_fault_files", "test_fault_parameters", "test_killed", "test_privacy_scan"]

STUDY = """\
title: {en: Corner Shop, zh: 街角小店}
model: acsi
segments: [region]
drivers: {outcome: satisfaction_overall, items: [quality_overall, value_price]}
bootstrap: {draws: 200, seed: 7}
"""
CODEBOOK = """\
title: Questionnaire of the corner shop
defaults: {scale: {min: 1, max: 10}, missing: {98: don't know, 99: refused}}
items:
  expect_overall:
  expect_fit:
  expect_reliability:
  quality_overall: {column: Q1}
  quality_fit:
  quality_reliability:
  value_price:
  value_quality:
  satisfaction_overall:
  satisfaction_expectations:
  satisfaction_ideal:
  complained: {scale: {min: 0, max: 1, labels: {0: {en: "no", zh: 否}, 1: {en: "yes", zh: 是}}}}
  repurchase:
  price_tolerance:
attributes:
  respondent: {role: id}
  visited: {role: date}
  region: {role: segment, values: {n: North, s: South}}
  weight: {role: weight}
"""
PERIOD = "period: 2026Q3\nfieldwork: {start: 2026-09-01, end: 2026-09-20}\n"
ITEMS = (
    *("expect_overall", "expect_fit", "expect_reliability", "Q1", "quality_fit", "quality_reliability", "value_price", "value_quality"),
    *("satisfaction_overall", "satisfaction_expectations", "satisfaction_ideal", "complained", "repurchase", "price_tolerance"),
)


def answers(rows: int = 80, seed: int = 1) -> str:
    """A CSV of interviews that one liking explains, with two codes for don't know."""
    rng = np.random.default_rng(seed)
    liking = rng.normal(7, 1.5, rows)
    rated = np.clip(np.rint(liking[:, None] + rng.normal(0, 1, (rows, len(ITEMS)))), 1, 10).astype(int)
    rated[:, ITEMS.index("complained")] = liking + rng.normal(0, 1, rows) < 5.5
    lines = ["respondent,visited,region,weight," + ",".join(ITEMS)]
    for row in range(rows):
        about = f"R{row + 1},2026-09-{row % 20 + 1:02d},{'ns'[row % 2]},{0.5 + row % 3 / 2:g}"
        lines.append(",".join([about, *map(str, rated[row])]))
    return "\n".join(lines) + "\n"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest go first, so that two workers end together."""
    items.sort(key=lambda each: LONG.index(each.path.stem) if each.path.stem in LONG else len(LONG))


@pytest.fixture(autouse=True)
def cold(monkeypatch: pytest.MonkeyPatch) -> None:
    """No engine warms up before its first notebook: most tests run none."""
    monkeypatch.setattr(Nursery, "warm", lambda _: None)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of the real surveys, which are not part of the project."""
    folder = (ROOT / Path(os.environ.get("CSAT_REAL_DATA") or "../shared/data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"the real surveys are not here: {folder} does not exist; name their folder in CSAT_REAL_DATA")
    return folder


@pytest.fixture
def tiny_project(tmp_path: Path) -> Callable[..., Path]:
    """Makes a project with the study ``shop`` in one quarter, valid unless told otherwise; the root is returned."""

    def make(
        *,
        study: str = STUDY,
        codebook: str = CODEBOOK,
        period: str = PERIOD,
        data: str | None = None,
        more: Mapping[str, str] | None = None,
    ) -> Path:
        project = tmp_path / "project"
        shutil.copytree(ROOT / "params" / "models", project / "params" / "models", dirs_exist_ok=True)
        files = {
            "params/shop/study.yaml": study,
            "params/shop/codebook.yaml": codebook,
            "params/shop/2026Q3.yaml": period,
            "data/shop/customers/2026Q3.csv": answers() if data is None else data,
            **(more or {}),
        }
        for name, text in files.items():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).write_text(text, encoding="utf-8")
        return project

    return make
