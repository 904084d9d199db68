"""Which weights a period is scored with, how a set is made and put to use."""

import datetime as dt
import shutil

import pytest
from conftest import STUDY

from csat_lib.errors import DataError, NotInStudyError, ParamsError
from csat_lib.index import load_tree
from csat_lib.report.weightlock import lock_set
from csat_lib.report.weightsets import (
    checked_sets,
    judged_set,
    listed_sets,
    set_in_use,
    sets_in_use,
    tree_in_use,
    trees_of,
    use_set,
    weight_sets,
)
from csat_lib.study import load_study

TREE = """\
index:
  label: Index
  children:
    quality: {weight: 0.5, item: quality_overall}
    value: {weight: 0.3, item: value_price}
    satisfaction: {weight: 0.2, item: satisfaction_overall}
"""
OLD = """\
author: Board
date: 2025-01-01
method: direct
reason: The beginning.
locked: [2026Q2]
weights: {quality: 0.4, value: 0.4, satisfaction: 0.2}
"""
NEW = OLD.replace("locked: [2026Q2]", "locked: []").replace("quality: 0.4, value: 0.4", "quality: 0.7, value: 0.1")
# Saaty's consistent 3 x 3 beside it: methods/index_and_weights.md, T1 and T3.
LI = """\
expert: Li
judgements:
  index: {quality / value: 2, quality / satisfaction: 5, value / satisfaction: 3}
"""
ABOUT = {"author": "Board", "reason": "The panel.", "date": dt.date(2026, 9, 1)}


@pytest.fixture
def study(tiny_project):
    def make(period="2026Q3", **changes):
        files = {
            "params/shop/indicators.yaml": TREE,
            "params/shop/weights/old.yaml": OLD,
            "params/shop/weights/new.yaml": NEW,
            "params/shop/2026Q2.yaml": "period: 2026Q2\n",
            **changes,
        }
        return load_study("shop", period, root=tiny_project(more=files))

    return make


def again(study, period=None):
    return load_study(study.name, period or study.period.name, root=study.paths.root)


def test_without_a_word_the_weights_of_the_indicator_file_are_in_use(study):
    here = study()
    assert set_in_use(here) == "indicators"
    assert tree_in_use(here).weights() == {"quality": 0.5, "value": 0.3, "satisfaction": 0.2}


def test_a_locked_period_keeps_its_set_whatever_the_study_says(study):
    here = study()
    use_set(here, "new")
    assert sets_in_use(here, ["2026Q2", "2026Q3"]) == {"2026Q2": "old", "2026Q3": "new"}
    assert tree_in_use(again(here)).weights()["quality"] == 0.7
    assert tree_in_use(again(here, "2026Q2")).weights()["quality"] == 0.4


def test_use_changes_one_line_and_no_comment(study):
    here = study()
    path = here.paths.params / "study.yaml"
    before = path.read_text(encoding="utf-8") + "# the end\n"
    path.write_text(before, encoding="utf-8")
    assert use_set(here, "new") == path
    assert path.read_text(encoding="utf-8") == before + "weight_set: new\n"
    path.write_text(path.read_text(encoding="utf-8").replace("weight_set: new", "weight_set: new   # since July"), encoding="utf-8")
    use_set(again(here), "equal")
    assert path.read_text(encoding="utf-8") == before + "weight_set: equal   # since July\n"


def test_line_ends_of_another_system_stay_as_they_are(study):
    here = study()
    path = here.paths.params / "study.yaml"
    before = path.read_bytes().replace(b"\n", b"\r\n")
    path.write_bytes(before)
    use_set(here, "new")
    use_set(again(here), "equal")
    assert path.read_bytes() == before + b"weight_set: equal\r\n"


def test_one_period_can_have_a_set_of_its_own(study):
    here = study()
    use_set(here, "new", period="2026Q3")
    assert (here.paths.params / "2026Q3.yaml").read_text(encoding="utf-8").endswith("\nweight_set: new\n")
    assert set_in_use(again(here)) == "new"


def test_a_locked_wave_refuses_another_set(study):
    with pytest.raises(ParamsError, match=r"shop 2026Q2 was published with the weights old and is locked.*csat new"):
        use_set(study(), "new", period="2026Q2")


def test_a_period_file_that_contradicts_its_lock_is_refused(study):
    here = study("2026Q2", **{"params/shop/2026Q2.yaml": "period: 2026Q2\nweight_set: new\n"})
    with pytest.raises(ParamsError, match=r"shop/2026Q2\.yaml: weight_set: new, but 2026Q2 is locked for old"):
        set_in_use(here)


def test_a_key_that_cannot_be_set_alone_is_left_to_the_reader(study):
    here = study()
    path = here.paths.params / "study.yaml"
    text = path.read_text(encoding="utf-8") + "weight_set:\n  new\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ParamsError, match=r"Write it yourself: weight_set: equal"):
        use_set(again(here), "equal")
    assert path.read_text(encoding="utf-8") == text
    assert not list(here.paths.params.glob("*.draft"))


@pytest.mark.parametrize("name", ["nwe", "older"])
def test_an_unknown_set_is_refused_with_the_nearest(study, name):
    with pytest.raises(ParamsError, match=rf"No weight set '{name}'.*Did you mean"):
        use_set(study(), name)


def test_a_set_that_the_study_names_must_exist(study):
    here = study()
    path = here.paths.params / "study.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "weight_set: nwe\n", encoding="utf-8")
    with pytest.raises(ParamsError, match=r"weight_set: no weight set 'nwe'.*'new'"):
        set_in_use(again(here))


@pytest.mark.parametrize("name", ["indicators", "equal"])
def test_reserved_names_are_refused(study, name):
    with pytest.raises(ParamsError, match=f"{name}.*is kept for"):
        weight_sets(study(**{f"params/shop/weights/{name}.yaml": NEW}))


def test_every_set_is_a_tree_and_equal_weights_come_last(study):
    trees = trees_of(study())
    assert list(trees) == ["indicators", "new", "old", "equal"]
    assert set(trees["equal"].weights().values()) == {1 / 3}


def test_the_list_names_the_set_in_use(study):
    here = study()
    use_set(here, "new")
    table = listed_sets(again(here)).set_index("weights")
    assert dict(table["verdict"]) == {"new": "in use", "old": ""}
    assert table.loc["old", "locked"] == "2026Q2"
    assert len(table.loc["old", "hash"]) == 64
    assert listed_sets(study()).iloc[0]["weights"] == "indicators"


def test_a_study_without_indicators_says_so(tiny_project):
    with pytest.raises(NotInStudyError, match=r"no indicator system"):
        tree_in_use(load_study("shop", root=tiny_project()))


def test_a_set_is_made_of_judgements_which_are_kept_beside_it(study, tmp_path):
    here = study()
    file = tmp_path / "li.yaml"
    file.write_text(LI, encoding="utf-8")
    made, panel = judged_set(here, "panel", [file], **ABOUT)
    # T1 of the specification: eigenvector of [[1, 2, 5], [1/2, 1, 3], [1/5, 1/3, 1]], printed to six places.
    assert {node: round(weight, 6) for node, weight in made.weights.items()} == {
        "quality": 0.581552,
        "value": 0.308996,
        "satisfaction": 0.109452,
    }
    assert panel.consistent
    assert weight_sets(here)["panel"].hash == made.hash
    assert (here.paths.params / "weights" / "panel_li.yaml").read_text(encoding="utf-8") == LI


@pytest.mark.parametrize(
    ("judgements", "error", "words"),
    [
        (LI.replace("value / satisfaction: 3", "value / satisfaction: 1/9"), DataError, "panel: index.*consistency ratio|revisit|CR"),
        (LI.replace(", value / satisfaction: 3", ""), DataError, "no judgement of value against satisfaction"),
        (LI.replace("quality / value", "quality / valeu"), (DataError, ParamsError), "valeu"),
    ],
)
def test_judgements_that_do_not_do_leave_nothing_behind(study, tmp_path, judgements, error, words):
    here = study()
    file = tmp_path / "li.yaml"
    file.write_text(judgements, encoding="utf-8")
    before = sorted((here.paths.params / "weights").iterdir())
    with pytest.raises(error, match=words):
        judged_set(here, "panel", [file], **ABOUT)
    assert sorted((here.paths.params / "weights").iterdir()) == before


def test_a_name_that_is_taken_is_refused_before_anything_is_copied(study, tmp_path):
    here = study()
    file = tmp_path / "li.yaml"
    file.write_text(LI, encoding="utf-8")
    with pytest.raises(ParamsError, match=r"weights/old\.yaml exists already"):
        judged_set(here, "old", [file], **ABOUT)
    assert not (here.paths.params / "weights" / "old_li.yaml").exists()


def test_the_demonstration_scores_its_last_quarter_with_the_panel(root, tmp_path):
    shutil.copytree(root / "params", tmp_path / "params")
    study = load_study("demo", root=tmp_path)
    used = sets_in_use(study, [each.name for each in study.periods])
    assert used["2026Q3"] == "panel2026"
    assert {used[each.name] for each in study.periods if each.end < study.period.end} == {"charter2022"}
    assert trees_of(study)["charter2022"].weights() == load_tree(study).weights()


def stale(study):
    """The old set, locked for 2026Q2, lacks a node of today's tree."""
    return study(**{"params/shop/weights/old.yaml": OLD.replace("value: 0.4, satisfaction: 0.2", "value: 0.6")})


def test_a_set_that_lacks_a_node_stops_no_other_and_is_listed_with_its_fault(study):
    here = stale(study)
    use_set(here, "new")
    assert tree_in_use(again(here)).weights()["quality"] == 0.7
    listed = listed_sets(again(here)).set_index("weights")
    assert listed["verdict"].to_dict() == {"new": "in use", "old": "does not fit"}
    assert listed.loc["old", "fault"].startswith("weights/old.yaml: weights: index: no weight for satisfaction.")


def test_to_use_a_set_that_lacks_a_node_is_refused(study):
    here = stale(study)
    with pytest.raises(ParamsError, match=r"weights/old\.yaml: weights: index: no weight for satisfaction.*The set old cannot be used"):
        use_set(here, "old")
    with pytest.raises(ParamsError, match="no weight for satisfaction"):
        tree_in_use(again(here, "2026Q2"))


def test_the_check_warns_of_a_stale_locked_set_and_refuses_one_that_is_needed(study):
    here = stale(study)
    tree, sets, used, faults = checked_sets(here, ["2026Q2", "2026Q3"])
    assert (len(tree.leaves), list(sets), used) == (3, ["new", "old"], "indicators")
    assert [each.split(":")[0] for each in faults] == ["weights/old.yaml"]
    with pytest.raises(ParamsError, match=r"weights/old\.yaml: weights: index"):
        checked_sets(again(here, "2026Q2"), ["2026Q2"])


def test_the_check_of_a_study_without_indicators_finds_nothing_to_check(tiny_project):
    assert checked_sets(load_study("shop", root=tiny_project()), ["2026Q3"]) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("locked: [2026Q2]\n", "locked: [2026Q2, 2026Q3]\n"),
        ("locked:\n- 2026Q2   \n", "locked: [2026Q2, 2026Q3]\n"),
        ("locked: [\n  2026Q2,\n]   # published\n", "locked: [2026Q2, 2026Q3]   # published\n"),
    ],
)
def test_a_lock_is_written_whatever_the_form_of_the_list(study, text, expected):
    here = study(
        **{
            "params/shop/weights/old.yaml": "# ours\n" + OLD.replace("locked: [2026Q2]\n", text),
            "params/shop/study.yaml": STUDY + "weight_set: old\n",
        }
    )
    path, locked = lock_set(here, "old", ["2026Q3"])
    assert locked == ("2026Q2", "2026Q3")
    assert path.read_text(encoding="utf-8") == "# ours\n" + OLD.replace("locked: [2026Q2]\n", expected)
    assert weight_sets(here)["old"].locked == locked
