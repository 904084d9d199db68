"""What came in: exports, checks, the clean Survey."""

from csat_lib.survey.checks import Finding, Findings
from csat_lib.survey.describe import answered, distribution, sample
from csat_lib.survey.door import Data, Rows, Weights, ends_of, moments_of, rows_of
from csat_lib.survey.exports import Export, read_export
from csat_lib.survey.survey import Survey, load_history, load_survey

__all__ = [
    "Data",
    "Export",
    "Finding",
    "Findings",
    "Rows",
    "Survey",
    "Weights",
    "answered",
    "distribution",
    "ends_of",
    "load_history",
    "load_survey",
    "moments_of",
    "read_export",
    "rows_of",
    "sample",
]
