"""Files of weight sets: read strictly, held against their judgements, never changed once locked."""

import datetime as dt
from dataclasses import replace

import pytest

from csat_lib.errors import DataError, ParamsError
from csat_lib.index import load_weight_sets, locked_set, panel_weights, read_judgements, weight_set, write_expert_template, write_weight_set
from csat_lib.study import load_study

TREE = {"index": ["quality", "service", "price"]}
SET = """\
author: A. Chen
date: 2026-07-01
method: ahp
reason: The panel of July.
judgements: [li.yaml]
locked: [2026Q1, 2026]
weights: {quality: 0.581552, service: 0.308996, price: 0.109452}
"""
LI = """\
expert: Li
judgements:
  index: {quality / service: 2, quality / price: 5, service / price: 3}
"""
ABOUT = {"author": "陈", "date": dt.date(2026, 7, 1), "method": "direct", "reason": "yes: 50/50"}


@pytest.fixture
def study(tiny_project):
    def make(panel=SET, li=LI, **more):
        files = {"params/shop/weights/panel.yaml": panel, "params/shop/weights/li.yaml": li}
        return load_study("shop", root=tiny_project(more=files | {f"params/shop/weights/{name}.yaml": text for name, text in more.items()}))

    return make


def test_a_set_is_loaded_with_its_words_and_numbers(study):
    found = load_weight_sets(study(), tree=TREE)
    assert list(found) == ["panel"]
    assert (found["panel"].author, found["panel"].date, found["panel"].locked) == ("A. Chen", dt.date(2026, 7, 1), ("2026Q1", "2026"))
    assert found["panel"].weights == {"quality": 0.581552, "service": 0.308996, "price": 0.109452}
    assert locked_set(found, "2026") is found["panel"]
    assert locked_set(found, "2026Q2") is None


def test_a_study_without_weights_has_no_sets(tiny_project):
    assert load_weight_sets(load_study("shop", root=tiny_project())) == {}


def test_layout_and_comments_do_not_change_the_hash(study):
    other = SET.replace("weights: {quality: 0.581552, ", "weights: {quality: 5.81552e-1, ").replace("locked", "# why not\nlocked")
    found = load_weight_sets(study(other=other.replace("locked: [2026Q1, 2026]", "locked: []")))
    assert found["panel"].hash == found["other"].hash


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("author:", "autor:", r"weights/panel\.yaml: unknown key 'autor'\. Did you mean 'author'"),
        ("reason: The panel of July.\n", "", r"weights/panel\.yaml: the key 'reason' is missing"),
        ("date: 2026-07-01", "date: July", "date: expected a date"),
        ("0.109452", "0.2", r"weights/panel\.yaml: index: the weights of quality, service, price sum to 1\.090548"),
        ("0.109452", "a lot", "weights: price: expected a number, got the text 'a lot'"),
        (
            "quality: 0.581552, service: 0.308996",
            "quality: 0.5, service: 0.390548",
            "weights: quality: 0.5 is stated, but the judgements give 0.58155",
        ),
        ("li.yaml", "lee.yaml", r"lee\.yaml: no such file of judgements\. Did you mean 'li\.yaml'"),
        ("li.yaml", "../li.yaml", r"judgements: '\.\./li\.yaml' must lie beside the set"),
        ("locked: [2026Q1, 2026]", "locked: [spring]", "spring"),
        ("judgements: [li.yaml]", "judgements: [li.yaml]\nrandom_index: own", "No random index 'own'"),
    ],
)
def test_mistakes_are_refused_by_file_and_key(study, old, new, words):
    with pytest.raises(ParamsError, match=words):
        load_weight_sets(study(SET.replace(old, new)), tree=TREE)


def test_a_set_is_held_against_judgements_that_change_later(study):
    asked = study(SET)
    assert load_weight_sets(asked, tree=TREE)
    path = asked.paths.params / "weights" / "li.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("2", "3", 1), encoding="utf-8")
    with pytest.raises(ParamsError, match="but the judgements give"):
        load_weight_sets(asked, tree=TREE)


def test_a_set_on_inconsistent_judgements_is_refused_with_the_first_to_revisit(study):
    li = LI.replace(
        "quality / service: 2, quality / price: 5, service / price: 3", "quality / service: 7, quality / price: 1/4, service / price: 5"
    )
    with pytest.raises(
        DataError, match=r"weights/panel\.yaml: index: the judgements are inconsistent \(CR .* Revisit first quality against service"
    ):
        load_weight_sets(study(li=li))


def test_two_sets_cannot_be_locked_for_one_period(study):
    with pytest.raises(ParamsError, match="other and panel are both locked for 2026Q1"):
        load_weight_sets(study(other=SET.replace("[2026Q1, 2026]", "[2026Q1]")))


def test_what_is_written_is_read_back_the_same(study):
    shop = study()
    told = weight_set("halves", {"质量": 1 / 3, "no": 1e-05, "12": 1 - 1 / 3 - 1e-05}, **ABOUT, locked=["2026Q2", "2025"])
    path = write_weight_set(shop, told)
    assert path.name == "halves.yaml"
    assert "陈" in path.read_text(encoding="utf-8")
    found = load_weight_sets(shop)["halves"]
    assert (found, found.hash) == (told, told.hash)
    assert [each.name for each in path.parent.glob("*.draft")] == []


def test_a_name_that_is_taken_is_refused_unless_replacing_is_meant(study):
    shop = study()
    first = weight_set("mine", {"a": 0.5, "b": 0.5}, **ABOUT)
    write_weight_set(shop, first)
    write_weight_set(shop, first)
    changed = weight_set("mine", {"a": 0.4, "b": 0.6}, **ABOUT)
    with pytest.raises(ParamsError, match=r"weights/mine\.yaml exists already"):
        write_weight_set(shop, changed)
    write_weight_set(shop, changed, overwrite="replace")
    assert load_weight_sets(shop)["mine"].weights["a"] == 0.4


def test_a_locked_set_is_never_changed_but_its_lock_can_grow(study):
    shop = study()
    locked = weight_set("mine", {"a": 0.5, "b": 0.5}, **ABOUT, locked=["2026Q2"])
    write_weight_set(shop, locked)
    write_weight_set(shop, replace(locked, locked=("2026Q2", "2026Q3")))
    assert load_weight_sets(shop)["mine"].locked == ("2026Q2", "2026Q3")
    for changed in (replace(locked, locked=()), weight_set("mine", {"a": 0.4, "b": 0.6}, **ABOUT, locked=["2026Q2", "2026Q3"])):
        with pytest.raises(ParamsError, match=r"weights/mine\.yaml is locked for 2026Q2, 2026Q3\. Give the changed set a new name"):
            write_weight_set(shop, changed, overwrite="replace")


def test_a_node_that_would_be_read_back_as_a_number_is_refused_and_nothing_is_left(study):
    shop = study()
    with pytest.raises(ParamsError, match="read back as something else"):
        write_weight_set(shop, weight_set("mine", {"1e7": 1.0}, **ABOUT))
    assert sorted(each.name for each in (shop.paths.params / "weights").iterdir()) == ["li.yaml", "panel.yaml"]


def test_a_panels_set_goes_from_the_template_to_the_study_and_stays_proved(study):
    import openpyxl

    shop = study()
    folder = shop.paths.params / "weights"
    for expert, judgements in (("Chen", ["2", "5", "3"]), ("Wu", ["3", "4", "2"])):
        path = write_expert_template(folder / f"{expert}.xlsx", TREE, expert=expert)
        book = openpyxl.load_workbook(path)
        for place, value in zip(("D9", "E9", "E10"), judgements, strict=True):
            book["index"][place] = value
        book.save(path)
    files = ["Chen.xlsx", "Wu.xlsx"]
    panel = panel_weights(read_judgements([folder / name for name in files], tree=TREE), tree=TREE, expert_weights={"Chen": 2, "Wu": 1})
    told = weight_set("both", panel, **ABOUT | {"method": "ahp"}, judgements=files)
    path = write_weight_set(shop, told)
    assert load_weight_sets(shop, tree=TREE)["both"] == told
    path.write_text(path.read_text(encoding="utf-8").replace("Chen: 2", "Chen: 9"), encoding="utf-8")
    with pytest.raises(ParamsError, match=r"weights/both\.yaml: weights: quality: .* but the judgements give"):
        load_weight_sets(shop, tree=TREE)
