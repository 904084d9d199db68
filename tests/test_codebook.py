"""The questionnaire as data: defaults, columns, and mistakes told by file and key."""

from __future__ import annotations

import pytest

from csat_lib.errors import ParamsError
from csat_lib.study import Text, load_codebook

FIVE = "{scale: {min: 1, max: 5}}"


@pytest.fixture
def book(tmp_path):
    """The codebook that a text holds."""

    def through_a_file(text):
        path = tmp_path / "codebook.yaml"
        path.write_text(text, encoding="utf-8")
        return load_codebook(path)

    return through_a_file


def refusal(call, *args):
    with pytest.raises(ParamsError) as refused:
        call(*args)
    return str(refused.value)


def test_defaults_hold_what_the_items_share(book):
    found = book(
        "defaults: {scale: {min: 1, max: 10}, missing: {98: don't know}}\n"
        "items: {a: , b: {column: Q2, missing: [0]}, c: {scale: {min: 0, max: 1}}}\n"
    )
    assert (found.items["a"].low, found.items["a"].high, found.items["a"].column) == (1, 10, "a")
    assert found.items["b"].column == "Q2"
    assert dict(found.items["a"].missing) == {98: "don't know"}
    assert dict(found.items["b"].missing) == {0: "no answer"}
    assert (found.items["c"].low, found.items["c"].high) == (0, 1)


def test_a_quoted_number_is_that_missing_code(book):
    assert dict(book("items: {a: {scale: {min: 1, max: 5}, missing: {'98': lost, Blank: skipped}}}").items["a"].missing) == {
        98: "lost",
        "Blank": "skipped",
    }
    assert "missing code 3 lies inside the scale 1-5" in refusal(book, "items: {a: {scale: {min: 1, max: 5}, missing: {'3': lost}}}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "items: {a: {scale: {min: 1, max: 5}, wordnig: x}}",
            "codebook.yaml: items: a: unknown key 'wordnig'. Did you mean 'wording'?",
        ),
        ("items: {a: {scale: {min: 1, mxa: 5}}}", "codebook.yaml: items: a: scale: unknown key 'mxa'. Did you mean 'max'?"),
        (
            f"items: {{a: {FIVE}}}\nattributes: {{b: {{rol: segment}}}}",
            "codebook.yaml: attributes: b: unknown key 'rol'. Did you mean 'role'?",
        ),
        (f"items: {{a: {FIVE}}}\nattributes: {{b: {{role: segmnt}}}}", "codebook.yaml: attributes: b: role: 'segmnt' is not one of 'id'"),
        ("items: {a: {scale: {min: 5, max: 1}}}", "codebook.yaml: items: a: the scale runs from 5 to 1; min must be below max."),
        ("items: {a: {scale: {min: 5, max: 5}}}", "the scale runs from 5 to 5"),
        ("items: {a: {scale: {min: one, max: 5}}}", "items: a: scale: min: expected a number, got the text 'one'."),
        ("items: {a: {scale: {min: 1, max: 5}, missing: [3]}}", "items: a: the missing code 3 lies inside the scale 1-5."),
        ("items: {a: {scale: {min: 1, max: 5}, missing: [[98]]}}", "items: a: missing: expected codes (numbers or words), got [[98]]."),
        ("items: {a: {scale: {min: 1, max: 5}, missing: no}}", "items: a: missing: expected keys and values, got the text 'no'."),
        ("items: {a: {scale: {min: 1, max: 5}, direction: back}}", "items: a: direction: 'back' is not one of 'positive' or 'reversed'."),
        ("items: {a: }", "items: a: expected keys and values, got nothing."),
        ("items: [a, b]", "codebook.yaml: items: expected keys and values, got a list"),
        ("defaults: [a]\nitems: {a: }", "codebook.yaml: defaults: expected keys and values, got a list"),
        ("title: Nothing asked", "codebook.yaml: the key 'items' is missing."),
        (
            "items: {a: {scale: {min: 1, max: 5}, column: Q1}, b: {scale: {min: 1, max: 5}, column: Q1}}",
            "codebook.yaml: a and b both claim the column 'Q1'.",
        ),
        (
            f"items: {{a: {FIVE}}}\nattributes: {{a: {{role: segment, column: Q9}}}}",
            "codebook.yaml: a is an item and an attribute; give one of them another name.",
        ),
        (
            f"items: {{a: {FIVE}}}\nattributes: {{w: {{role: weight}}, v: {{role: weight}}}}",
            "codebook.yaml: attributes: w and v are both the weight; there can be one.",
        ),
    ],
)
def test_a_mistake_is_told_by_file_and_key(book, text, told):
    assert any(line.startswith(told) or told in line for line in refusal(book, text).splitlines())


def test_all_mistakes_of_a_codebook_are_told_at_once(book):
    told = refusal(book, "items: {a: {scael: 1}, b: {scale: {min: 1, max: x}}}\nattributes: {c: {role: sgment}}").splitlines()
    assert {line.split(": ")[2] for line in told} == {"a", "b", "c"}


def test_a_period_renames_columns_and_leaves_the_codebook_as_it_was(book):
    found = book(f"items: {{food: {FIVE}, shops: {FIVE}}}\nattributes: {{who: {{role: id}}}}")
    renamed = found.with_columns({"food": "Q7_FOOD", "who": "*WHO"})
    assert (renamed.items["food"].column, renamed.attributes["who"].column, renamed.items["shops"].column) == ("Q7_FOOD", "*WHO", "shops")
    assert found.items["food"].column == "food"


def test_a_renamed_column_of_an_unknown_item_is_refused_with_the_nearest(book):
    found = book(f"items: {{food: {FIVE}, shops: {FIVE}}}")
    assert refusal(found.with_columns, {"fodo": "Q7"}) == "columns: no item or attribute 'fodo' in the codebook. Did you mean 'food'?"
    assert "food and shops both claim the column 'shops'" in refusal(found.with_columns, {"food": "shops"})


def test_a_source_asks_its_own_items_and_those_of_all(book):
    found = book(
        "items:\n  a: {scale: {min: 1, max: 5}, sources: [customers]}\n  b: {scale: {min: 1, max: 5}}\n"
        "attributes: {c: {role: segment, sources: [competitors]}}\n"
    )
    assert [each.name for each in found.asked_in("customers").everything] == ["a", "b"]
    assert [each.name for each in found.asked_in("competitors").everything] == ["b", "c"]


def test_labels_fall_back_on_the_other_language_and_then_on_the_name(book):
    found = book(
        "items: {a: {scale: {min: 1, max: 5}, label: {zh: 质量}}, b: {scale: {min: 1, max: 5}}}\n"
        "attributes: {region: {role: segment, values: {1: {en: North, zh: 北}, s: South}}}\n"
    )
    assert (found.label("a"), found.label("b"), found.label("unheard")) == ("质量", "b", "unheard")
    assert [found.value_label("region", value, "zh") for value in ("1", 1, "s", "9")] == ["北", "北", "South", "9"]


def test_an_unknown_item_is_refused_with_the_nearest(book):
    found = book(f"items: {{quality: {FIVE}}}")
    assert refusal(found.item, "qualty") == "No item 'qualty' in the codebook. Did you mean 'quality'?"


def test_a_text_speaks_the_language_it_has():
    assert (Text(en="a").say("zh"), Text(zh="b").say("en"), Text(en="a", zh="b").say("zh")) == ("a", "b", "b")
