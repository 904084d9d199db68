"""Parameter files, names and models that must not be obeyed: refused with file and key, and nothing is written anywhere."""

from __future__ import annotations

import contextlib

import pytest
import shop as shops
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_project import CODEBOOK, MODEL, STUDY, make_project, snapshot

from csat_lib.errors import ParamsError
from csat_lib.report.batch import run
from csat_lib.report.publish import Place
from csat_lib.study import load_study
from csat_lib.study.period import parse_period
from csat_lib.study.places import check_study_name
from csat_lib.study.reader import read_yaml

shop = pytest.fixture(shops.fixture)
few = settings(max_examples=150, deadline=None, derandomize=True, database=None)

LEVELS = zip("abcdefgh", "bcdefghi", strict=True)
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in LEVELS)
YAML = {
    "a bomb of anchors": (STUDY + BOMB, "aliases (*name) are not allowed"),
    "a tag that runs code": (STUDY + "pls: !!python/object/apply:os.system ['touch pwned']\n", "study.yaml, line 5"),
    "a tag that makes an object": (STUDY + "pls: !!python/object:builtins.dict {}\n", "study.yaml, line 5"),
    "fifty megabytes": (STUDY + "# " + "x" * 50_000_000 + "\n", "are too many for a parameter file"),
    "a key twice": (STUDY + "minimum_sample: 30\n", "study.yaml, line 5: the key 'minimum_sample' appears twice."),
    "a misspelt key": (STUDY + "bootstrp: {draws: 200}\n", "unknown key 'bootstrp'. Did you mean 'bootstrap'?"),
    "no, which is a word": (STUDY + "language: no\n", "language: 'no' is not one of"),
    "a number where a list is due": (STUDY + "segments: 7\n", "segments: expected a list, got the number 7."),
    "deep nesting": (STUDY + "pls: " + "[" * 5000 + "]" * 5000 + "\n", "study.yaml: nested too deeply"),
    "not UTF-8": (b"title: \xff\xfe\xfa\n", "not UTF-8 text (byte 7)"),
    "not YAML": (STUDY + "a: [1\nb: 2\n", "study.yaml, line"),
    "a list": ("- a\n- b\n", "study.yaml: expected keys and values, got a list."),
    "a tab": (STUDY + "\tx: 1\n", "study.yaml, line 5"),
    "a data file above the folder": (
        STUDY + 'data: {customers: "../../{period}.csv"}\n',
        "stay below the data folder",
    ),
    "an absolute data file": (STUDY + "data: {customers: /etc/passwd}\n", "stay below the data folder"),
}


@pytest.mark.parametrize("case", YAML)
def test_a_parameter_file_that_must_not_be_obeyed_is_refused(shop, case):
    content, told = YAML[case]
    raw = content if isinstance(content, bytes) else content.encode()
    shop.refuses(lambda: (shop.study / "study.yaml").write_bytes(raw), 2, told)
    assert not list(shop.root.rglob("pwned"))


MODELS = {
    "a loop": (MODEL + "  quality: [satisfaction]\n", "quality"),
    "a construct that causes itself": (MODEL.replace("[quality]\n", "[quality, satisfaction]\n"), "satisfaction"),
    "an unknown cause": (MODEL.replace("satisfaction: [quality]", "satisfaction: [qualty]"), "Did you mean 'quality'?"),
    "an outcome that is none": (MODEL.replace("outcome: satisfaction", "outcome: loyalty"), "loyalty"),
    "an item twice": (MODEL.replace("items: [s1, s2]", "items: [s1, q1]"), "q1"),
    "an item that nobody asks": (MODEL.replace("items: [s1, s2]", "items: [s1, s3]"), "s3"),
    "a construct without items": (MODEL.replace("items: [s1, s2]", "items: []"), "satisfaction"),
    "a construct that nothing is tied to": (
        MODEL.replace("drivers_of:\n", "  odd: {label: Odd, items: [o1]}\ndrivers_of:\n"),
        "odd",
    ),
}


@pytest.mark.parametrize("case", MODELS)
def test_a_model_file_that_cannot_be_a_model_is_refused(shop, case):
    content, told = MODELS[case]

    def spoil():
        (shop.root / "params" / "models" / "tiny.yaml").write_text(content)
        book = CODEBOOK.replace("s2: }", "s2: , o1: }") if "odd" in content else CODEBOOK
        (shop.study / "codebook.yaml").write_text(book)

    shop.refuses(spoil, 2, told)


NAMES = [
    "../../x",
    "..",
    "/etc",
    "a\0b",
    "CON",
    "nul",
    "x" * 300,
    "",
    " ",
    "a/b",
    "a\\b",
    "~",
    "models",
    "2026Q3/..",
    "\u202ex",
    "COM1",
    "-",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("command", ["run", "check", "new"])
def test_no_study_lies_outside_the_project(shop, name, command):
    words = (command, "--", name, *(["2027Q1"] if command == "new" else []))
    before = snapshot(shop.root)
    code, _, err = shop.csat(*words)
    assert code == 2
    assert "Traceback" not in err
    assert snapshot(shop.root) == before


@pytest.mark.parametrize("name", [*NAMES, "2026Q5", "2026-13", "26Q3", "２０２６Q3", "special-../x", "special-", "99999Q1"])
def test_no_period_lies_outside_the_study(shop, name):
    shop.refuses(lambda: None, 2, words=("run", "tiny", "--", name), call=lambda: run("tiny", name, root=shop.root))
    before = snapshot(shop.root)
    code, _, err = shop.csat("new", "tiny", "--", name)
    assert (code, "Traceback" in err) == (2, False)
    assert snapshot(shop.root) == before


@few
@given(st.text(max_size=80) | st.sampled_from(NAMES) | st.from_regex(r"[A-Za-z0-9_./\\-]{1,20}"))
def test_a_name_that_is_accepted_stays_inside_its_folder(tmp_path_factory, name):
    """Whatever passes as a study or a period is one folder below the output, on any system."""
    output = tmp_path_factory.getbasetemp() / "output"
    accepted = {}
    for what, accept in (("study", check_study_name), ("period", lambda text: parse_period(text).name)):
        with contextlib.suppress(ParamsError):
            accepted[what] = accept(name)
    for what, text in accepted.items():
        place = Place(output, text, "2026Q3") if what == "study" else Place(output, "shop", text)
        assert place.published.resolve().parent.parent == output.resolve()
        assert text.isascii()
        assert text.upper() not in {"CON", "NUL", "PRN", "AUX"}


words = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
KEYS = [
    *("title", "model", "segments", "drivers", "bootstrap", "pls", "limits", "data", "targets", "language", "notebooks", "weight_set"),
    *("levers", "minimum_sample", "grades"),
]


def refusal_of(read):
    """What a reader says where it refuses; None where it reads. Anything but a ParamsError is a crash."""
    try:
        read()
    except ParamsError as refusal:
        return str(refusal)
    return None


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return make_project(tmp_path_factory.mktemp("project"))


@few
@given(st.sampled_from(KEYS), values)
def test_parameters_are_read_or_refused_and_never_crash(project, key, value):
    import yaml

    lines = [line for line in STUDY.splitlines() if not line.startswith(f"{key}:")]
    text = "\n".join(lines) + "\n" + yaml.safe_dump({key: value}, allow_unicode=True)
    (project / "params" / "tiny" / "study.yaml").write_text(text, encoding="utf-8", errors="replace")
    told = refusal_of(lambda: load_study("tiny", root=project))
    (project / "params" / "tiny" / "study.yaml").write_text(STUDY, encoding="utf-8")
    assert told is None or told.strip()


@few
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_parameters_or_a_refusal(tmp_path_factory, raw):
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(raw)
    told = refusal_of(lambda: read_yaml(path))
    assert told is None or told.startswith("any.yaml")
