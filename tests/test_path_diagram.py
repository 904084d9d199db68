"""The path diagram of every model of the library: order, free boxes, parts, and a model without coefficients."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import ParamsError
from csat_lib.report import charts
from csat_lib.report.charts.layers import BOX, PART, layout
from csat_lib.report.page import Page
from csat_lib.study import Codebook, Construct, Structure, Text, load_model, model_names


def flow(structure):
    parts = tuple((whole, structure.construct(whole).of) for whole in structure.higher_order)
    hidden = {part for _, each in parts for part in each}
    return tuple(name for name in structure.names if name not in hidden), parts


def two_wholes():
    """Two higher-order constructs of three parts each that drive one outcome, after a common cause."""
    parts = tuple(Construct(f"{whole}{k}", Text(en=f"Part {k} of {whole}"), (f"{whole}{k}x",)) for whole in "ab" for k in range(3))
    wholes = tuple(Construct(whole, Text(en=whole.upper()), of=(f"{whole}0", f"{whole}1", f"{whole}2")) for whole in "ab")
    rest = tuple(Construct(name, Text(en=name), (f"{name}x",)) for name in ("start", "outcome"))
    return Structure((*parts, *wholes, *rest), {"a": ("start",), "b": ("start", "a"), "outcome": ("a", "b", "start")}, "outcome")


MODELS = {**{name: load_model(name) for name in model_names()}, "two wholes": two_wholes()}
each_model = pytest.mark.parametrize("structure", MODELS.values(), ids=MODELS)


def make_page(structure, tongue="en"):
    return Page(tongue, "demo", "Demo", "2026Q3", Codebook(Text(), {}, {}), structure)


def fitted(structure):
    rows = pd.DataFrame(list(structure.paths), columns=["cause", "effect"])
    return rows.assign(estimate=np.linspace(0.1, 0.6, len(rows)))


@each_model
def test_boxes_keep_causal_order_and_apart_and_no_arrow_runs_through_one(structure):
    names, parts = flow(structure)
    drawn = layout(names, structure.paths, structure.outcome, 1060.0, parts)
    boxes = {**{name: (at, BOX) for name, at in drawn.centres.items()}, **{name: (at, PART) for name, at in drawn.parts.items()}}
    assert set(boxes) == set(structure.names)
    for name, (at, size) in boxes.items():
        assert size[0] / 2 <= at[0] <= drawn.width - size[0] / 2, name
        assert size[1] / 2 <= at[1] <= drawn.height - size[1] / 2, name
    for (one, (a, size)), (other, (b, size_b)) in itertools.combinations(boxes.items(), 2):
        gap = np.abs(np.subtract(a, b)) - (np.array(size) + np.array(size_b)) / 2
        assert gap.max() > 2, f"{one} touches {other}"
    for cause, effect in structure.paths:
        assert drawn.centres[cause][0] <= drawn.centres[effect][0]
        line = np.linspace(drawn.centres[cause], drawn.centres[effect], 80)
        for name in set(boxes) - {cause, effect}:
            at, size = boxes[name]
            away = np.abs(line - np.array(at)) < np.array(size) / 2
            assert not away.all(axis=1).any(), f"{cause} -> {effect} runs through {name}"


def test_parts_hang_close_to_the_construct_they_form():
    structure = two_wholes()
    names, parts = flow(structure)
    drawn = layout(names, structure.paths, structure.outcome, 1060.0, parts)
    for whole, each in parts:
        x, y = drawn.centres[whole]
        assert all(abs(drawn.parts[part][0] - x) < BOX[0] / 2 for part in each)
        assert min(abs(drawn.parts[part][1] - y) for part in each) < (BOX[1] + PART[1]) / 2 + 15


@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_a_model_without_a_fit_is_drawn_without_numbers(tongue):
    structure = load_model("retail")
    exhibit = charts.path_diagram(make_page(structure, tongue), structure=structure, name="model")
    for name in structure.names:
        assert all(word in exhibit.html for word in structure.label(name, tongue).split())
    assert "+0" not in exhibit.html
    assert exhibit.csv.splitlines()[0].lstrip("\ufeff") == "cause,effect"
    assert len(exhibit.csv.splitlines()) == 1 + len(structure.paths)


def test_scores_stand_in_the_boxes_of_parts_too():
    structure = load_model("retail")
    scores = {"goods": 71.25, "quality": 68.5}
    html = charts.path_diagram(make_page(structure), fitted(structure), structure=structure, scores=scores).html
    assert "71.2" in html or "71.3" in html
    assert "68.5" in html
    assert "stroke-dasharray" in html


def test_a_path_from_a_part_is_refused_with_the_remedy():
    structure = load_model("retail")
    first = fitted(structure.first_stage())
    with pytest.raises(
        ParamsError, match=r"goods is a part of another construct and has no path. Pass structure=structure.first_stage\(\)"
    ):
        charts.path_diagram(make_page(structure), first, structure=structure)
    drawn = charts.path_diagram(make_page(structure), first, structure=structure.first_stage())
    assert "Store impression" in drawn.html
