"""All indices by segment: against everybody else, corrected, drawn, and hidden where a group is small."""

import re

import numpy as np
import pytest
import statsmodels.api as sm
from conftest import STUDY, answers
from scipy import stats
from statsmodels.stats.multitest import multipletests

from csat_lib.errors import NotInStudyError
from csat_lib.report import across, charts, keyfigures, open_page
from csat_lib.study import load_study
from csat_lib.survey import load_survey

NO_MODEL = STUDY.replace("model: acsi\n", "")


def lifted(text: str, *, region: str = "s", few: int = 0) -> str:
    """The answers with the south two points happier everywhere; ``few`` of the south move to an isle."""
    lines = text.splitlines()
    for place, line in enumerate(lines[1:], start=1):
        cells = line.split(",")
        if cells[2] == region:
            cells[4:] = [
                cell if name == "complained" else str(min(int(cell) + 2, 10))
                for name, cell in zip(lines[0].split(",")[4:], cells[4:], strict=True)
            ]
            if few:
                cells[2], few = "isle", few - 1
        lines[place] = ",".join(cells)
    return "\n".join(lines) + "\n"


@pytest.fixture
def shop(tiny_project):
    def made(**parts):
        study = load_study("shop", root=tiny_project(**parts))
        return study, load_survey(study)

    return made


def test_a_group_is_tested_against_everybody_else_as_a_weighted_regression_does_it(shop):
    study, survey = shop(study=NO_MODEL)
    table = across.by_segment(study, survey)
    y = 100 * (survey.responses["satisfaction_overall"] - 1) / 9
    kept = y.notna()
    here = (survey.attributes["region"][kept] == "s").astype(float)
    fit = sm.WLS(y[kept], sm.add_constant(here.to_numpy()), weights=survey.weight_values[kept]).fit(cov_type="HC0")
    n = len(survey)
    row = table[(table["segment"] == "s") & (table["item"] == "satisfaction_overall")].iloc[0]
    t = fit.params.iloc[1] / (fit.bse.iloc[1] * np.sqrt(n / (n - 1)))
    assert row["p_value"] == pytest.approx(2 * stats.t.sf(abs(t), n - 1), rel=1e-9)


def test_the_tests_of_one_figure_are_corrected_together(shop):
    table = across.by_segment(*shop(data=lifted(answers(120), few=15)))
    own = table[(table["construct"] == "quality") & (table["by"] != "")]
    assert own["p_adjusted"].to_numpy() == pytest.approx(multipletests(own["p_value"], method="holm")[1])


def test_the_headline_by_segment_is_the_same_as_in_the_chart_of_segments(shop):
    study, survey = shop()
    table, alone = across.by_segment(study, survey), keyfigures.outcome_by_segment(study, survey)
    own = table[table["construct"] == "satisfaction"]
    assert own["estimate"].to_numpy() == pytest.approx(alone["estimate"].to_numpy())


def test_a_known_lift_is_seen_and_complaints_count_the_other_way_round(shop):
    study, survey = shop(data=lifted(answers(200)))
    table = across.by_segment(study, survey).set_index(["segment", "construct"])
    assert table.loc[("s", "satisfaction"), "verdict"] == "higher"
    assert table.loc[("n", "satisfaction"), "verdict"] == "lower"
    assert table["sense"].groupby("construct").first().to_dict() == {
        **dict.fromkeys(("expectations", "quality", "value", "satisfaction", "loyalty"), ""),
        "complaints": "less is better",
    }
    shown = charts.heat(open_page(study), table.reset_index())
    assert all(mark in shown.html for mark in "▲▼")
    assert "Of Customer complaints less is better." in shown.html


def test_a_small_group_is_hatched_and_its_numbers_are_nowhere(shop):
    study, survey = shop(data=lifted(answers(200), few=4))
    table = across.by_segment(study, survey)
    shown = charts.heat(open_page(study), table)
    small = table[table["segment"] == "isle"]["estimate"]
    assert "Hatched: fewer than 10 respondents" in shown.html
    assert "<pattern" in shown.html
    assert not [each for each in small if f"{each:.6f}" in shown.csv]
    assert re.search(r"^region,isle,\w+,+", shown.csv, flags=re.MULTILINE)


def test_a_study_without_segments_says_so(shop):
    study, survey = shop(study=STUDY.replace("segments: [region]\n", ""))
    with pytest.raises(NotInStudyError, match="names no segments"):
        across.by_segment(study, survey)
