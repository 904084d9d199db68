"""How satisfied: scores from 0 to 100, and the enterprise method's degree and rate."""

from csat_lib.index.aggregate import aggregate, roll_forward
from csat_lib.index.enterprise import GRADE_SCORES, overall, satisfaction, satisfaction_degree, satisfaction_rate
from csat_lib.index.precision import difference, precision
from csat_lib.index.scores import item_scores, on_hundred, scores, segments_of

__all__ = [
    "GRADE_SCORES",
    "aggregate",
    "difference",
    "item_scores",
    "on_hundred",
    "overall",
    "precision",
    "roll_forward",
    "satisfaction",
    "satisfaction_degree",
    "satisfaction_rate",
    "scores",
    "segments_of",
]
