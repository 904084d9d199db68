"""The path model as data: causal order, rivals, higher-order constructs and their stages, refusals."""

from __future__ import annotations

import copy
import itertools
import pickle

import pytest

from csat_lib.errors import ParamsError
from csat_lib.study import Construct, Question, Structure, Text, load_model


def structure(drivers_of, outcome="c", **blocks):
    """A model whose constructs have one item each, unless told otherwise."""
    names = dict.fromkeys([*blocks, *drivers_of, *(cause for causes in drivers_of.values() for cause in causes)])
    constructs = tuple(Construct(name, Text(en=name.upper()), blocks.get(name, (f"{name}1",))) for name in names)
    return Structure(constructs, drivers_of, outcome)


def refusal(call, *args, **options):
    with pytest.raises(ParamsError) as refused:
        call(*args, **options)
    return str(refused.value)


def test_constructs_come_in_causal_order_however_they_were_written():
    model = structure({"d": ["c", "a"], "c": ["b"], "b": ["a"]}, d=("d1",))
    assert model.names == ("a", "b", "c", "d")
    assert model.paths == (("a", "b"), ("b", "c"), ("a", "d"), ("c", "d"))
    assert model.items == ("a1", "b1", "c1", "d1")


@pytest.mark.parametrize(
    ("drivers_of", "loop"),
    [
        ({"b": ["a"], "c": ["b"], "a": ["c"]}, "a -> b -> c -> a"),
        ({"c": ["c", "a"]}, "c -> c"),
        ({"a": ["b"], "b": ["a"], "c": ["b"]}, "a -> b -> a"),
        ({"c": ["start", "e"], "d": ["c"], "e": ["d"], "end": ["e"]}, "c -> d -> e -> c"),
    ],
)
def test_a_loop_is_written_out_in_the_direction_of_its_arrows(drivers_of, loop):
    told = refusal(structure, drivers_of)
    written = told.split("form a loop: ")[1].split(". Take")[0].split(" -> ")
    assert written[0] == written[-1]
    assert all(cause in drivers_of[effect] for cause, effect in itertools.pairwise(written))
    assert set(written) == set(loop.split(" -> "))


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: Structure((Construct("a", Text(), ("x",)), Construct("b", Text(), ("y",))), {"b": ("aa",)}, "b"),
            "drivers_of: b: no construct 'aa'. Did you mean 'a'?",
        ),
        (lambda: structure({"c": ["a"]}, outcome="cc"), "outcome: no construct 'cc'. Did you mean 'c'?"),
        (lambda: structure({"c": ["a", "a"]}), "drivers_of: c: a is named twice."),
        (lambda: structure({"c": ["a"]}, a=("x", "y"), c=("y",)), "the item 'y' stands in a and in c; it can measure only one."),
        (lambda: structure({"c": ["a"]}, a=("x", "x")), "the item 'x' stands in a and in a"),
        (lambda: structure({"c": ["a"]}, a=()), "constructs: a has no items."),
        (lambda: structure({"c": ["a"]}, alone=("x",)), "alone has no path to or from it. Connect it in drivers_of or leave it out."),
        (
            lambda: Structure(
                (Construct("a", Text(), ("x",)), Construct("a", Text(), ("y",)), Construct("b", Text(), ("z",))), {"b": ("a",)}, "b"
            ),
            "constructs: a is declared twice.",
        ),
    ],
)
def test_a_model_that_cannot_be_is_refused_by_name(call, told):
    assert told in refusal(call)


def test_a_rival_model_leaves_the_original_as_it_was(root):
    model = load_model("ecsi", root=root)
    before = model.paths
    rival = model.without_path("image", "loyalty")
    assert set(before) - set(rival.paths) == {("image", "loyalty")}
    assert model.paths == before
    assert set(rival.with_path("image", "loyalty").paths) == set(before)
    assert rival.with_path("image", "loyalty").drivers_of["loyalty"] == model.drivers_of["loyalty"]


def test_a_path_that_is_not_there_cannot_be_taken_out(root):
    model = load_model("acsi", root=root)
    assert "No path valeu -> satisfaction in the model. Did you mean 'value'?" in refusal(model.without_path, "valeu", "satisfaction")
    assert "drivers_of: loyalty: satisfaction is named twice" in refusal(model.with_path, "satisfaction", "loyalty")
    assert "form a loop" in refusal(model.with_path, "loyalty", "expectations")


def test_taking_the_only_path_of_a_construct_is_refused():
    assert "a has no path to or from it" in refusal(structure({"c": ["a", "b"]}).without_path, "a", "c")


def test_other_items_measure_a_construct_in_a_copy(root):
    model = load_model("acsi", root=root)
    assert model.with_items("loyalty", ("repurchase",)).construct("loyalty").items == ("repurchase",)
    assert model.construct("loyalty").items == ("repurchase", "price_tolerance")
    assert "No construct 'loyalti' in the model. Did you mean 'loyalty'?" in refusal(model.with_items, "loyalti", ("x",))


def test_the_arrows_of_a_model_cannot_be_overwritten(root):
    model = load_model("acsi", root=root)
    with pytest.raises(TypeError):
        model.drivers_of["loyalty"] = ()


def test_lavaan_reads_the_same_specification():
    model = structure({"c": ["a", "b"], "b": ["a"]}, a=("x1", "x2"))
    assert model.to_lavaan() == "a =~ x1 + x2\nb =~ b1\nc =~ c1\nb ~ a\nc ~ a + b\n"


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each))], ids=["deepcopy", "pickle"])  # noqa: S301
def test_a_copy_of_a_model_is_the_same_model(root, copied):
    model = load_model("ecsi", root=root)
    again = copied(model)
    assert again == model
    assert again.without_path("image", "loyalty").paths == model.without_path("image", "loyalty").paths


def test_an_unknown_model_is_refused_with_the_nearest(root, tmp_path):
    assert refusal(load_model, "asci", root=root) == "No model 'asci' in params/models. Did you mean 'acsi'?"
    assert "No model '../acsi' in params/models." in refusal(load_model, "../acsi", root=root)
    assert "own.yaml: no such file" in refusal(load_model, tmp_path / "own.yaml")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("outcome: c", "outcmoe: c", "own.yaml: unknown key 'outcmoe'. Did you mean 'outcome'?"),
        ("items: [x]", "itmes: [x]", "own.yaml: constructs: a: unknown key 'itmes'. Did you mean 'items'?"),
        ("items: [x]", "items: x", "own.yaml: constructs: a: items: expected a list, got the text 'x'."),
        ("c: [a]", "c: a", "own.yaml: drivers_of: c: expected a list, got the text 'a'."),
        ("c: [a]", "c: [b]", "own.yaml: drivers_of: c: no construct 'b'."),
        ("items: [x]", "items: []", "own.yaml: constructs: a has no items."),
        ("items: [x]", "items: [x], mode: C", "own.yaml: constructs: a: mode: 'C' is not one of 'A' or 'B'."),
    ],
)
def test_a_mistake_in_a_model_file_is_told_by_file_and_key(tmp_path, old, new, told):
    text = (
        "title: Own\nsource: here\noutcome: c\nconstructs:\n"
        "  a: {label: A, items: [x]}\n  c: {label: C, items: [y]}\ndrivers_of:\n  c: [a]\n"
    )
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    assert load_model(path).paths == (("a", "c"),)
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert told in refusal(load_model, path)


# Higher-order constructs: goods and service form quality; the disjoint two-stage approach of Becker et al. 2023.


def shop(outcome="sat", **changed):
    """e -> quality (of goods and service) -> sat, and e -> sat; parts are declared after what they form."""
    blocks = {
        "quality": Construct("quality", Text(en="Quality"), of=("goods", "service")),
        "e": Construct("e", Text(en="Expectations"), ("e1",)),
        "goods": Construct("goods", Text(en="Goods"), ("g1", "g2")),
        "service": Construct("service", Text(en="Service"), ("s1",), "B"),
        "sat": Construct("sat", Text(en="Satisfaction"), ("t1", "t2")),
        **{name: each for name, each in changed.items() if name != "drivers_of"},
    }
    return Structure(tuple(blocks.values()), changed.get("drivers_of", {"quality": ("e",), "sat": ("quality", "e")}), outcome)


def test_parts_stand_just_before_the_construct_they_form():
    model = shop()
    assert model.names == ("e", "goods", "service", "quality", "sat")
    assert model.items == ("e1", "g1", "g2", "s1", "t1", "t2")
    assert model.higher_order == ("quality",)
    assert model.observed("quality") == ("g1", "g2", "s1")
    assert model.observed("sat") == ("t1", "t2")
    assert model.paths == (("e", "quality"), ("e", "sat"), ("quality", "sat"))


def test_the_first_stage_gives_each_part_all_paths_of_its_construct():
    first = shop().first_stage()
    assert first.names == ("e", "goods", "service", "sat")
    assert set(first.paths) == {("e", "goods"), ("e", "service"), ("goods", "sat"), ("service", "sat"), ("e", "sat")}
    assert first.items == shop().items
    assert first.construct("service").mode == "B"
    assert first.higher_order == ()


def test_the_second_stage_measures_the_construct_by_its_parts():
    second = shop().second_stage()
    assert second.names == ("e", "quality", "sat")
    assert second.construct("quality").items == ("goods", "service")
    assert second.items == ("e1", "goods", "service", "t1", "t2")
    assert second.paths == shop().paths


def test_two_higher_order_constructs_are_joined_part_by_part():
    blocks = {"a1": ("x1",), "a2": ("x2",), "b1": ("y1",), "b2": ("y2",)}
    parts = tuple(Construct(name, Text(), items) for name, items in blocks.items())
    whole = (Construct("a", Text(), of=("a1", "a2")), Construct("b", Text(), of=("b1", "b2")))
    model = Structure((*whole, *parts), {"b": ("a",)}, "b")
    assert model.names == ("a1", "a2", "a", "b1", "b2", "b")
    assert set(model.first_stage().paths) == {("a1", "b1"), ("a1", "b2"), ("a2", "b1"), ("a2", "b2")}
    assert model.first_stage().outcome == "b1"
    assert model.second_stage().items == ("a1", "a2", "b1", "b2")
    assert model.second_stage().outcome == "b"


def test_a_model_without_higher_order_constructs_is_its_own_stages(root):
    model = load_model("ecsi", root=root)
    assert model.first_stage() is model
    assert model.second_stage() is model


def test_a_higher_order_model_can_be_changed_copied_and_exported():
    model = shop()
    assert model.without_path("e", "quality").names == ("e", "goods", "service", "quality", "sat")
    assert model.without_path("e", "sat").with_path("e", "sat") == model
    assert model.with_items("goods", ("g3",)).observed("quality") == ("g3", "s1")
    assert model.label("quality") == "Quality"
    assert copy.deepcopy(model) == model
    assert pickle.loads(pickle.dumps(model)) == model  # noqa: S301
    assert "quality =~ goods + service\n" in model.to_lavaan()


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: shop(drivers_of={"sat": ("goods", "e", "quality")}),
            "sat: goods is a part of quality. Draw the path with quality instead.",
        ),
        (lambda: shop(drivers_of={"goods": ("e",), "sat": ("quality",)}), "goods: goods is a part of quality. Draw the path with quality"),
        (lambda: shop(outcome="service"), "outcome: service is a part of quality. Name quality, or a construct of its own."),
        (
            lambda: shop(quality=Construct("quality", Text(), of=("goods", "servcie"))),
            "quality: of: no construct 'servcie'. Did you mean 'service'?",
        ),
        (
            lambda: shop(quality=Construct("quality", Text(), of=("goods",))),
            "of names goods alone. Name two or more, or give the items to quality.",
        ),
        (
            lambda: shop(quality=Construct("quality", Text(), ("q1",), of=("goods", "service"))),
            "quality has both items and of. Give the items to goods, service.",
        ),
        (lambda: shop(goods=Construct("goods", Text(), of=("service", "e"))), "quality: of: goods has no items of its own."),
        (lambda: shop(quality=Construct("quality", Text(), of=("quality", "goods"))), "quality: of: quality has no items of its own."),
        (
            lambda: shop(quality=Construct("quality", Text(), of=("goods", "goods"))),
            "goods is a part of quality and of quality; it can be a part of",
        ),
        (
            lambda: shop(sat=Construct("sat", Text(), of=("goods", "service"))),
            "goods is a part of quality and of sat; it can be a part of only one.",
        ),
        (
            lambda: shop(sat=Construct("sat", Text(), ("goods",))),
            "sat: the item 'goods' has the name of a part of quality. Rename one of them.",
        ),
        (lambda: shop(drivers_of={"quality": ("e", "sat"), "sat": ("quality",)}), "the paths form a loop: quality -> sat -> quality."),
        (lambda: shop(drivers_of={"sat": ("e",)}), "quality has no path to or from it."),
        (lambda: shop(goods=Construct("goods", Text())), "goods has no items of its own"),
        (lambda: shop().with_items("quality", ("q1",)), "quality is formed of goods, service; give the items to those."),
        (lambda: shop().with_path("goods", "sat"), "goods is a part of quality. Draw the path with quality instead."),
    ],
)
def test_a_higher_order_construct_that_cannot_be_is_refused_by_name(call, told):
    assert told in refusal(call)


def test_questions_belong_to_items_and_go_with_them():
    asked = {item: Question(Text(en=item), Text(en=f"How is {item}?")) for item in ("t2", "g1")}
    model = shop()
    model = Structure(model.constructs, model.drivers_of, "sat", questions=asked)
    assert list(model.questions) == ["g1", "t2"]
    assert list(model.with_items("sat", ("t3",)).questions) == ["g1"]
    assert list(model.second_stage().questions) == ["t2"]
    assert dict(model.first_stage().questions) == asked
    assert pickle.loads(pickle.dumps(model)).questions == asked  # noqa: S301
    with pytest.raises(TypeError):
        model.questions["g1"] = asked["t2"]
    assert "items: no construct is measured by 't9'" in refusal(
        Structure, model.constructs, model.drivers_of, "sat", questions={"t9": asked["t2"]}
    )


def test_a_construct_called_like_an_item_has_no_lavaan_syntax():
    blocks = (Construct("a", Text(), ("a", "b")), Construct("y", Text(), ("y1",)))
    model = Structure(blocks, {"y": ("a",)}, "y")
    with pytest.raises(ParamsError, match="cannot tell the construct 'a' from the item of that name"):
        model.to_lavaan()
