"""Charts: each takes the page and a long frame, and gives a figure with caption, alternative text and its data."""

from csat_lib.report.charts.asymmetry import asymmetry
from csat_lib.report.charts.bars import importance
from csat_lib.report.charts.control import control
from csat_lib.report.charts.dominance import dominance
from csat_lib.report.charts.dots import scores, segments
from csat_lib.report.charts.paths import path_diagram
from csat_lib.report.charts.priorities import importance_performance
from csat_lib.report.charts.ranks_over_time import ranks_over_time
from csat_lib.report.charts.stacked import distribution, missing
from csat_lib.report.charts.transitions import transitions
from csat_lib.report.charts.trend import trend
from csat_lib.report.charts.waterfall import waterfall

__all__ = [
    "asymmetry",
    "control",
    "distribution",
    "dominance",
    "importance",
    "importance_performance",
    "missing",
    "path_diagram",
    "ranks_over_time",
    "scores",
    "segments",
    "transitions",
    "trend",
    "waterfall",
]
