"""What came in: exports, checks, the clean Survey."""

from csat_lib.survey.corrections import Correction, load_corrections
from csat_lib.survey.describe import answered, distribution, sample
from csat_lib.survey.dispositions import response
from csat_lib.survey.door import Data, Rows, Weights, ends_of, moments_of, rows_of
from csat_lib.survey.exports import Export, read_export
from csat_lib.survey.findings import Finding, Findings
from csat_lib.survey.modes import mode_effects
from csat_lib.survey.questionnaires import questionnaire_changes
from csat_lib.survey.rejected import write_rejected
from csat_lib.survey.survey import Origin, Survey, load_history, load_survey

__all__ = [
    "Correction",
    "Data",
    "Export",
    "Finding",
    "Findings",
    "Origin",
    "Rows",
    "Survey",
    "Weights",
    "answered",
    "distribution",
    "ends_of",
    "load_corrections",
    "load_history",
    "load_survey",
    "mode_effects",
    "moments_of",
    "questionnaire_changes",
    "read_export",
    "response",
    "rows_of",
    "sample",
    "write_rejected",
]
