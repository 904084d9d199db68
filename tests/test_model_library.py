"""The models of params/models against their published structure, their wording, and a study that uses one."""

from __future__ import annotations

import pytest
from conftest import CODEBOOK, STUDY, answers

from csat_lib.errors import ParamsError
from csat_lib.study import load_model, load_study, model_names

# As published; capitals are the papers' abbreviations. What is not published is named in each model's source as reconstructed.
PUBLISHED = {
    "scsb": "EXP->PERF EXP->SAT PERF->SAT SAT->COMP SAT->LOY COMP->LOY",
    "acsi": "EXP->QUAL EXP->VAL EXP->SAT QUAL->VAL QUAL->SAT VAL->SAT SAT->COMP SAT->LOY COMP->LOY",
    "acsi_split": (
        "EXP->PQUAL EXP->SQUAL PQUAL->VAL SQUAL->VAL PQUAL->SAT SQUAL->SAT EXP->VAL EXP->SAT VAL->SAT SAT->COMP SAT->LOY COMP->LOY"
    ),
    "ecsi": "IMAG->EXP EXP->QUAL EXP->VAL QUAL->VAL IMAG->SAT EXP->SAT QUAL->SAT VAL->SAT SAT->COMP IMAG->LOY SAT->LOY COMP->LOY",
    "ecsi_without_complaints": "IMAG->EXP EXP->QUAL EXP->VAL QUAL->VAL IMAG->SAT EXP->SAT QUAL->SAT VAL->SAT IMAG->LOY SAT->LOY",
    "epsi": "IMAG->VAL EXP->VAL PQUAL->VAL SQUAL->VAL IMAG->SAT VAL->SAT PQUAL->SAT SQUAL->SAT SAT->LOY",
    "ncsb": (
        "TANG->SAT REL->SAT RESP->SAT ASSU->SAT EMPA->SAT PRICE->SAT PRICE->LOY CHANDL->SAT CHANDL->LOY SAT->IMAG SAT->AFFCOM SAT->CALCOM "
        "SAT->LOY IMAG->LOY AFFCOM->LOY CALCOM->LOY"
    ),
    "ccsi": "IMAG->EXP IMAG->QUAL IMAG->VAL IMAG->SAT EXP->QUAL EXP->VAL EXP->SAT QUAL->VAL QUAL->SAT VAL->SAT SAT->LOY",
    "hkcsi": (
        "CHAR->EXP CHAR->QUAL CHAR->VAL CHAR->SAT EXP->QUAL EXP->VAL EXP->SAT QUAL->VAL QUAL->SAT VAL->SAT SAT->VOICE SAT->LOY VOICE->LOY"
    ),
    "jcsi": "EXP->QUAL EXP->VAL QUAL->VAL QUAL->SAT VAL->SAT SAT->WOM SAT->LOY WOM->LOY",
    "swics": "SAT->DIALOGUE DIALOGUE->LOY SAT->LOY",
    "retail": "EXP->QUAL EXP->VAL EXP->SAT QUAL->VAL QUAL->SAT VAL->SAT SAT->COMP SAT->LOY COMP->LOY",
}
NAMES = {
    "EXP": "expectations",
    "PERF": "performance",
    "QUAL": "quality",
    "PQUAL": "product_quality",
    "SQUAL": "service_quality",
    "VAL": "value",
    "SAT": "satisfaction",
    "COMP": "complaints",
    "LOY": "loyalty",
    "IMAG": "image",
    "TANG": "tangibles",
    "REL": "reliability",
    "RESP": "responsiveness",
    "ASSU": "assurance",
    "EMPA": "empathy",
    "PRICE": "price",
    "CHANDL": "handling",
    "AFFCOM": "affective",
    "CALCOM": "calculative",
    "CHAR": "characteristics",
    "VOICE": "voice",
    "WOM": "word_of_mouth",
    "DIALOGUE": "dialogue",
}
RECONSTRUCTED = {"acsi_split", "ccsi", "hkcsi", "swics"}
IN_PART = {"jcsi", "ncsb", "scsb"}

RETAIL_ITEMS = (
    *("product_range", "availability", "freshness", "store_tidiness", "orientation", "price_clarity"),
    *("staff_advice", "staff_courtesy", "checkout_speed"),
)

each_model = pytest.mark.parametrize("name", sorted(PUBLISHED))


def chinese(text):
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_the_library_holds_these_models_and_no_other(root):
    assert model_names(root) == tuple(sorted(PUBLISHED))


@each_model
def test_a_library_model_has_the_published_paths(root, name):
    arrows = [arrow.split("->") for arrow in PUBLISHED[name].split()]
    model = load_model(name, root=root)
    assert set(model.paths) == {(NAMES[cause], NAMES[effect]) for cause, effect in arrows}
    assert len(model.paths) == len(arrows)
    assert model.outcome == "satisfaction"


@each_model
def test_a_library_model_says_what_is_reconstructed(root, name):
    source = load_model(name, root=root).source
    assert ("reconstructed" in source) == (name in RECONSTRUCTED | IN_PART)
    assert ("in part reconstructed" in source) == (name in IN_PART)


@each_model
def test_every_construct_and_question_speaks_both_languages(root, name):
    model = load_model(name, root=root)
    assert chinese(model.title.zh)
    for each in model.constructs:
        assert chinese(each.label.zh)
        assert each.label.en
        assert not chinese(each.label.en)
    assert set(model.questions) == set(model.items)
    for question in model.questions.values():
        for text in (question.label, question.wording, question.low, question.high):
            assert chinese(text.zh)
            assert text.en
            assert not chinese(text.en)
        assert question.low != question.high


def test_an_item_of_several_models_has_one_label(root):
    labels = {}
    for name in PUBLISHED:
        for item, question in load_model(name, root=root).questions.items():
            assert labels.setdefault(item, question.label) == question.label, f"{name}: {item}"


def test_the_shop_s_three_factors_form_quality(root):
    model = load_model("retail", root=root)
    assert model.higher_order == ("quality",)
    assert model.construct("quality").of == ("goods", "impression", "service")
    assert set(model.observed("quality")) == set(RETAIL_ITEMS)
    first, second = model.first_stage(), model.second_stage()
    assert {cause for cause, effect in first.paths if effect == "satisfaction"} == {
        "expectations",
        "goods",
        "impression",
        "service",
        "value",
    }
    assert second.construct("quality").items == ("goods", "impression", "service")
    assert set(second.paths) == set(load_model("acsi", root=root).paths)


def test_the_norwegian_model_has_twelve_constructs_and_the_japanese_21_questions(root):
    assert len(load_model("ncsb", root=root).names) == 12
    assert len(load_model("jcsi", root=root).items) == 21


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("of: [x, y]", "of: [x, z]", "own.yaml: constructs: q: of: no construct 'z'."),
        ("of: [x, y]", "of: x", "own.yaml: constructs: q: of: expected a list, got the text 'x'."),
        ("x1: {label", "x2: {label", "own.yaml: items: no construct is measured by 'x2'. There are: x1, y1, c1."),
        ("wording: 'How", "wrding: 'How", "own.yaml: items: x1: unknown key 'wrding'. Did you mean 'wording'?"),
        ("label: X question, ", "", "own.yaml: items: x1: the key 'label' is missing."),
    ],
)
def test_a_mistake_in_parts_or_questions_is_told_by_file_and_key(tmp_path, old, new, told):
    text = (
        "title: Own\nsource: here\noutcome: c\nconstructs:\n  x: {label: X, items: [x1]}\n  y: {label: Y, items: [y1]}\n"
        "  q: {label: Q, of: [x, y]}\n  c: {label: C, items: [c1]}\ndrivers_of:\n  c: [q]\n"
        "items:\n  x1: {label: X question, wording: 'How is x?'}\n"
    )
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    assert load_model(path).questions["x1"].wording.en == "How is x?"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ParamsError) as refused:
        load_model(path)
    assert told in str(refused.value)


def retail_codebook():
    """The corner shop's codebook with the shop's three factors in place of overall quality."""
    kept = "".join(line for line in CODEBOOK.splitlines(keepends=True) if not line.startswith("  quality_"))
    return kept.replace("items:\n", "items:\n" + "".join(f"  {item}:\n" for item in RETAIL_ITEMS))


def retail_study():
    return STUDY.replace("model: acsi", "model: retail").replace("quality_overall", "product_range")


def test_a_study_measures_a_higher_order_construct_through_its_parts(tiny_project):
    root = tiny_project(
        study=retail_study() + "constructs: {goods: [freshness, product_range]}\n", codebook=retail_codebook(), data=answers()
    )
    structure = load_study("shop", root=root).structure
    assert structure.observed("quality") == ("freshness", "product_range", *RETAIL_ITEMS[3:])


@pytest.mark.parametrize(
    ("more", "left_out", "told"),
    [
        (
            "constructs: {quality: [freshness]}\n",
            "",
            "study.yaml: constructs: quality is formed of goods, impression, service; give the items to those.",
        ),
        ("", "orientation", "the model retail measures impression by 'orientation', which the codebook does not have."),
    ],
)
def test_items_of_a_higher_order_construct_are_checked_at_its_parts(tiny_project, more, left_out, told):
    codebook = "".join(line for line in retail_codebook().splitlines(keepends=True) if not left_out or left_out not in line)
    with pytest.raises(ParamsError) as refused:
        load_study("shop", root=tiny_project(study=retail_study() + more, codebook=codebook))
    assert told in str(refused.value)
