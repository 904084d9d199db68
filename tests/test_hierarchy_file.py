"""The file of an indicator system."""

import pytest

from csat_lib.errors import NotInStudyError, ParamsError
from csat_lib.index import load_tree, read_tree
from csat_lib.study import load_study

TREE = """\
index:
  label: {en: Index, zh: 指数}
  children:
    quality:
      weight: 0.6
      controllable: yes
      children:
        fit: {weight: 0.5, item: quality_fit}
        faults: {weight: 0.5, item: complained, direction: lower, controllable: no}
    value: {weight: 0.4, item: value_price, comparable: no}
"""
SET = """\
author: Board
date: 2026-01-10
method: direct
reason: Agreed in the yearly meeting.
weights: {quality: 0.7, value: 0.3, fit: 0.25, faults: 0.75}
"""


def study_with(tiny_project, tree=TREE, **files):
    more = {"params/shop/indicators.yaml": tree, **{f"params/shop/weights/{name}.yaml": text for name, text in files.items()}}
    return load_study("shop", "2026Q3", root=tiny_project(more=more))


def test_flags_hold_below_a_node_unless_a_node_below_says_otherwise(tiny_project):
    tree = load_tree(study_with(tiny_project))
    told = {leaf.name: (leaf.direction, leaf.controllable, leaf.comparable) for leaf in tree.leaves}
    assert told == {"fit": ("higher", "yes", ""), "faults": ("lower", "no", ""), "value": ("higher", "", "no")}
    assert tree.label("index", "zh") == "指数"
    assert tree.effective_weights().to_dict() == pytest.approx({"fit": 0.3, "faults": 0.3, "value": 0.4})


def test_a_weight_set_gives_its_weights_to_everything_below(tiny_project):
    named = TREE.replace("  children:\n    quality", "  weights: board\n  children:\n    quality", 1)
    bare = named.replace("weight: 0.6\n      ", "").replace("weight: 0.5, ", "").replace("weight: 0.4, ", "")
    tree = load_tree(study_with(tiny_project, bare, board=SET))
    assert tree.weights() == {"quality": 0.7, "value": 0.3, "fit": 0.25, "faults": 0.75}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("weight: 0.4, item", "weight: 0.5, item", "shop/indicators.yaml: index: the weights of its children .* sum to 1.1"),
        ("item: quality_fit", "item: quality_fitt", "fit: no item 'quality_fitt' in the codebook. Did you mean 'quality_fit'"),
        ("item: value_price", "item: quality_fit", "index: value: the item 'quality_fit' stands under quality already"),
        ("{weight: 0.5, item: quality_fit}", "{weight: 0.5}", "fit: an empty branch"),
        (
            "{weight: 0.5, item: quality_fit}",
            "{item: quality_fit}",
            "quality: fit has no weight. Give it one, or name a weight set at quality",
        ),
        ("controllable: yes", "controlable: yes", "unknown key 'controlable'. Did you mean 'controllable'"),
        ("direction: lower", "direction: down", "direction: 'down' is not one of 'higher' or 'lower'"),
        ("weight: 0.6", "weights: board\n      weight: 0.6", "quality: weights: no weight set 'board'"),
        ("index:\n", "index:\n  weight: 1\n", "the index has no siblings, so it has no weight"),
    ],
)
def test_mistakes_are_named_with_their_place(tiny_project, old, new, words):
    with pytest.raises(ParamsError, match=words):
        load_tree(study_with(tiny_project, TREE.replace(old, new, 1)))


def test_a_weight_from_two_places_is_refused(tiny_project):
    both = TREE.replace("      controllable: yes", "      weights: board\n      controllable: yes", 1)
    with pytest.raises(ParamsError, match="quality: fit states a weight, and weights: board gives another"):
        load_tree(study_with(tiny_project, both, board=SET))


def test_a_study_without_the_file_says_so(tiny_project):
    with pytest.raises(NotInStudyError, match=r"shop has no indicator system. Write params/shop/indicators.yaml"):
        load_tree(load_study("shop", "2026Q3", root=tiny_project()))


def test_the_demonstration_has_four_levels_in_both_languages(root):
    study = load_study("demo", root=root)
    tree = load_tree(study)
    assert max(tree.levels.values()) == 4
    assert {tree.levels[leaf.name] for leaf in tree.leaves} == {4}
    assert set(study.parameters.grades) - {"grade_overall"} <= set(tree.items)
    assert all(node.label.en and node.label.zh for node in tree.nodes)


@pytest.mark.parametrize("trade", ["construction", "dealer", "generic", "hotel", "property", "restaurant", "retail"])
def test_the_trees_of_the_templates_hold_together(root, trade):
    from csat_lib.study import load_codebook

    folder = root / "params" / "templates" / trade
    tree = read_tree(folder / "indicators.yaml", load_codebook(folder / "codebook.yaml"))
    assert tree.effective_weights().sum() == pytest.approx(1, abs=1e-12)
    assert {tree.levels[leaf.name] for leaf in tree.leaves} == {4}
