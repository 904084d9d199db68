"""What to improve: relative importance, collinearity, importance against performance."""

from csat_lib.drivers.collinearity import collinearity
from csat_lib.drivers.importance import METHODS, dominance, importance
from csat_lib.drivers.priorities import importance_performance, levers

__all__ = ["METHODS", "collinearity", "dominance", "importance", "importance_performance", "levers"]
