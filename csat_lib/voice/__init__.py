"""What customers say: comments and complaints."""

from csat_lib.voice.agreement import coder_agreement, kappa, read_double_coded, theme_sets
from csat_lib.voice.coding import Coding, code_comments, coding_quality, coverage, language_of
from csat_lib.voice.complaint_figures import complaint_figures, promised_metric
from csat_lib.voice.complaint_settings import ComplaintSettings, load_complaint_settings
from csat_lib.voice.impact import theme_impact, theme_trend
from csat_lib.voice.masking import NOBODY, Names, known_names, mask, mask_all, personal
from csat_lib.voice.pareto import pareto
from csat_lib.voice.priority_products import complaint_chart, priority_products, product_months
from csat_lib.voice.proposals import group_comments, propose_themes, purity
from csat_lib.voice.recovery import recovery
from csat_lib.voice.register import Register, load_register, read_register, register_from_frame
from csat_lib.voice.sentiment import clause_sign, sentiment
from csat_lib.voice.survival import survival_curve, survival_quantiles, waiting
from csat_lib.voice.themes import Theme, Themes, load_themes, read_themes
from csat_lib.voice.verbatims import verbatims

__all__ = [
    "NOBODY",
    "Coding",
    "ComplaintSettings",
    "Names",
    "Register",
    "Theme",
    "Themes",
    "clause_sign",
    "code_comments",
    "coder_agreement",
    "coding_quality",
    "complaint_chart",
    "complaint_figures",
    "coverage",
    "group_comments",
    "kappa",
    "known_names",
    "language_of",
    "load_complaint_settings",
    "load_register",
    "load_themes",
    "mask",
    "mask_all",
    "pareto",
    "personal",
    "priority_products",
    "product_months",
    "promised_metric",
    "propose_themes",
    "purity",
    "read_double_coded",
    "read_register",
    "read_themes",
    "recovery",
    "register_from_frame",
    "sentiment",
    "survival_curve",
    "survival_quantiles",
    "theme_impact",
    "theme_sets",
    "theme_trend",
    "verbatims",
    "waiting",
]
