"""csat import, erase and plan: what they say and their exit codes."""

from __future__ import annotations

import pytest
from conftest import answers

from csat_lib import cli


@pytest.fixture
def csat(tiny_project, capsys, tmp_path):
    """Run a command in the project; exit code, output and errors."""
    root = tiny_project()
    for name, seed in (("first", 1), ("second", 2)):
        (tmp_path / f"{name}.csv").write_text(answers(80, seed=seed), encoding="utf-8")

    def call(*words):
        with pytest.raises(SystemExit) as ended:
            cli.main(["--root", str(root), *(str(word) for word in words)])
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return call


def test_import_says_what_it_did(csat, tmp_path):
    code, out, _ = csat("import", "shop", "2026Q3", tmp_path / "first.csv")
    assert code == 0
    assert "shop 2026Q3: imported 80 respondents from first.csv." in out
    assert csat("import", "shop", "2026Q3", tmp_path / "first.csv")[1].startswith(
        "shop 2026Q3: first.csv is in the store already: nothing changed."
    )


def test_another_file_needs_replace(csat, tmp_path):
    csat("import", "shop", "2026Q3", tmp_path / "first.csv")
    code, _, err = csat("import", "shop", "2026Q3", tmp_path / "second.csv")
    assert (code, "Use --replace" in err) == (3, True)
    code, out, _ = csat("import", "shop", "2026Q3", tmp_path / "second.csv", "--replace")
    assert (code, "the earlier answers are kept as a revision" in out) == (0, True)


def test_a_missing_file_and_an_unknown_period_have_their_codes(csat, tmp_path):
    assert csat("import", "shop", "2026Q3", tmp_path / "nothing.csv")[0] == 3
    assert csat("import", "shop", "2025Q3", tmp_path / "first.csv")[0] == 2


def test_erase_says_how_many_rows_and_does_not_repeat_the_id(csat, tmp_path):
    csat("import", "shop", "2026Q3", tmp_path / "first.csv")
    code, out, _ = csat("erase", "shop", "--id", "R17")
    assert (code, "shop: 1 row erased" in out, "R17" in out) == (0, True, False)
    code, _, err = csat("erase", "shop", "--id", "R17")
    assert (code, "nobody in the store has this id" in err, "R17" in err) == (3, True, False)


def test_plan_holds_the_published_sizes(csat):
    code, out, _ = csat("plan", "--sd", "20", "--margin", "2")
    assert code == 0
    lines = [line.split() for line in out.splitlines()]
    assert ["+-2", "385", "2,401", "5,859"] in lines
    assert any(line[:2] == ["2", "1,570"] for line in lines)


def test_plan_with_a_small_population_says_where_it_is_too_small(csat):
    code, out, _ = csat("plan", "--population", "1000", "--response", "0.3", "--margin", "2")
    assert code == 0
    assert ["+-2", "278", "707", "855"] in [line.split() for line in out.splitlines()]
    assert "too few" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--margin", "0"], "margin: 0.0 is not a number above 0"),
        (["--confidence", "95"], "confidence"),
        (["--response", "30"], "response: 30.0 is not a share"),
        (["--population", "1000", "--response", "30"], "response: 30.0 is not a share"),
        (["--nps", "0.8", "0.4"], "nps:"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(csat, words, message):
    code, _, err = csat("plan", *words)
    assert (code, message in err) == (2, True)
