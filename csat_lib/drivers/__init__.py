"""What to improve: relative importance, collinearity, importance against performance."""

from csat_lib.drivers.asymmetry import asymmetry
from csat_lib.drivers.budget import Plan, plan_levers
from csat_lib.drivers.collinearity import collinearity
from csat_lib.drivers.comparison import Comparison
from csat_lib.drivers.dominance import dominance
from csat_lib.drivers.forest import ForestCheck, forest_check
from csat_lib.drivers.importance import differences, importance
from csat_lib.drivers.ipma import cipma, construct_scores, ipma
from csat_lib.drivers.kano import kano
from csat_lib.drivers.levers import levers
from csat_lib.drivers.measures import METHODS
from csat_lib.drivers.necessity import bottleneck, necessity
from csat_lib.drivers.ordered import OrderedLogit, ordered_logit
from csat_lib.drivers.outcomes import bottom_box, nps_groups, top_box
from csat_lib.drivers.priorities import importance_performance
from csat_lib.drivers.segments import importance_by_segment
from csat_lib.drivers.waves import importance_by_wave
from csat_lib.drivers.whatif import WhatIf, whatif

__all__ = [
    "METHODS",
    "Comparison",
    "ForestCheck",
    "OrderedLogit",
    "Plan",
    "WhatIf",
    "asymmetry",
    "bottleneck",
    "bottom_box",
    "cipma",
    "collinearity",
    "construct_scores",
    "differences",
    "dominance",
    "forest_check",
    "importance",
    "importance_by_segment",
    "importance_by_wave",
    "importance_performance",
    "ipma",
    "kano",
    "levers",
    "necessity",
    "nps_groups",
    "ordered_logit",
    "plan_levers",
    "top_box",
    "whatif",
]
