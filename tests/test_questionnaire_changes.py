"""Two questionnaires side by side: every change is one row, and equal ones have none."""

from __future__ import annotations

import pytest

from csat_lib.study import load_codebook
from csat_lib.survey import questionnaire_changes

BEFORE = """\
items:
  clean: {wording: {en: How clean, zh: 是否整洁}, scale: {min: 1, max: 5}, missing: {9: don't know}}
  fast: {wording: How fast, scale: {min: 1, max: 5}}
  gone: {wording: Was it cheap, scale: {min: 1, max: 5}}
"""


@pytest.fixture
def codebook(tmp_path):
    def of(text):
        path = tmp_path / "codebook.yaml"
        path.write_text(text, encoding="utf-8")
        return load_codebook(path)

    return of


def changes(before, after, **options):
    return questionnaire_changes(before, after, **options).values.tolist()


def test_a_questionnaire_does_not_differ_from_itself(codebook):
    assert questionnaire_changes(codebook(BEFORE), codebook(BEFORE)).empty


def test_items_that_came_and_went_are_told_with_their_wording(codebook):
    after = BEFORE.replace("gone: {wording: Was it cheap", "price: {wording: Was it worth it")
    assert changes(codebook(BEFORE), codebook(after)) == [
        ["price", "added", "", "Was it worth it"],
        ["gone", "dropped", "Was it cheap", ""],
    ]


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("How fast", "How quick", ["fast", "wording", "How fast", "How quick"]),
        ("{9: don't know}", "{9: don't know, 8: refused}", ["clean", "missing", "9 = don't know", "8 = refused; 9 = don't know"]),
        ("fast: {", "fast: {direction: reversed, ", ["fast", "direction", "positive", "reversed"]),
        ("fast: {", "fast: {column: Q7, ", ["fast", "column", "fast", "Q7"]),
        ("fast: {", "fast: {label: Speed, ", ["fast", "label", "", "Speed"]),
        ("fast, scale: {min: 1, max: 5}", "fast, scale: {min: 1, max: 10}", ["fast", "scale", "1-5", "1-10"]),
        ("fast, scale: {min: 1, max: 5}", "fast, scale: {min: 1, max: 5, labels: {5: best}}", ["fast", "labels", "", "5 = best"]),
    ],
)
def test_each_kind_of_change_is_told(codebook, old, new, change):
    assert changes(codebook(BEFORE), codebook(BEFORE.replace(old, new))) == [change]


def test_wordings_are_compared_in_the_language_asked_for(codebook):
    after = codebook(BEFORE.replace("是否整洁", "整洁吗"))
    assert changes(codebook(BEFORE), after) == []
    assert changes(codebook(BEFORE), after, language="zh") == [["clean", "wording", "是否整洁", "整洁吗"]]
