"""The strict reader: what YAML may say, and how a mistake is told."""

from __future__ import annotations

import pytest

from csat_lib.errors import ParamsError
from csat_lib.study import Settings, read_yaml
from csat_lib.study.reader import LARGEST_FILE, check, merge


@pytest.fixture
def read(tmp_path):
    """Reads a text as if it stood in params.yaml."""

    def through_a_file(text):
        path = tmp_path / "params.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return read_yaml(path)

    return through_a_file


@pytest.fixture
def settings(read):
    """Settings from the lines after the title."""
    return lambda text: check(Settings, read("title: Shop\n" + text), "params.yaml")


def refusal(call, text):
    with pytest.raises(ParamsError) as refused:
        call(text)
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-7", 1e-7),
        ("1E5", 1e5),
        ("-.5", -0.5),
        ("3.", 3.0),
        ("+12", 12),
        ("007", 7),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("true", True),
        ("~", None),
        (".inf", ".inf"),
        ("2026-09", "2026-09"),
        ("2026-09-01", "2026-09-01"),
        ("2026Q3", "2026Q3"),
        ("很满意", "很满意"),
    ],
)
def test_a_scalar_is_what_it_looks_like(read, text, value):
    found = read(f"key: {text}")["key"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\nb:\n  c: 1\n  c: 2\n", "params.yaml, line 4: the key 'c' appears twice."),
        ("a: 1\na: 2\n", "params.yaml, line 2: the key 'a' appears twice."),
        ("a: &big [x, x]\nb: *big\n", "params.yaml, line 2: aliases (*name) are not allowed."),
        ("[1, 2]: 3\n", "line 1: a key must be a word or a number"),
        ("- a\n- b\n", "params.yaml: expected keys and values, got a list."),
        ("just words\n", "expected keys and values, got the text"),
        ("a: [1\nb: 2\n", "params.yaml, line 2:"),
        ("a:\n\tb: 1\n", "params.yaml, line 2:"),
        ("a: 1\n---\nb: 2\n", "line 2: but found another document"),
        ("a: 1e999\n", "line 1: 1e999 is too large a number"),
        ("a: !!int x\n", "params.yaml: invalid literal"),
        ("a: !!float {x: 1}\n", "params.yaml, line 1: expected a scalar node"),
        (b"a: \xe9t\xe9\n", "params.yaml: not UTF-8 text (byte 3). Save the file as UTF-8."),
        (b"a: \x00\n", "special characters are not allowed"),
        ("a: " + "9" * 5000, "params.yaml: Exceeds the limit"),
        ("a: " + "[" * 2000 + "]" * 2000, "params.yaml: nested too deeply"),
    ],
)
def test_what_yaml_may_not_say_is_refused_with_its_line(read, text, told):
    assert told in refusal(read, text)


def test_a_bomb_of_anchors_is_refused_before_it_grows(read):
    lines = ["a0: &a0 [lol, lol]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))]
    assert "line 2: aliases" in refusal(read, "\n".join(lines))


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system [ls]", "!!python/name:os.system", "!shop {a: 1}"])
def test_a_tag_that_would_run_code_is_refused(read, tag):
    assert "line 1: could not determine a constructor" in refusal(read, f"a: {tag}")


def test_a_timestamp_tag_leaves_the_words_to_the_date_fields(read):
    assert read("a: !!timestamp tomorrow") == {"a": "tomorrow"}


def test_an_empty_file_says_nothing(read):
    assert read("") == {}
    assert read("# only a remark\n") == {}


def test_a_byte_order_mark_is_no_part_of_the_first_key(read):
    assert read(b"\xef\xbb\xbftitle: Shop\n") == {"title": "Shop"}


def test_a_file_too_large_for_parameters_is_not_read(read):
    assert "too many for a parameter file (at most 5,000,000)" in refusal(read, "a: 1\n" + "#" * LARGEST_FILE)


def test_a_missing_file_is_named_with_the_nearest(read, tmp_path):
    read("a: 1")
    with pytest.raises(ParamsError, match=r"parmas\.yaml: no such file\. Did you mean 'params\.yaml'\?"):
        read_yaml(tmp_path / "parmas.yaml")


def test_mappings_merge_and_lists_and_scalars_replace():
    base = {"a": {"x": {"p": 1, "q": 2}, "y": 2}, "b": [1, 2], "c": 1}
    merged = merge(base, {"a": {"x": {"q": 3}}, "b": [9], "d": 4})
    assert merged == {"a": {"x": {"p": 1, "q": 3}, "y": 2}, "b": [9], "c": 1, "d": 4}
    assert base["a"]["x"]["q"] == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("bootstap: {}", "params.yaml: unknown key 'bootstap'. Did you mean 'bootstrap'?"),
        ("bootstrap: {drwas: 1}", "params.yaml: bootstrap: unknown key 'drwas'. Did you mean 'draws'?"),
        (
            "targets: {index: {label: Index, target: 70, directoin: higher}}",
            "params.yaml: targets: index: unknown key 'directoin'. Did you mean 'direction'?",
        ),
        ("disclosure: {sponsor: {fr: nous}}", "params.yaml: disclosure: sponsor: unknown key 'fr'. There are: en, zh."),
        ("data_root: {defualt: x}", "params.yaml: data_root: unknown key 'defualt'. Did you mean 'default'?"),
        ("<<: {language: zh}", "params.yaml: unknown key '<<'."),
        ("drivers: {outcome: a}", "params.yaml: drivers: the key 'items' is missing."),
    ],
)
def test_an_unknown_or_missing_key_is_named_with_its_place_and_the_nearest(settings, text, told):
    assert told in refusal(settings, text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("bootstrap: {draws: '2000'}", "bootstrap: draws: expected a whole number, got the text '2000'."),
        ("bootstrap: {draws: true}", "bootstrap: draws: expected a whole number, got the truth value True."),
        ("bootstrap: {draws: 2000.0}", "bootstrap: draws: expected a whole number, got the number 2000.0."),
        ("bootstrap: {draws: 99}", "bootstrap: draws: 99 is not between 100 and 100000."),
        ("bootstrap: 5", "bootstrap: expected keys and values, got the number 5."),
        ("bootstrap:", "bootstrap: expected keys and values, got nothing."),
        ("confidence: true", "confidence: expected a number, got the truth value True."),
        ("confidence: '0.9'", "confidence: expected a number, got the text '0.9'."),
        ("confidence: 95", "confidence: 95 is not between 0.5 and 0.999."),
        ("segments: no", "segments: expected a list, got the text 'no'."),
        ("segments: [north, 1]", "segments: 1: expected a text, got the number 1."),
        ("minimum_sample: no", "minimum_sample: expected a whole number, got the text 'no'."),
        ("model: 5", "model: expected a text, got the number 5."),
        ("model: [acsi]", "model: expected a text, got a list ['acsi']."),
        ("language: no", "language: 'no' is not one of 'en' or 'zh'."),
        ("pls: {mode: {quality: C}}", "pls: mode: quality: 'C' is not one of 'A' or 'B'."),
        ("constructs: {quality: q1}", "constructs: quality: expected a list, got the text 'q1'."),
        ("fieldwork: {start: 2026-13-01, end: 2026-09-30}", "fieldwork: start: expected a date such as 2026-09-01, got '2026-13-01'."),
        ("fieldwork: {start: 1, end: 2026-09-30}", "fieldwork: start: expected a date such as 2026-09-01, got the number 1."),
        ("targets: {1: {label: Index, target: 70}}", "targets: 1: expected a text, got the number 1."),
        ("1: x", "1: expected a text as the key, got the number 1."),
    ],
)
def test_a_wrong_type_says_what_was_expected_and_what_came(settings, text, told):
    assert f"params.yaml: {told}" in refusal(settings, text).splitlines()


def test_every_mistake_is_told_at_once(settings):
    told = refusal(settings, "langauge: en\nbootstrap: {drwas: 3, seed: x}\nconfidence: 7\n").splitlines()
    assert len(told) == 4
    for key in ("'langauge'", "'drwas'", "seed", "confidence"):
        assert any(key in line for line in told)


def test_a_whole_number_serves_where_a_number_is_due(settings):
    assert settings("limits: {outside_scale: 0}").limits.outside_scale == 0.0
    assert settings("compare_to: 2025").compare_to == "2025"


def test_a_label_in_one_language_serves_for_both(settings):
    title = settings("disclosure: {sponsor: Shop, source: {zh: 小店}}").disclosure
    assert (title["sponsor"].say("zh"), title["source"].say("en")) == ("Shop", "小店")
