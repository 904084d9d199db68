"""csat models: the library as a table, one model in words, in lavaan's syntax and as a picture."""

from __future__ import annotations

import re
import unicodedata
import xml.etree.ElementTree as ET

import pytest

from csat_lib import cli
from csat_lib.study import load_model, model_names


@pytest.fixture
def csat(root, capsys):
    """Run a command in the repository; exit code, output and errors."""

    def call(*words):
        with pytest.raises(SystemExit) as ended:
            cli.main(["--root", str(root), *(str(word) for word in words)])
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return call


def columns(text):
    """Where each column of a terminal begins: Chinese letters take two."""
    return "".join(letter + "\0" * (unicodedata.east_asian_width(letter) in "WF") for letter in text)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_table_has_a_line_for_every_model_with_its_counts(csat, root, language):
    code, out, _ = csat("models", "--language", language)
    head, *lines = out.splitlines()
    assert code == 0
    assert [line.split()[0] for line in lines] == list(model_names(root))
    at = {word: columns(head).index(word) for word in ("title", "reconstructed", "source")}
    for line, name in zip(lines, model_names(root), strict=True):
        model, wide = load_model(name, root=root), columns(line)
        counts = [str(len(each)) for each in (model.constructs, model.paths, model.items)]
        assert wide[at["title"] - 1] == " "
        assert wide[: at["reconstructed"]].split()[-3:] == counts
        expected = "in part" if "in part" in model.source else "yes" if "reconstructed" in model.source else "no"
        assert wide[at["reconstructed"] : at["source"]].strip() == expected
        assert model.source.startswith(wide[at["source"] :].replace("\0", "").removesuffix(" ..."))


def test_a_model_is_told_with_labels_wording_and_equations(csat):
    code, out, _ = csat("models", "retail")
    assert code == 0
    assert "formed of goods, impression, service" in out
    assert "How satisfied are you with us overall?" in out
    assert "[falls short of your expectations ... exceeds your expectations]" in out
    assert "[very poor ... very good; reconstructed]" in out
    assert re.search(r"(?m)^  satisfaction +<- expectations, quality, value$", out)
    assert "总体而言，您对本公司有多满意？" in csat("models", "retail", "--language", "zh")[1]


def test_lavaan_syntax_stands_alone(csat, root):
    assert csat("models", "retail", "--lavaan") == (0, load_model("retail", root=root).to_lavaan(), "")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_picture_is_an_svg_with_every_label_and_no_open_colour(csat, root, tmp_path, language):
    file = tmp_path / "retail.svg"
    assert csat("models", "retail", "--svg", file, "--language", language) == (0, f"{file}\n", "")
    text = file.read_text(encoding="utf-8")
    drawing = ET.fromstring(text)  # noqa: S314  our own file
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    assert "var(" not in text
    letters = re.sub(r"\s+", "", "".join(drawing.itertext()))
    model = load_model("retail", root=root)
    for name in model.names:
        assert model.label(name, language).replace(" ", "") in letters


def test_a_model_of_one_s_own_is_told_from_its_file(csat, root):
    code, out, _ = csat("models", root / "params" / "models" / "swics.yaml")
    assert code == 0
    assert "Swiss Index of Customer Satisfaction" in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("asci",), "No model 'asci' in params/models. Did you mean 'acsi'?"),
        (("--lavaan",), "--lavaan needs the NAME of a model."),
        (("--svg", "x.svg"), "--svg needs the NAME of a model."),
        (("acsi", "--language", "fr"), "'fr' is not one of 'en', 'zh'"),
    ],
)
def test_wrong_usage_is_refused_with_the_remedy(csat, words, told):
    code, out, err = csat("models", *words)
    assert (code, out) == (2, "")
    assert told in err


def test_a_picture_that_cannot_be_written_is_a_fault_of_the_disk(csat, tmp_path):
    code, _, err = csat("models", "swics", "--svg", tmp_path / "no" / "folder.svg")
    assert code == 7
    assert f"there is no folder {tmp_path / 'no'}. Make it, or name another." in err
