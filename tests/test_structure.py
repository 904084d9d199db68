"""The path model as data: causal order, rivals, refusals, and the models of the library."""

from __future__ import annotations

import copy
import itertools
import pickle

import pytest

from csat_lib.errors import ParamsError
from csat_lib.study import Construct, Structure, Text, load_model

# As published; capitals are the papers' abbreviations.
NAMES = {
    "EXP": "expectations",
    "QUAL": "quality",
    "VAL": "value",
    "SAT": "satisfaction",
    "COMP": "complaints",
    "LOY": "loyalty",
    "IMAG": "image",
    "EXPQ": "expectations",
    "PERQ": "quality",
}
PUBLISHED = {
    "acsi": "EXP->QUAL EXP->VAL EXP->SAT QUAL->VAL QUAL->SAT VAL->SAT SAT->COMP SAT->LOY COMP->LOY",
    "ecsi": ("IMAG->EXP EXP->QUAL EXP->VAL QUAL->VAL IMAG->SAT EXP->SAT QUAL->SAT VAL->SAT SAT->COMP IMAG->LOY SAT->LOY COMP->LOY"),
    "ccsi": "IMAG->EXPQ IMAG->PERQ IMAG->VAL IMAG->SAT EXPQ->PERQ EXPQ->VAL EXPQ->SAT PERQ->VAL PERQ->SAT VAL->SAT SAT->LOY",
}


def structure(drivers_of, outcome="c", **blocks):
    """A model whose constructs have one item each, unless told otherwise."""
    names = dict.fromkeys([*blocks, *drivers_of, *(cause for causes in drivers_of.values() for cause in causes)])
    constructs = tuple(Construct(name, Text(en=name.upper()), blocks.get(name, (f"{name}1",))) for name in names)
    return Structure(constructs, drivers_of, outcome)


def refusal(call, *args, **options):
    with pytest.raises(ParamsError) as refused:
        call(*args, **options)
    return str(refused.value)


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_a_library_model_has_the_published_paths(root, name):
    arrows = [arrow.split("->") for arrow in PUBLISHED[name].split()]
    model = load_model(name, root=root)
    assert set(model.paths) == {(NAMES[cause], NAMES[effect]) for cause, effect in arrows}
    assert len(model.paths) == len(arrows)
    assert model.outcome == "satisfaction"
    assert all(model.label(each, "zh") != model.label(each, "en") for each in model.names)


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
