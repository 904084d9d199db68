"""The order of the rows does not matter, and a wrong answer in a workbook names its sheet."""

import io

import numpy as np
import pandas as pd
import pytest

from csat_lib.errors import DataError
from csat_lib.study import load_study
from csat_lib.survey import load_survey

ITEMS = ["satisfaction_overall", "quality_overall"]


def test_the_order_of_the_rows_is_irrelevant(tiny_project):
    root = tiny_project()
    path = load_study("shop", root=root).paths.data()
    before = load_survey(load_study("shop", root=root)).moments(ITEMS)
    head, *rows = path.read_text(encoding="utf-8").strip().split("\n")
    path.write_text("\n".join([head, *rows[::-1]]) + "\n", encoding="utf-8")
    after = load_survey(load_study("shop", root=root)).moments(ITEMS)
    np.testing.assert_allclose(after.mean, before.mean, rtol=1e-10)
    np.testing.assert_allclose(after.covariance, before.covariance, rtol=1e-10)


def test_a_wrong_answer_in_a_workbook_names_file_sheet_column_value_and_row(tiny_project):
    root = tiny_project()
    path = load_study("shop", root=root).paths.data()
    frame = pd.read_csv(io.StringIO(path.read_text(encoding="utf-8")), dtype=str, keep_default_na=False)
    column = load_study("shop", root=root).codebook.item("satisfaction_overall").column
    frame.loc[:9, column] = "77"
    path.unlink()
    frame.to_excel(path.with_suffix(".xlsx"), index=False, sheet_name="Answers")
    with pytest.raises(DataError, match=r"2026Q3\.xlsx, sheet Answers: .*outside the scale.*77 \(10 times\), first in row 2"):
        load_survey(load_study("shop", root=root))
