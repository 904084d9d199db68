"""Charts: each takes the page and a long frame, and gives a figure with caption, alternative text and its data."""

from csat_lib.report.charts.asymmetry import asymmetry
from csat_lib.report.charts.bars import importance
from csat_lib.report.charts.dominance import dominance
from csat_lib.report.charts.dots import scores, segments
from csat_lib.report.charts.paths import path_diagram
from csat_lib.report.charts.priorities import importance_performance
from csat_lib.report.charts.stacked import distribution, missing
from csat_lib.report.charts.trend import trend

__all__ = [
    "asymmetry",
    "distribution",
    "dominance",
    "importance",
    "importance_performance",
    "missing",
    "path_diagram",
    "scores",
    "segments",
    "trend",
]
