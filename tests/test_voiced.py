"""The voice notebook on the simulated company: figures, sentences and charts in both languages, and no personal data in any of them."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from test_masking import corpus, leftover, plain

from csat_lib.errors import DataError, NotInStudyError
from csat_lib.report import charts, complained, keyfigures, open_page, tables, voice_sentences, voiced
from csat_lib.simulate import company
from csat_lib.study import load_study
from csat_lib.survey import load_history, load_survey
from csat_lib.voice import mask, survival_curve

PLANTED = 1000


@pytest.fixture(scope="module")
def project(root, tmp_path_factory):
    """Two quarters of the company; a thousand secrets stand in the comments of the second, and its customers have names."""
    folder = tmp_path_factory.mktemp("voiced")
    for name in ("models", "demo"):
        shutil.copytree(root / "params" / name, folder / "params" / name)
    company(folder, periods=["2026Q2", "2026Q3"])
    path = folder / "data" / "demo" / "customers" / "2026Q3.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    for place, (text, secret) in enumerate(corpus(PLANTED)):
        frame.loc[place, "comment"] += " Queue at the till, 收银排队，" + text.format(secret) + f" Zoe Quill{place}"
    frame.to_csv(path, index=False)
    accounts = folder / "data" / "demo" / "accounts" / "2026Q3.csv"
    people = pd.read_csv(accounts, dtype=str, keep_default_na=False)
    people.assign(name=[f"Zoe Quill{place}" for place in range(len(people))]).to_csv(accounts, index=False)
    return folder


@pytest.fixture(scope="module")
def wave(project):
    study = load_study("demo", "2026Q3", root=project)
    survey = load_survey(study)
    page = open_page(study)
    return study, survey, voiced.hear(page, study, survey), complained.take(page, study)


def page_of(wave, language):
    return open_page(wave[0], language)


def exhibits(wave, language):
    """Everything of the comments that a page shows."""
    study, _, heard, _ = wave
    page = page_of(wave, language)
    impact = voiced.impact(page, heard)
    moved = voiced.moved(page, study, load_history(study, periods=2), heard)
    every = heard.coding.comments.assign(coded=False)
    uncoded = voiced.Heard(
        heard.survey, heard.themes, type(heard.coding)(heard.themes, every, heard.coding.mentions), heard.signs, heard.score, heard.names
    )
    frames = {
        "impact": impact,
        "moved": moved,
        "examples": voiced.examples(page, heard, each=50),
        "proposals": voiced.proposals(page, study, uncoded),
        "reached": voiced.reached(page, heard),
    }
    shown = [tables.table(page, frame, name=name, caption=name, base=None) for name, frame in frames.items()]
    said = voice_sentences.comments(page, heard, impact) + voice_sentences.moves(page, moved, before="2026Q2")
    return [*shown, tables.answers(page, said), charts.theme_map(page, impact)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_none_of_a_thousand_secrets_is_left_in_any_output(wave, language):
    assert wave[2].survey.attributes["comment"].str.contains("Zoe Quill").sum() > 0.95 * PLANTED  # dropped speeders take theirs along
    bundles = [json.dumps(each._repr_mimebundle_(), ensure_ascii=False) for each in exhibits(wave, language)]
    whole = "\n".join(bundles)
    seen = plain(whole)
    assert "Zoe" not in whole
    assert "Quill" not in whole
    assert [secret for _, secret in corpus(PLANTED) if plain(secret).strip() in seen] == []
    shown = voiced.examples(page_of(wave, language), wave[2], each=50)["comment"]
    assert len(shown) > 50
    assert [text for text in shown if leftover(text)] == []
    assert shown.str.contains("[phone]" if language == "en" else "[电话]", regex=False).any()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_part_speaks_the_pages_language(wave, language):
    study, survey, heard, register = wave
    page = page_of(wave, language)
    figures = complained.figures(study, register)
    priorities = complained.priorities(page, study, register)
    said = [
        *voice_sentences.comments(page, heard, voiced.impact(page, heard)),
        *voice_sentences.complaints(page, register, figures),
        *voice_sentences.products(page, register, priorities),
        *voice_sentences.recovery(page, complained.recovered(page, study, survey, register)),
    ]
    chinese = [bool(set(text) & set("的与为占在投诉意见名")) for text in said]
    assert all(chinese) if language == "zh" else not any(chinese)
    shown = [
        charts.pareto(page, complained.reasons(page, register, "product"), what=page.say("by_product")),
        charts.survival(page, survival_curve(register, "first_response"), promised=30),
        tables.scorecard(page, complained.scorecard(page, study, figures), caption="x"),
        tables.table(page, complained.named(page, register, priorities), name="p", caption="x", base=None),
        tables.table(page, complained.kept_aside(page, register), name="a", caption="x", base=None),
    ]
    assert all("<" in each.html for each in shown)
    assert all("small_appliances" not in each.html for each in shown)


def test_the_register_stands_in_the_scorecard_beside_the_surveys_own_rate(wave):
    study, survey, *_ = wave
    trend = keyfigures.outcome_trend(study, {"2026Q3": survey})
    card = keyfigures.scorecard(study, survey, trend).set_index("metric")
    assert card.loc["response_within_30_minutes", ["target", "unit"]].tolist() == [90, "%"]
    assert card.loc["response_within_30_minutes", "verdict"] in {"met", "at risk", "missed"}
    asked = 100 * np.average(survey.responses["complained"].dropna(), weights=survey.weights[survey.responses["complained"].notna()])
    assert card.loc["complaint_rate", "estimate"] == pytest.approx(asked)
    assert card.index.is_unique


def test_the_sources_give_the_denominators(wave, project):
    sold = pd.read_csv(project / "data" / "demo" / "sales" / "2026Q3.csv")
    people = pd.read_csv(project / "data" / "demo" / "accounts" / "2026Q3.csv")
    expected = {"orders": sold["orders"].sum(), "customers": (people["class"] == "existing").sum(), "months": 3}
    assert complained.denominators(wave[0]) == expected


def shop(tiny_project, sales, accounts="customer,class\na,existing\n"):
    more = {"data/shop/sales/2026Q3.csv": sales, "data/shop/accounts/2026Q3.csv": accounts}
    return load_study("shop", root=tiny_project(more=more))


def test_names_are_masked_wherever_the_study_keeps_them(tiny_project):
    from conftest import CODEBOOK, answers

    book = CODEBOOK + "  interviewee: {role: personal}\n"
    lines = answers(3).splitlines()
    own = [f"{line},{name}" for line, name in zip(lines, ("interviewee", "Quentin Abernathy", "欧阳娜娜", "no"), strict=True)]
    people = "customer,class,Contact Person,E-mail address,channel_name,客户名称\nC1,existing,Zelda Marsh,zm at x,Web Shop,海风贸易\n"
    more = {"data/shop/accounts/2026Q3.csv": people, "data/shop/customers/2026Q3.csv": "\n".join(own) + "\n"}
    names = voiced.names_of(load_study("shop", root=tiny_project(codebook=book, more=more)))
    for text in ("Quentin Abernathy", "欧阳娜娜", "Zelda Marsh", "海风贸易"):
        assert mask(f"I am {text} and no friend", names) == "I am [name] and no friend"
    assert mask("the shop is fine, no queue", names) == "the shop is fine, no queue"


def test_customers_count_once_and_however_their_class_is_spelt(tiny_project):
    people = "customer,class\na,Existing\na,existing\nb, existing\nc,past\n,existing\n"
    study = shop(tiny_project, "product,month,orders\nx,2026-07,5\n", people)
    assert complained.denominators(study)["customers"] == 2
    bought = "customer,last_purchase\na,2026-09-01\nb,2020-01-01\nc,\n"
    assert complained.denominators(shop(tiny_project, "product,month,orders\nx,2026-07,5\n", bought))["customers"] == 1


def test_orders_of_other_months_are_no_denominator_of_the_period(tiny_project):
    study = shop(tiny_project, "product,month,orders\nx,2026-06,900\nx,2026/7,40\nx,2026年9月,60\nx,2026-10,900\n")
    assert complained.denominators(study)["orders"] == 100
    assert complained.orders(study)["month"].tolist() == ["2026-07", "2026-09"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("x,2026-07,many", r"2026Q3.csv, row 3: orders: 'many' cannot be read"),
        ("x,2026-07,", r"row 3: orders"),
        ("x,2026-07,-4", r"row 3: orders: '-4'"),
        ("x,July,4", r"row 3: month: 'July' cannot be read"),
    ],
)
def test_orders_that_cannot_be_read_are_refused_and_not_left_out_of_the_sum(tiny_project, row, told):
    with pytest.raises(DataError, match=told):
        complained.denominators(shop(tiny_project, f"product,month,orders\nx,2026-08,5\n{row}\n"))
    with pytest.raises(DataError, match="none of its months lies in"):
        complained.orders(shop(tiny_project, "product,month,orders\nx,2025-08,5\n"))


def test_what_a_study_lacks_is_said_in_the_pages_language(tiny_project):
    study = load_study("shop", root=tiny_project())
    survey = load_survey(study)
    for language, word in (("en", "no comments"), ("zh", "没有意见")):
        page = open_page(study, language)
        with pytest.raises(NotInStudyError, match=word):
            voiced.hear(page, study, survey)
        with pytest.raises(NotInStudyError, match=r"complaint register|投诉登记"):
            complained.take(page, study)


def test_two_periods_are_too_few_for_a_chart_and_the_page_says_so(wave):
    with pytest.raises(NotInStudyError, match="8 are needed"):
        complained.chart(page_of(wave, "en"), wave[0], complained.history(wave[0]))


def test_a_double_coded_sample_gives_kappa_of_people_and_dictionary(wave, project):
    study, survey, heard, _ = wave
    own = heard.coding.dummies()["checkout_speed"]
    rows = own.index[:60]
    codes = ["checkout_speed" if own[row] else "" for row in rows]
    folder = project / "data" / "demo" / "double_coded"
    folder.mkdir(exist_ok=True)
    table = pd.DataFrame({"respondent": survey.attributes.loc[rows, "respondent"], "coder_1": codes, "coder_2": codes})
    table.to_csv(folder / "2026Q3.csv", index=False)
    try:
        found = voiced.agreement(page_of(wave, "en"), study, heard)
    finally:
        shutil.rmtree(folder)
    checkout = found[found["theme"] == "Waiting at checkout"]
    assert checkout["agreement"].tolist() == [1, 1, 1]
    with pytest.raises(NotInStudyError, match="coded twice"):
        voiced.agreement(page_of(wave, "en"), study, heard)
