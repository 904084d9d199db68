"""Why: the path model by PLS, its bootstrap, quality and effects."""

from csat_lib.model.consistent import Consistent, consistent, score_reliability
from csat_lib.model.effects import impacts, index_scores, index_weights, total_effects
from csat_lib.model.estimators import Comparison, compare_estimators
from csat_lib.model.fimix import Fimix, fimix
from csat_lib.model.groups import compare_paths
from csat_lib.model.intervals import Intervals, intervals
from csat_lib.model.invariance import Invariance, micom, require_invariance
from csat_lib.model.mediation import indirect_effects
from csat_lib.model.moderation import Moderation, moderate
from csat_lib.model.pls import PlsFit, fit_pls
from csat_lib.model.pls_bootstrap import Draws, bootstrap
from csat_lib.model.predict import Prediction, predict, predictive_power
from csat_lib.model.quality import RULES, Rule, assess, shortfalls, verdict
from csat_lib.model.segmentation import explained_by
from csat_lib.model.segments import segment_invariance, segment_paths, wave_invariance
from csat_lib.model.sem import SemFit, fit_sem
from csat_lib.model.summary import summarise
from csat_lib.model.trend import changes, index_trend

__all__ = [
    "RULES",
    "Comparison",
    "Consistent",
    "Draws",
    "Fimix",
    "Intervals",
    "Invariance",
    "Moderation",
    "PlsFit",
    "Prediction",
    "Rule",
    "SemFit",
    "assess",
    "bootstrap",
    "changes",
    "compare_estimators",
    "compare_paths",
    "consistent",
    "explained_by",
    "fimix",
    "fit_pls",
    "fit_sem",
    "impacts",
    "index_scores",
    "index_trend",
    "index_weights",
    "indirect_effects",
    "intervals",
    "micom",
    "moderate",
    "predict",
    "predictive_power",
    "require_invariance",
    "score_reliability",
    "segment_invariance",
    "segment_paths",
    "shortfalls",
    "summarise",
    "total_effects",
    "verdict",
    "wave_invariance",
]
