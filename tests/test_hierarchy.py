"""The indicator system as data."""

import pandas as pd
import pytest

from csat_lib.errors import ParamsError
from csat_lib.index import Node, Tree, check_siblings


def leaf(name, weight, item=None, **more):
    return Node(name, weight=weight, item=item or name, **more)


def tree():
    quality = Node("quality", weight=0.6, children=(leaf("fit", 0.7), leaf("care", 0.3)))
    value = Node("value", weight=0.4, children=(leaf("price", 1.0),))
    return Tree(Node("index", children=(quality, value)))


def test_effective_weights_are_products_along_the_path_and_sum_to_one():
    assert tree().effective_weights().to_dict() == pytest.approx({"fit": 0.42, "care": 0.18, "price": 0.4}, abs=1e-15)


def test_levels_parents_and_siblings_follow_the_tree():
    assert dict(tree().levels) == {"index": 1, "quality": 2, "value": 2, "fit": 3, "care": 3, "price": 3}
    assert tree().siblings() == {"index": ("quality", "value"), "quality": ("fit", "care"), "value": ("price",)}
    assert tree().parents["fit"] == "quality"
    check_siblings(tree().weights(), tree().siblings())


def test_siblings_that_do_not_sum_to_one_are_refused_by_parent_and_sum():
    with pytest.raises(
        ParamsError, match=r"index: the weights of its children \(a 0.5, b 0.6\) sum to 1.1, not to 1. Divide each by the sum"
    ):
        Tree(Node("index", children=(leaf("a", 0.5), leaf("b", 0.6))))


@pytest.mark.parametrize(("excess", "fits"), [(9e-10, True), (2e-9, False)])
def test_the_sum_may_be_off_by_a_billionth(excess, fits):
    root = Node("index", children=(leaf("a", 0.5), leaf("b", 0.5 + excess)))
    if fits:
        assert Tree(root).items == ("a", "b")
    else:
        with pytest.raises(ParamsError, match="sum to"):
            Tree(root)


def test_an_item_under_two_parents_is_named_with_both():
    branches = tuple(Node(name, weight=0.5, children=(leaf(f"{name}_1", 1.0, "speed"),)) for name in ("service", "shop"))
    with pytest.raises(ParamsError, match=r"shop: shop_1: the item 'speed' stands under service already. It can count once"):
        Tree(Node("index", children=branches))


def test_shapes_that_cannot_be_are_refused():
    with pytest.raises(ParamsError, match="service: an empty branch"):
        Tree(Node("index", children=(Node("service"),)))
    with pytest.raises(ParamsError, match="service: it has children and the item 'speed'"):
        Tree(Node("index", children=(Node("service", item="speed", children=(leaf("a", 1.0),)),)))
    with pytest.raises(ParamsError, match="a: the name appears twice"):
        Tree(Node("index", children=(leaf("a", 0.5, "x"), leaf("a", 0.5, "y"))))
    with pytest.raises(ParamsError, match=r"a: the weight 1.5; a weight within its parent is from 0 to 1"):
        Tree(Node("index", children=(leaf("a", 1.5), leaf("b", -0.5))))


def test_other_weights_give_another_tree_and_leave_this_one():
    first = tree()
    second = first.with_weights(pd.Series({"quality": 0.5, "value": 0.5}))
    assert second.weights()["quality"] == 0.5
    assert first.weights()["quality"] == 0.6
    assert second.effective_weights()["fit"] == pytest.approx(0.35)
    with pytest.raises(ParamsError, match=r"no indicator 'qualty' below index. Did you mean 'quality'"):
        first.with_weights({"qualty": 0.5})
    with pytest.raises(ParamsError, match="index: the weights of its children"):
        first.with_weights({"quality": 0.5})


def test_equal_weights_are_equal_within_every_parent():
    assert tree().with_equal_weights().weights() == {"quality": 0.5, "value": 0.5, "fit": 0.5, "care": 0.5, "price": 1.0}


def test_an_unknown_node_is_named_with_the_nearest():
    with pytest.raises(ParamsError, match=r"No indicator 'valu' in the tree. Did you mean 'value'"):
        tree().node("valu")
