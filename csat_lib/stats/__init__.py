"""Arithmetic: moments, resampling, inference."""

from csat_lib.stats.columns import Scale, numeric_columns, row_weights, scale_ends
from csat_lib.stats.inference import Estimate, check_confidence, n_effective, percentile_interval, weighted_mean, wilson, z_value
from csat_lib.stats.memory import remembered
from csat_lib.stats.moments import Missing, Moments, Pairs, correlations, moments
from csat_lib.stats.multiplicity import CORRECTIONS, bh, holm
from csat_lib.stats.parallel import each_piece
from csat_lib.stats.resample import (
    Block,
    Products,
    blocks,
    counts,
    counts_within,
    jackknife_groups,
    left_out,
    one_thread,
    products,
    resampled,
)
from csat_lib.stats.suppression import hidden_with

__all__ = [
    "CORRECTIONS",
    "Block",
    "Estimate",
    "Missing",
    "Moments",
    "Pairs",
    "Products",
    "Scale",
    "bh",
    "blocks",
    "check_confidence",
    "correlations",
    "counts",
    "counts_within",
    "each_piece",
    "hidden_with",
    "holm",
    "jackknife_groups",
    "left_out",
    "moments",
    "n_effective",
    "numeric_columns",
    "one_thread",
    "percentile_interval",
    "products",
    "remembered",
    "resampled",
    "row_weights",
    "scale_ends",
    "weighted_mean",
    "wilson",
    "z_value",
]
