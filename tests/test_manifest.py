"""What a report rests on is sealed, file by file."""

import hashlib

from csat_lib.report import manifest
from csat_lib.study import load_study

TREE = "index:\n  children:\n    quality: {weight: 1, item: quality_overall}\n"
SET = """\
author: Board
date: 2026-01-01
method: ahp
reason: The panel.
locked: [2026Q2]
weights: {quality: 1}
"""


def test_the_indicator_system_its_weight_sets_and_their_judgements_are_sealed(tiny_project):
    more = {
        "params/shop/2026Q2.yaml": "period: 2026Q2\n",  # it has no answers, and is sealed nevertheless
        "params/shop/indicators.yaml": TREE,
        "params/shop/weights/board.yaml": SET,
        "params/shop/weights/board_li.yaml": "expert: Li\njudgements: {}\n",
        "params/shop/weights/notes.txt": "not read\n",
    }
    root = tiny_project(more=more)
    (root / "params/shop/weights/board_wu.xlsx").write_bytes(b"a workbook")
    sealed = manifest.inputs(load_study("shop", "2026Q3", root=root), [])
    for name in ("indicators.yaml", "weights/board.yaml", "weights/board_li.yaml", "weights/board_wu.xlsx", "2026Q2.yaml", "study.yaml"):
        content = (root / "params/shop" / name).read_bytes()
        assert sealed[f"params/shop/{name}"] == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    assert "params/shop/weights/notes.txt" not in sealed


def test_a_study_without_indicators_seals_none(tiny_project):
    sealed = manifest.inputs(load_study("shop", root=tiny_project()), [])
    assert not [name for name in sealed if "weights" in name or "indicators" in name]
