"""The simulated truth: exact moments, planted events, and a company whose files are reproducible and impersonal."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import ParamsError
from csat_lib.simulate import DEMO, PERIODS, FactorTruth, company, fieldwork, interview, levels, population, responses
from csat_lib.simulate.clauses import CLAUSES
from csat_lib.study import Construct, Structure, Text, load_codebook

PARAMS = Path(__file__).parents[1] / "params" / "demo"
SOURCES = {"customers", "self_rated", "competitors", "complaints", "accounts", "dispositions", "internal", "sales"}
SOURCES |= {"dealers", "key_customers"}
SATISFACTION = ["satisfaction_overall", "satisfaction_expectations", "satisfaction_ideal"]
GRADES = [
    "checkout_speed",
    "product_range",
    "staff_advice",
    "freshness",
    "store_tidiness",
    "price_clarity",
    "web_shop",
    "parking",
]
LARGE = 20_000
# Means of 20,000 answers with standard deviation 25 and design effect 1.12: standard error .19, of a difference .27.
WITHIN = 0.75


def chain() -> FactorTruth:
    """Image drives quality, both drive loyalty; one item loads negatively."""
    blocks = {"image": ("i1", "i2"), "quality": ("q1", "q2", "q3"), "loyalty": ("l1",)}
    constructs = tuple(Construct(name, Text(en=name), items) for name, items in blocks.items())
    structure = Structure(constructs, {"quality": ("image",), "loyalty": ("image", "quality")}, "loyalty")
    paths = {("image", "quality"): 0.6, ("image", "loyalty"): 0.2, ("quality", "loyalty"): 0.5}
    loadings = {"i1": 0.9, "i2": 0.8, "q1": 0.85, "q2": 0.7, "q3": -0.6, "l1": 1.0}
    sd = {"i1": 1.0, "i2": 2.0, "q1": 1.5, "q2": 1.5, "q3": 1.8, "l1": 2.2}
    return FactorTruth(structure, paths, loadings, mean=6.5, sd=sd)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    company(folder, periods=["2026Q2", "2026Q3"])
    return folder


@pytest.fixture(scope="module")
def large() -> dict[str, pd.DataFrame]:
    """Eight quarters with 20,000 interviews each, careful respondents only."""
    wanted = ["2023Q4", "2024Q1", "2024Q2", "2025Q1", "2025Q2", "2026Q1", "2026Q2", "2026Q3"]
    waves = {period: interview(DEMO, period, seed=5, n=LARGE) for period in wanted}
    return {period: wave.answers[(wave.people["care"] == "").to_numpy()] for period, wave in waves.items()}


def read(root: Path, source: str, period: str = "2026Q3") -> pd.DataFrame:
    return pd.read_csv(root / "data" / "demo" / source / f"{period}.csv", keep_default_na=False, na_values=[""])


def mean_score(answers: pd.DataFrame, items: list[str], low: int, high: int) -> float:
    """Weighted mean on 0-100 over the answers within the scale."""
    values = answers[items].astype(float)
    values = values.where((values >= low) & (values <= high))
    per_item = [np.average(values[item].dropna(), weights=answers["weight"][values[item].notna()]) for item in items]
    return float(100 * (np.mean(per_item) - low) / (high - low))


def satisfaction(answers: pd.DataFrame) -> float:
    return mean_score(answers, SATISFACTION, 1, 10)


def checkout(answers: pd.DataFrame) -> float:
    return mean_score(answers, ["checkout_speed"], 1, 5)


# ---- the generic truth


def test_sample_moments_meet_the_exact_ones_within_monte_carlo_error() -> None:
    truth, n = chain(), 200_000
    sample, exact = responses(truth, n, seed=11), population(truth)
    variance = np.diag(exact.covariance)
    assert tuple(sample.columns) == exact.items
    error_of_means = np.sqrt(variance / n)
    assert np.abs(sample.mean().to_numpy() - exact.mean).max() < 4.5 * error_of_means.max()
    error = np.sqrt((np.outer(variance, variance) + exact.covariance**2) / n)  # of normal variables
    assert (np.abs(np.cov(sample.to_numpy().T) - exact.covariance) / error).max() < 4.5


def test_exact_moments_follow_the_tracing_rules() -> None:
    exact = population(chain())
    covariance = pd.DataFrame(exact.covariance, index=exact.items, columns=exact.items)
    assert covariance.loc["i1", "i2"] == pytest.approx(1.0 * 2.0 * 0.9 * 0.8)
    assert covariance.loc["i1", "q3"] == pytest.approx(1.0 * 1.8 * 0.9 * -0.6 * 0.6)
    assert covariance.loc["i1", "l1"] == pytest.approx(1.0 * 2.2 * 0.9 * (0.2 + 0.6 * 0.5))
    assert covariance.loc["l1", "l1"] == pytest.approx(2.2**2)


def test_rounded_answers_are_whole_and_within_the_scale() -> None:
    answers = responses(chain(), 5_000, seed=3, answers="rounded").to_numpy()
    assert set(np.unique(answers)) == set(range(1, 11))


def test_paths_that_explain_more_than_everything_are_refused_by_name() -> None:
    truth = chain()
    with pytest.raises(ParamsError, match="loyalty explain 1"):
        FactorTruth(truth.structure, {**truth.paths, ("quality", "loyalty"): 0.95}, truth.loadings)


def test_a_misspelt_loading_is_refused_with_the_right_name() -> None:
    truth = chain()
    with pytest.raises(ParamsError, match=r"'q1x'.*Did you mean 'q1'"):
        FactorTruth(truth.structure, truth.paths, {**truth.loadings, "q1x": 0.5})


def test_an_unknown_kind_of_answers_is_refused() -> None:
    with pytest.raises(ParamsError, match="continuous, rounded"):
        responses(chain(), 10, seed=1, answers="ten")


# ---- the planted truth


def test_large_samples_find_the_levels_that_the_truth_states(large: dict[str, pd.DataFrame]) -> None:
    for period, answers in large.items():
        true = levels(DEMO, period).set_index("metric")["estimate"]
        assert satisfaction(answers) == pytest.approx(true["satisfaction"], abs=WITHIN), period
        for item in GRADES[:7]:
            assert mean_score(answers, [item], 1, 5) == pytest.approx(true[item], abs=WITHIN), (period, item)
        complained = answers["complained"].astype(float)
        share = 100 * complained.where(complained <= 1).mean()
        assert share == pytest.approx(true["complained"], abs=WITHIN), period


def test_the_season_lowers_the_fourth_and_lifts_the_second_quarter(large: dict[str, pd.DataFrame]) -> None:
    assert satisfaction(large["2023Q4"]) - satisfaction(large["2024Q1"]) == pytest.approx(-1.2, abs=WITHIN)
    assert satisfaction(large["2025Q2"]) - satisfaction(large["2025Q1"]) == pytest.approx(0.8, abs=WITHIN)


def test_the_price_rise_costs_value_four_points_and_satisfaction_two(large: dict[str, pd.DataFrame]) -> None:
    before, after = large["2025Q2"], large["2024Q2"]  # the same season without and with it
    value = ["value_price", "value_quality"]
    assert mean_score(after, value, 1, 10) - mean_score(before, value, 1, 10) == pytest.approx(-4.3, abs=WITHIN)
    assert satisfaction(after) - satisfaction(before) == pytest.approx(-1.8, abs=WITHIN)


def test_the_checkout_programme_reaches_north_and_east_first(large: dict[str, pd.DataFrame]) -> None:
    def gain(after: str, before: str, regions: list[str]) -> float:
        return checkout(large[after][large[after]["region"].isin(regions)]) - checkout(large[before][large[before]["region"].isin(regions)])

    assert gain("2026Q1", "2025Q1", ["north", "east"]) > 5
    assert abs(gain("2026Q1", "2025Q1", ["south", "west"])) < 1
    assert gain("2026Q3", "2026Q1", ["south", "west"]) > 5
    assert abs(gain("2026Q3", "2026Q1", ["north", "east"])) < 1


def test_the_whole_programme_lifts_satisfaction_by_two_points_and_checkout_by_seven(
    large: dict[str, pd.DataFrame],
) -> None:
    assert satisfaction(large["2026Q3"]) - satisfaction(large["2025Q1"]) == pytest.approx(2.0, abs=WITHIN)
    assert checkout(large["2026Q3"]) - checkout(large["2025Q1"]) == pytest.approx(6.6, abs=WITHIN)


def test_checkout_speed_is_weak_and_goes_with_satisfaction_while_parking_does_not(
    large: dict[str, pd.DataFrame],
) -> None:
    answers = large["2026Q3"][["satisfaction_overall", *GRADES]].astype(float)
    answers = answers.where(answers <= np.where(answers.columns == "satisfaction_overall", 10, 5)).dropna()
    correlation = answers.corr().loc["satisfaction_overall", GRADES]
    assert correlation.idxmax() == "checkout_speed"
    assert correlation.idxmin() == "parking"
    assert answers["checkout_speed"].mean() < answers[GRADES].mean().mean()


def test_the_index_never_strays_from_what_a_customer_base_could_do() -> None:
    true = [levels(DEMO, period).set_index("metric")["estimate"] for period in PERIODS]
    assert all(72 < each["satisfaction"] < 77 and 8 < each["complained"] < 12 for each in true)


def test_complaints_handled_well_leave_more_loyalty_than_those_handled_badly() -> None:
    wave = interview(DEMO, "2025Q1", seed=8, n=LARGE)
    answers = wave.answers["repurchase"].astype(float).where(lambda each: each <= 10)
    mean = answers.groupby(wave.people["handled"].to_numpy()).mean()
    assert mean["well"] - mean["badly"] > 0.8


# ---- the files


def test_every_source_has_a_file_for_each_period_asked_for(root: Path) -> None:
    found = {path.parent.name: path.parent for path in (root / "data" / "demo").glob("*/*.csv")}
    assert set(found) == SOURCES
    for folder in found.values():
        assert sorted(path.name for path in folder.iterdir()) == ["2026Q2.csv", "2026Q3.csv"]


def test_equal_seeds_give_equal_bytes_whichever_quarters_are_made(root: Path, tmp_path: Path) -> None:
    for path in company(tmp_path, periods=["2026Q3"]):
        assert path.read_bytes() == (root / path.relative_to(tmp_path)).read_bytes(), path


def test_another_seed_gives_other_answers(root: Path, tmp_path: Path) -> None:
    for path in company(tmp_path, seed=1, periods=["2026Q3"]):
        assert path.read_bytes() != (root / path.relative_to(tmp_path)).read_bytes(), path


def test_files_are_utf8_with_plain_line_ends_and_of_modest_size(root: Path) -> None:
    paths = list((root / "data").rglob("*.csv"))
    for path in paths:
        content = path.read_bytes()
        assert b"\r" not in content
        assert content.decode("utf-8").endswith("\n")
    assert sum(path.stat().st_size for path in paths) * len(PERIODS) / 2 < 8_000_000


def test_a_quarter_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match="no quarter '2026Q4'"):
        company(tmp_path, periods=["2026Q4"])


def test_the_codebook_declares_every_column_and_value_of_the_surveys(root: Path) -> None:
    codebook = load_codebook(PARAMS / "codebook.yaml")
    for source in ("customers", "competitors", "self_rated"):
        asked, frame = codebook.asked_in(source), read(root, source)
        assert set(frame.columns) == set(asked.items) | set(asked.attributes), source
        for name, item in asked.items.items():
            inside = frame[name].between(item.low, item.high) | frame[name].isna()
            assert (inside | frame[name].isin(item.missing)).all(), (source, name)
        for name, attribute in asked.attributes.items():
            assert not attribute.values or set(frame[name].dropna()) <= set(attribute.values), (source, name)


def test_the_period_files_hold_the_fieldwork_that_is_simulated(root: Path) -> None:
    for period in PERIODS:
        start, end = fieldwork(period)
        assert f"fieldwork: {{start: {start}, end: {end}}}" in (PARAMS / f"{period}.yaml").read_text(encoding="utf-8")
    start, end = fieldwork("2026Q3")
    for source in ("customers", "competitors", "self_rated"):
        dates = pd.to_datetime(read(root, source)["interviewed"]).dt.date
        assert dates.min() >= start
        assert dates.max() <= end


def test_about_three_in_ten_were_interviewed_in_the_previous_wave_and_answer_alike(root: Path) -> None:
    now, before = read(root, "customers"), read(root, "customers", "2026Q2")
    assert not now["respondent"].duplicated().any()
    both = now.merge(before, on="respondent")
    assert 0.27 < len(both) / len(now) < 0.34
    assert (both["region_x"] == both["region_y"]).all()
    pair = both[["satisfaction_overall_x", "satisfaction_overall_y"]]
    assert pair.where(pair <= 10).corr().to_numpy()[0, 1] > 0.45


def test_blanks_and_missing_codes_occur_as_often_as_documented(root: Path) -> None:
    customers = read(root, "customers")
    tens = customers[[*SATISFACTION, "quality_overall", "value_price", "repurchase", "recommend"]]
    for low, share, high in ((0.010, tens.isna(), 0.035), (0.008, tens == 98, 0.024), (0.001, tens == 99, 0.010)):
        assert low < share.to_numpy().mean() < high
    assert (customers[GRADES] == 9).any().all()
    drivers = customers[GRADES].where(customers[GRADES] <= 5).dropna()
    assert len(drivers) > 0.6 * len(customers)


def test_the_wave_has_the_careless_respondents_of_a_real_one(root: Path) -> None:
    customers = read(root, "customers")
    hasty = (customers["seconds"] < customers["seconds"].median() / 3).mean()
    assert 0.01 < hasty < 0.04
    assert 1150 <= len(customers) * (1 - hasty) <= 1320
    tens = customers[[*SATISFACTION, "quality_overall", "quality_fit", "value_price", "repurchase", "price_tolerance"]]
    assert 3 <= ((tens.nunique(axis=1) == 1) & (tens.notna().sum(axis=1) > 4)).sum() <= 80
    assert 3 <= (customers[[*SATISFACTION, *GRADES]].isna().mean(axis=1) > 0.6).sum() <= 20


def test_weights_restore_the_population_and_spread_moderately(root: Path) -> None:
    customers = read(root, "customers")
    weight = customers["weight"]
    assert weight.mean() == pytest.approx(1, abs=1e-4)
    assert 1.04 < (weight**2).mean() < 1.2
    for attribute, shares in DEMO.shares.items():
        weighted = weight.groupby(customers[attribute]).sum() / weight.sum()
        assert weighted.to_dict() == pytest.approx(dict(shares), abs=1e-3)


def clauses(frame: pd.DataFrame) -> Iterator[tuple[str, str, pd.Series]]:
    """Theme, sign and the row of every clause found in a comment; clauses that are part of another are left out."""
    known = [
        (theme, sign, text) for theme, signs in CLAUSES.items() for sign, each in signs.items() for texts in each.values() for text in texts
    ]
    alone = [each for each in known if not any(each[2] in other[2] and each is not other for other in known)]
    for _, row in frame.dropna(subset="comment").iterrows():
        for theme, sign, text in alone:
            if text.casefold() in row["comment"].casefold():
                yield theme, sign, row


def test_comments_are_chinese_or_english_and_about_a_third_write_one(root: Path) -> None:
    comments = read(root, "customers")["comment"]
    assert 0.30 < comments.notna().mean() < 0.40
    chinese = comments.dropna().str.contains(r"[\u4e00-\u9fff]")
    assert 0.5 < chinese.mean() < 0.75
    assert not (chinese & comments.dropna().str.contains("[A-Za-z]")).any()
    assert comments.dropna().nunique() > 0.7 * comments.notna().sum()


def test_comments_have_the_sign_of_the_answer_they_are_about(root: Path) -> None:
    seen = set()
    straight = interview(DEMO, "2026Q3", seed=20260901).people.set_index("respondent")["care"]
    for theme, sign, row in clauses(read(root, "customers")):
        if theme in GRADES and 1 <= row[theme] <= 5 and straight[row["respondent"]] == "":
            assert (row[theme] >= 4) == (sign == "positive"), (theme, row["comment"], row[theme])
            seen.add((theme, sign))
    assert len(seen) >= 14


def test_nothing_personal_is_in_any_file(root: Path) -> None:
    personal = re.compile(r"@|\b1[3-9]\d{9}\b|\d{3,4}-\d{7,8}|\b\d{17}[\dX]\b|\bhttps?:")
    for path in (root / "data").rglob("*.csv"):
        text = path.read_text(encoding="utf-8")
        assert not personal.search(text), path
        assert not {"name", "phone", "email", "address"} & set(text.split("\n", 1)[0].split(",")), path


def test_each_competitor_has_sixty_to_ninety_interviews_with_the_same_questions(root: Path) -> None:
    theirs, ours = read(root, "competitors"), read(root, "customers")
    assert theirs["competitor"].value_counts().between(60, 90).all()
    assert set(theirs["competitor"]) == set("ABCD")
    assert set(theirs.columns) - set(ours.columns) == {"competitor"}


def test_staff_rate_about_five_points_above_what_customers_say(tmp_path: Path) -> None:
    company(tmp_path, periods=PERIODS[:6])
    gaps = []
    for period in PERIODS[:6]:
        true = levels(DEMO, period).set_index("metric")["estimate"][GRADES]
        gaps.append((25 * (read(tmp_path, "self_rated", period)[GRADES].mean() - 1) - true).mean())
    assert 3.5 < np.mean(gaps) < 6.5


def test_complaints_run_forward_in_time_and_some_are_still_open(root: Path) -> None:
    register = read(root, "complaints")
    times = register[["opened", "first_response", "closed"]].apply(pd.to_datetime)
    assert times["opened"].between("2026-07-01", "2026-10-01").all()
    assert (times["first_response"] >= times["opened"])[times["first_response"].notna()].all()
    assert (times["closed"] >= times["first_response"])[times["closed"].notna()].all()
    still_open = times["closed"].isna()
    assert 0.01 < still_open.mean() < 0.2
    assert register.loc[still_open, "satisfied"].isna().all()
    minutes = (times["first_response"] - times["opened"]).dt.total_seconds() / 60
    assert 0.7 < (minutes <= 30).mean() < 0.95


def test_records_join_the_survey_by_customer(root: Path) -> None:
    customers, accounts, register = (read(root, source) for source in ("customers", "accounts", "complaints"))
    assert not accounts["customer"].duplicated().any()
    assert set(customers["respondent"]) <= set(accounts["customer"])
    assert set(register["customer"]) <= set(accounts["customer"])
    told = set(customers.loc[customers["complained"] == 1, "respondent"])
    assert 0.5 < len(told & set(register["customer"])) / len(told) < 1
    existing = accounts[accounts["class"] == "existing"].groupby("customer_class")["spending"].median()
    assert existing["key"] > 2 * existing["ordinary"]


def test_dispositions_add_up_to_the_interviews(root: Path) -> None:
    table, customers = read(root, "dispositions").set_index("region"), read(root, "customers")
    assert table["complete"].to_dict() == customers["region"].value_counts().to_dict()
    assert (table["reached"] == table["refused"] + table["complete"]).all()
    assert (table["invited"] > table["reached"]).all()


def test_eight_departments_rate_each_other_but_not_themselves(root: Path) -> None:
    ratings = read(root, "internal")
    assert ratings["rater_department"].nunique() == ratings["rated_department"].nunique() == 8
    assert (ratings["rater_department"] != ratings["rated_department"]).all()
    assert ratings["score"].between(1, 10).all()
    assert 150 <= len(ratings) <= 250


def test_every_comment_has_its_true_themes_and_nothing_else_has() -> None:
    wave = interview(DEMO, "2026Q3", seed=3)
    wrote = wave.answers["comment"] != ""
    assert (wave.people.loc[wrote, "themes"].str.fullmatch(r"[+-][a-z_]+(;[+-][a-z_]+)*")).all()
    assert (wave.people.loc[~wrote, "themes"] == "").all()
