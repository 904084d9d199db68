"""The themes file: read strictly, words found as written, and no pattern that could hang."""

from __future__ import annotations

import pytest

from csat_lib.errors import NotInStudyError, ParamsError
from csat_lib.study import load_codebook, load_study
from csat_lib.voice import load_themes, read_themes
from csat_lib.voice.patterns import compiled, folded


def write(folder, text):
    path = folder / "themes.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_demos_themes_are_a_hierarchy_with_words_in_both_languages(root):
    themes = read_themes(root / "params" / "demo" / "themes.yaml", codebook=load_codebook(root / "params" / "demo" / "codebook.yaml"))
    assert themes.above("checkout_speed") == ("service",)
    assert themes.label("checkout_speed", "zh") == "结账等候"
    assert all(set(themes.theme(name).include) == {"en", "zh"} for name in themes.leaves)


def test_a_study_without_themes_says_so(tiny_project):
    with pytest.raises(NotInStudyError, match="has no themes"):
        load_themes(load_study("shop", root=tiny_project()))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("themes: {a: {includ: {en: [x]}}}", "unknown key 'includ'. Did you mean 'include'"),
        ("theme: {a: {include: {en: [x]}}}", "unknown key 'theme'. Did you mean 'themes'"),
        ("windows: {en: 2}\nthemes: {a: {include: {en: [x]}}}", "Did you mean 'window'"),
        ("window: {en: 99}\nthemes: {a: {include: {en: [x]}}}", "99 is not between 0 and 20"),
        ("themes: {}", "there are none"),
        ("themes: {a: {label: A}}", "a: no words to find it by"),
        ("themes: {a: {include: {en: [x]}, exclude: {en: [X]}}}", "'x' is both included and excluded"),
        ("themes: {a: {include: {en: [x]}}, b: {themes: {a: {include: {en: [y]}}}}}", "a stands under two themes"),
        ("themes: {Checkout speed: {include: {en: [x]}}}", "cannot be a theme's name"),
        ("themes: {a: {include: {en: ['*']}}}", "empty word"),
        ("themes: {a: {include: {en: ['q*ue']}}}", "a star may only stand at the end"),
        ("themes: {a: {include: {en: [x]}, negated: maybe}}", "'maybe' is not one of 'keep' or 'drop'"),
        ("themes: {a: {include: {en: [x]}, item: checkout}}", "no item 'checkout' in the codebook. Did you mean 'checkout_speed'"),
    ],
)
def test_a_mistake_is_refused_by_file_key_and_remedy(root, tmp_path, text, told):
    codebook = load_codebook(root / "params" / "demo" / "codebook.yaml")
    with pytest.raises(ParamsError) as refused:
        read_themes(write(tmp_path, text), codebook=codebook)
    assert told in str(refused.value)
    assert "themes.yaml" in str(refused.value)


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("/(unclosed/", "not a valid pattern"),
        ("/[z-a]/", "not a valid pattern"),
        ("/(a+)+b/", "open-ended repeat"),
        ("/.*slow/", "open-ended repeat"),
        ("/wait.{5,}/", "open-ended repeat"),
        ("/(?:(?:ab){1,30}c?){1,30}d/", "ways"),
        ("/(a|ab|abc){1,40}d/", "ways"),
        ("/.{0,40}.{0,40}.{0,40}x/", "ways"),
        (r"/(a)\1/", "back-references"),
        ("/a?/", "matches nothing at all"),
        ("/x|/", "matches nothing at all"),
    ],
)
def test_a_pattern_that_is_invalid_or_could_hang_is_refused_by_name(pattern, told):
    with pytest.raises(ParamsError) as refused:
        compiled([pattern], "themes.yaml: queue: include: en")
    assert told in str(refused.value)
    assert pattern in str(refused.value)
    assert "queue" in str(refused.value)


@pytest.mark.parametrize("pattern", ["/price.{0,40}(till|checkout)/", r"/\d{1,3} minutes?/", "/货架.{0,4}空/", "/(is|was) (too )?slow/"])
def test_a_bounded_pattern_is_allowed(pattern):
    assert compiled([pattern], "x") is not None


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("till", "the TILL was shut", True),
        ("till", "still waiting", False),
        ("queue*", "queueing again", True),
        ("queue", "queueing again", False),
        ("out of stock", "it was OUT  OF\nSTOCK", True),
        ("app", "用APP下单", True),
        ("app", "which price applied", False),
        ("排队", "一直排队", True),
        ("ｔｉｌｌ", "till", True),
        ("don't", "I don\u2019t like it", True),
    ],
)
def test_a_word_is_found_as_a_word(word, text, found):
    pattern = compiled([word], "x")
    assert pattern is not None
    assert bool(pattern.search(folded(text))) is found
