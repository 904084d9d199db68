"""The weights lab without a browser: moves, readings, sets side by side, saving; and how much work a move is."""

import datetime as dt
import re
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import NotInStudyError, ParamsError
from csat_lib.index import robustness, tree_scores
from csat_lib.report import lab, lab_kernel, open_page
from csat_lib.report.lab import RANKED, Bench, evidence, renormalised, weights_lab
from csat_lib.report.lab_html import beside_html, index_html, ranks_html
from csat_lib.report.weightsets import weight_sets
from csat_lib.simulate import company
from csat_lib.study import load_study
from csat_lib.survey import load_history


@pytest.fixture(scope="module")
def project(root, tmp_path_factory):
    place = tmp_path_factory.mktemp("lab")
    shutil.copytree(root / "params", place / "params")
    company(place, periods=("2026Q2", "2026Q3"))
    return place


@pytest.fixture(scope="module")
def study(project):
    return load_study("demo", "2026Q3", root=project)


@pytest.fixture(scope="module")
def held(study):
    return evidence(study)


@pytest.fixture
def bench(held):
    return Bench(held)


def many_units(held, count=100):
    """The evidence with so many groups in the place of the regions."""
    leaves = list(held.units.columns)
    scores = np.random.default_rng(3).normal(75, 4, (count, len(leaves)))
    return replace(held, units=pd.DataFrame(scores, index=[f"Shop {k}" for k in range(count)], columns=leaves), by="")


# Moves


def test_siblings_keep_their_proportions_and_the_sum_stays_one():
    found = renormalised({"a": 0.2, "b": 0.6, "c": 0.2}, "a", 0.5)
    assert found == pytest.approx({"a": 0.5, "b": 0.375, "c": 0.125}, abs=1e-15)


def test_from_a_weight_of_one_the_rest_is_shared_equally():
    assert renormalised({"a": 1.0, "b": 0.0, "c": 0.0}, "a", 0.4) == pytest.approx({"a": 0.4, "b": 0.3, "c": 0.3})


def test_a_move_changes_its_siblings_and_nobody_else(bench):
    before = bench.tree.weights()
    bench.move("value", 0.5)
    after = bench.tree.weights()
    changed = {node for node in before if before[node] != after[node]}
    assert changed == {"quality", "value", "satisfaction", "shopping", "complaints_and_loyalty"}
    assert after["quality"] / after["shopping"] == pytest.approx(before["quality"] / before["shopping"], rel=1e-12)
    assert bench.name == "unsaved"


def test_moving_there_and_back_gives_the_weights_back(bench):
    before = bench.tree.weights()
    own = before["goods"]
    bench.move("goods", 0.9)
    bench.move("goods", own)
    assert bench.tree.weights() == pytest.approx(before, abs=1e-12)


@pytest.mark.parametrize(
    ("node", "weight", "words"),
    [
        ("goods", 1.2, r"goods: 1\.2: a weight within its parent is from 0 to 1"),
        ("experienced", 0.5, "experienced is an only child"),
        ("goodz", 0.5, r"No indicator 'goodz' below index.*'goods'"),
        ("index", 0.5, r"No indicator 'index' below index"),
    ],
)
def test_a_move_that_cannot_be_is_refused(bench, node, weight, words):
    with pytest.raises(ParamsError, match=words):
        bench.move(node, weight)


def test_choosing_a_set_begins_again(bench):
    bench.move("value", 0.5)
    bench.choose("charter2022")
    assert bench.tree.weights() == bench.held.trees["charter2022"].weights()
    with pytest.raises(ParamsError, match=r"No weight set 'charter'"):
        bench.choose("charter")


# Readings


def test_the_index_is_the_one_that_reports_publish(study, bench):
    history = load_history(study, periods=2)
    bench.move("service", 0.8)
    index = bench.readings().index.set_index("period")
    for period, survey in history.items():
        expected = tree_scores(survey, bench.tree).iloc[0]
        columns = ["estimate", "std_error", "conf_low", "conf_high"]
        np.testing.assert_allclose(index.loc[period, columns].astype(float), expected[columns].astype(float), atol=1e-10)
        assert index.loc[period, "n"] == expected["n"]


def test_ranks_and_their_firmness_are_those_of_robustness(held):
    wide = many_units(held, 20)
    bench = Bench(wide)
    bench.move("satisfaction", 0.1)
    found = bench.readings()
    expected = robustness(wide.units, bench.tree, draws=wide.draws, seed=wide.seed, spread=wide.spread, top=3)
    for column in ("estimate", "rank", "rank_low", "rank_high", "top_share"):
        np.testing.assert_allclose(found.ranks[column].astype(float), expected.units[column].astype(float), atol=1e-9)
    summary = expected.summary.set_index("metric")["estimate"]
    told = found.stability.set_index("metric")["estimate"]
    assert told["mean_rank_shift"] == pytest.approx(summary["mean_rank_shift"], abs=1e-12)
    assert told["spearman_equal"] == pytest.approx(summary["spearman_equal"], abs=1e-12)


def test_the_set_in_use_moves_no_rank_against_itself(bench):
    assert bench.readings().stability.set_index("metric").loc["moved", "estimate"] == 0


def test_all_weight_on_one_leaf_gives_its_score(bench):
    for node in ("shopping", "service", "checkout_speed"):
        bench.move(node, 1.0)
    found = bench.readings()
    np.testing.assert_allclose(found.ranks["estimate"], bench.held.units["checkout_speed"], atol=1e-10)


def test_equal_seeds_give_equal_readings(held):
    first, second = Bench(held).readings(), Bench(held).readings()
    pd.testing.assert_frame_equal(first.ranks, second.ranks)


def test_one_wave_has_an_index_and_no_change(held):
    last = dict(list(held.waves.items())[-1:])
    found = Bench(replace(held, waves=last)).readings()
    assert len(found.index) == 1
    assert found.change.empty


def test_without_groups_there_are_no_ranks(study, held):
    found = Bench(replace(held, units=held.units.iloc[:1])).readings()
    assert found.ranks.empty
    assert "Fewer than two groups" in ranks_html(open_page(study), found, "region")


def test_a_move_costs_a_bounded_number_of_ranks_and_reads_nothing(held, monkeypatch, record_property):
    """At 100 groups by 19 indicators: one ranking of at most 50,000 places and one roll-up a wave; no file or answer is read."""
    wide = many_units(held)
    ranked, rolled = [], []
    own, index = lab_kernel.ranks, lab_kernel.Wave.index
    monkeypatch.setattr(lab_kernel, "ranks", lambda S: ranked.append(S.size) or own(S))
    monkeypatch.setattr(lab_kernel.Wave, "index", lambda wave, tree: rolled.append(1) or index(wave, tree))
    for name in ("load_history", "trees_of", "units_of", "wave_of"):
        monkeypatch.setattr(lab, name, None)
    bench = Bench(wide)
    bench.move("value", 0.4)
    bench.readings()
    assert max(ranked) <= RANKED
    assert sum(ranked) <= RANKED + len(wide.units)
    assert len(rolled) == 2
    record_property("ranks", sum(ranked))


@pytest.mark.parametrize("count", [2, 100, 900])
def test_the_draws_shrink_as_the_groups_grow(held, count):
    wide = many_units(held, count)
    assert wide.draws * count <= max(RANKED, 50 * count)
    assert 50 <= wide.draws <= 1_000


# Sets side by side, and saving


def test_a_set_stands_beside_the_bench(study, bench):
    there, nodes = bench.beside("charter2022")
    assert nodes.set_index("node").loc["quality", "first"] == 0.2
    page = open_page(study)
    html = beside_html(page, bench, bench.readings(), there, nodes=nodes, name="charter2022")
    assert "charter2022" in html
    assert "Checkout speed" in html
    same, none = bench.beside("panel2026")
    assert "No weight differs" in beside_html(page, bench, bench.readings(), same, nodes=none, name="panel2026")


def test_what_is_saved_is_a_named_set_that_loads(project, bench):
    bench.move("value", 0.3)
    path = bench.save("tried", author="陈", reason="To see: value first.", date=dt.date(2026, 10, 1))
    try:
        found = weight_sets(load_study("demo", root=project))["tried"]
        assert found.weights == pytest.approx(bench.tree.weights(), abs=0)
        assert (found.author, found.method, found.reason, str(found.date)) == ("陈", "direct", "To see: value first.", "2026-10-01")
        assert bench.name == "tried"
        assert list(bench.held.trees)[-2:] == ["tried", "equal"]
        bench.move("value", 0.6)
        with pytest.raises(ParamsError, match=r"weights/tried\.yaml exists already"):
            bench.save("tried", author="陈", reason="Again.")
    finally:
        path.unlink()


@pytest.mark.parametrize(
    ("name", "about", "words"),
    [
        ("equal", {"author": "A", "reason": "B"}, "is kept for"),
        ("fine", {"author": "", "reason": "B"}, "author is empty"),
        ("fine", {"author": "A", "reason": " "}, "reason is empty"),
        ("no/good", {"author": "A", "reason": "B"}, "cannot be a weight set's name"),
        ("charter2022", {"author": "A", "reason": "B"}, "locked for 2022Q4"),
    ],
)
def test_a_set_without_name_author_or_reason_is_not_saved(bench, name, about, words):
    with pytest.raises(ParamsError, match=words):
        bench.save(name, **about)


# Widgets, without a browser


@pytest.mark.parametrize(("language", "word"), [("en", "Perceived value"), ("zh", "感知价值")])
def test_a_slider_moves_the_bench_its_siblings_and_the_index(study, language, word):
    view = weights_lab(study, language=language)
    assert [slider.description for slider in view.sliders.values()][1] == word
    before = view.index.value
    view.sliders["value"].value = 0.5
    assert view.bench.tree.weights()["value"] == 0.5
    assert sum(slider.value for slider in view.sliders.values()) == pytest.approx(1, abs=1e-12)
    assert view.index.value != before
    assert re.search(r"7\d\.\d\d", view.index.value)


def test_another_parent_has_its_own_sliders_and_a_set_moves_them(study):
    view = weights_lab(study)
    view.parent.value = "shopping"
    assert list(view.sliders) == ["goods", "service", "premises"]
    view.sets.value = "charter2022"
    assert [slider.value for slider in view.sliders.values()] == [0.4, 0.4, 0.2]
    assert view.bench.name == "charter2022"


def test_saving_says_where_or_why_not(project, study):
    view = weights_lab(study, language="en")
    view.name.value = "from_lab"
    view.button.click()
    assert "author is empty" in view.message.value
    view.author.value, view.reason.value = "A. Chen", "<b>because</b>"
    view.button.click()
    path = project / "params" / "demo" / "weights" / "from_lab.yaml"
    try:
        assert "csat weights use demo from_lab" in view.message.value
        assert view.sets.value == "from_lab"
    finally:
        path.unlink()


def test_what_the_lab_shows_is_text_not_markup(study, held):
    evil = replace(many_units(held, 3), units=many_units(held, 3).units.set_axis(["<script>", "b", "c"]))
    html = ranks_html(open_page(study), Bench(evil).readings(), "")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "Index" in index_html(open_page(study), Bench(evil).readings())


def test_a_study_without_indicators_has_no_lab(tiny_project):
    with pytest.raises(NotInStudyError, match="no indicator system"):
        weights_lab(load_study("shop", root=tiny_project()))
