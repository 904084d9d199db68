"""Is it moving, is it real, why, and against whom: waves, decompositions, targets, benchmarks and transitions."""

from csat_lib.tracking.benchmark import Benchmark, against_baseline, benchmark
from csat_lib.tracking.calendar import missing_count
from csat_lib.tracking.comparable import codebook_hashes, not_comparable
from csat_lib.tracking.control import control_chart
from csat_lib.tracking.decompose import Decomposition, decompose_change, waterfall
from csat_lib.tracking.figures import nps_interval
from csat_lib.tracking.foresight import ForecastGain, forecast_gain
from csat_lib.tracking.gains import gains_by_origin
from csat_lib.tracking.leading import Paired, cross_correlation, granger, paired, read_series, study_series
from csat_lib.tracking.movement import Transitions
from csat_lib.tracking.outlook import forecast, what_if, with_rows
from csat_lib.tracking.rolling import rolling_index
from csat_lib.tracking.season import Season, season
from csat_lib.tracking.targets import misses, propose_targets, scorecard, status
from csat_lib.tracking.transition_draws import transition_intervals
from csat_lib.tracking.transition_tests import stationarity, transition_tests
from csat_lib.tracking.transitions import panel_grades, transitions, transitions_from_counts
from csat_lib.tracking.waves import Waves, compare_figures, compare_waves

__all__ = [
    "Benchmark",
    "Decomposition",
    "ForecastGain",
    "Paired",
    "Season",
    "Transitions",
    "Waves",
    "against_baseline",
    "benchmark",
    "codebook_hashes",
    "compare_figures",
    "compare_waves",
    "control_chart",
    "cross_correlation",
    "decompose_change",
    "forecast",
    "forecast_gain",
    "gains_by_origin",
    "granger",
    "misses",
    "missing_count",
    "not_comparable",
    "nps_interval",
    "paired",
    "panel_grades",
    "propose_targets",
    "read_series",
    "rolling_index",
    "scorecard",
    "season",
    "stationarity",
    "status",
    "study_series",
    "transition_intervals",
    "transition_tests",
    "transitions",
    "transitions_from_counts",
    "waterfall",
    "what_if",
    "with_rows",
]
