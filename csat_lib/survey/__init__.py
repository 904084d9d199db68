"""What came in: exports, checks, the clean Survey."""

from csat_lib.survey.corrections import Correction, load_corrections
from csat_lib.survey.describe import answered, distribution, power, sample
from csat_lib.survey.dispositions import response
from csat_lib.survey.door import Data, Rows, Weights, ends_of, moments_of, rows_of
from csat_lib.survey.exports import Export, read_export
from csat_lib.survey.findings import Finding, Findings
from csat_lib.survey.modes import mode_effects
from csat_lib.survey.parquet_moments import moments_from_parquet
from csat_lib.survey.partitions import moments_from_partitions
from csat_lib.survey.planner import detectable, margin_of, sample_size, sample_size_to_detect
from csat_lib.survey.pooled import has_survey, parts_of
from csat_lib.survey.questionnaires import questionnaire_changes
from csat_lib.survey.rejected import write_rejected, write_restricted
from csat_lib.survey.sampling import allocate, draw
from csat_lib.survey.sql import read_sql
from csat_lib.survey.store import Imported, database, erase, import_period
from csat_lib.survey.survey import Origin, Survey, load_history, load_survey
from csat_lib.survey.times import local_time, time_of
from csat_lib.survey.weighting import Raked, kish_deff, rake

__all__ = [
    "Correction",
    "Data",
    "Export",
    "Finding",
    "Findings",
    "Imported",
    "Origin",
    "Raked",
    "Rows",
    "Survey",
    "Weights",
    "allocate",
    "answered",
    "database",
    "detectable",
    "distribution",
    "draw",
    "ends_of",
    "erase",
    "has_survey",
    "import_period",
    "kish_deff",
    "load_corrections",
    "load_history",
    "load_survey",
    "local_time",
    "margin_of",
    "mode_effects",
    "moments_from_parquet",
    "moments_from_partitions",
    "moments_of",
    "parts_of",
    "power",
    "questionnaire_changes",
    "rake",
    "read_export",
    "read_sql",
    "response",
    "rows_of",
    "sample",
    "sample_size",
    "sample_size_to_detect",
    "time_of",
    "write_rejected",
    "write_restricted",
]
