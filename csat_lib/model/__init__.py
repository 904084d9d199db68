"""Why: the path model by PLS, its bootstrap, quality and effects."""

from csat_lib.model.effects import impacts, index_scores, index_weights, total_effects
from csat_lib.model.pls import PlsFit, fit_pls
from csat_lib.model.pls_bootstrap import Draws, bootstrap, summarise
from csat_lib.model.quality import RULES, Rule, assess
from csat_lib.model.trend import changes, index_trend

__all__ = [
    "RULES",
    "Draws",
    "PlsFit",
    "Rule",
    "assess",
    "bootstrap",
    "changes",
    "fit_pls",
    "impacts",
    "index_scores",
    "index_trend",
    "index_weights",
    "summarise",
    "total_effects",
]
