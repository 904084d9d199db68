"""Charts: each takes the page and a long frame, and gives a figure with caption, alternative text and its data."""

from csat_lib.report.charts.asymmetry import asymmetry
from csat_lib.report.charts.banner import banner
from csat_lib.report.charts.bars import importance
from csat_lib.report.charts.contributions import change, contributions
from csat_lib.report.charts.control import control
from csat_lib.report.charts.departments import departments
from csat_lib.report.charts.dominance import dominance
from csat_lib.report.charts.dots import scores, segments
from csat_lib.report.charts.flow import flow
from csat_lib.report.charts.heat import heat
from csat_lib.report.charts.hierarchy import icicle
from csat_lib.report.charts.panels import panels
from csat_lib.report.charts.pareto import pareto
from csat_lib.report.charts.paths import path_diagram
from csat_lib.report.charts.priorities import importance_performance
from csat_lib.report.charts.ranks import rank_intervals
from csat_lib.report.charts.ranks_over_time import ranks_over_time
from csat_lib.report.charts.sobol import sobol
from csat_lib.report.charts.stacked import distribution, missing
from csat_lib.report.charts.staircase import staircase
from csat_lib.report.charts.survival import survival
from csat_lib.report.charts.themes import theme_map
from csat_lib.report.charts.tornado import break_even, tornado
from csat_lib.report.charts.transitions import transitions
from csat_lib.report.charts.trend import trend
from csat_lib.report.charts.verified import verified
from csat_lib.report.charts.waterfall import waterfall

__all__ = [
    "asymmetry",
    "banner",
    "break_even",
    "change",
    "contributions",
    "control",
    "departments",
    "distribution",
    "dominance",
    "flow",
    "heat",
    "icicle",
    "importance",
    "importance_performance",
    "missing",
    "panels",
    "pareto",
    "path_diagram",
    "rank_intervals",
    "ranks_over_time",
    "scores",
    "segments",
    "sobol",
    "staircase",
    "survival",
    "theme_map",
    "tornado",
    "transitions",
    "trend",
    "verified",
    "waterfall",
]
