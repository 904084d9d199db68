"""How satisfied: scores from 0 to 100, and the enterprise method's degree and rate."""

from csat_lib.index.enterprise import GRADE_SCORES, overall, satisfaction, satisfaction_degree, satisfaction_rate
from csat_lib.index.scores import item_scores, on_hundred, scores, segments_of

__all__ = [
    "GRADE_SCORES",
    "item_scores",
    "on_hundred",
    "overall",
    "satisfaction",
    "satisfaction_degree",
    "satisfaction_rate",
    "scores",
    "segments_of",
]
