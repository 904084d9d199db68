"""How satisfied: scores from 0 to 100, the enterprise method's degree and rate, and the weights of indicators."""

from csat_lib.index.aggregate import aggregate, roll_forward
from csat_lib.index.ahp import Ahp, ahp, revisit
from csat_lib.index.banner import arranged, banner, banner_bases
from csat_lib.index.boxes import box_shares, ces, csat, nps
from csat_lib.index.combined_weights import CombinedWeights, combined_weights
from csat_lib.index.contributions import change_between, change_contributions, contributions
from csat_lib.index.conventions import BANDS, Bands, banded, bands_of, convert, grade_scores
from csat_lib.index.data_weights import WeightsWarning, critic_weights, entropy_weights, pca_weights
from csat_lib.index.delphi import Delphi, delphi
from csat_lib.index.dissatisfaction import dissatisfied_items, dissatisfied_reasons
from csat_lib.index.enterprise import GRADE_SCORES, overall, satisfaction, satisfaction_degree, satisfaction_rate
from csat_lib.index.expert_files import read_judgements
from csat_lib.index.expert_template import write_expert_template
from csat_lib.index.fuzzy import Fuzzy, fuzzy_evaluation
from csat_lib.index.fuzzy_levels import FuzzyLevels, fuzzy_levels, membership_of
from csat_lib.index.group_ahp import GroupAhp, group_ahp
from csat_lib.index.hierarchy import Node, Tree
from csat_lib.index.hierarchy_file import load_tree, read_tree
from csat_lib.index.hierarchy_scores import scores_by_weights, tree_scores, unit_scores
from csat_lib.index.judgements import comparison_weights, rating_weights
from csat_lib.index.panel import Panel, panel_weights
from csat_lib.index.perturbation import concentration, shaken_weights
from csat_lib.index.precision import difference, precision
from csat_lib.index.principles import principles
from csat_lib.index.random_indices import RANDOM_INDICES, RandomIndex, random_index_of
from csat_lib.index.required_sample import required_sample
from csat_lib.index.robustness import Robustness, outranks, rank_agreement, robustness
from csat_lib.index.scores import item_scores, on_hundred, scores, segments_of
from csat_lib.index.sensitivity import LeftOut, break_even, effective_importance, leave_one_out, tornado
from csat_lib.index.sobol import sobol_indices
from csat_lib.index.sources import class_satisfaction, source_satisfaction
from csat_lib.index.target_weights import TargetWeights, infomax_weights, target_weights
from csat_lib.index.variants import Sensitivity, index_variant, sensitivity
from csat_lib.index.weight_files import load_weight_sets, write_weight_set
from csat_lib.index.weight_sets import WeightSet, check_siblings, compare_weight_sets, locked_set, weight_set

__all__ = [
    "BANDS",
    "GRADE_SCORES",
    "RANDOM_INDICES",
    "Ahp",
    "Bands",
    "CombinedWeights",
    "Delphi",
    "Fuzzy",
    "FuzzyLevels",
    "GroupAhp",
    "LeftOut",
    "Node",
    "Panel",
    "RandomIndex",
    "Robustness",
    "Sensitivity",
    "TargetWeights",
    "Tree",
    "WeightSet",
    "WeightsWarning",
    "aggregate",
    "ahp",
    "arranged",
    "banded",
    "bands_of",
    "banner",
    "banner_bases",
    "box_shares",
    "break_even",
    "ces",
    "change_between",
    "change_contributions",
    "check_siblings",
    "class_satisfaction",
    "combined_weights",
    "compare_weight_sets",
    "comparison_weights",
    "concentration",
    "contributions",
    "convert",
    "critic_weights",
    "csat",
    "delphi",
    "difference",
    "dissatisfied_items",
    "dissatisfied_reasons",
    "effective_importance",
    "entropy_weights",
    "fuzzy_evaluation",
    "fuzzy_levels",
    "grade_scores",
    "group_ahp",
    "index_variant",
    "infomax_weights",
    "item_scores",
    "leave_one_out",
    "load_tree",
    "load_weight_sets",
    "locked_set",
    "membership_of",
    "nps",
    "on_hundred",
    "outranks",
    "overall",
    "panel_weights",
    "pca_weights",
    "precision",
    "principles",
    "random_index_of",
    "rank_agreement",
    "rating_weights",
    "read_judgements",
    "read_tree",
    "required_sample",
    "revisit",
    "robustness",
    "roll_forward",
    "satisfaction",
    "satisfaction_degree",
    "satisfaction_rate",
    "scores",
    "scores_by_weights",
    "segments_of",
    "sensitivity",
    "shaken_weights",
    "sobol_indices",
    "source_satisfaction",
    "target_weights",
    "tornado",
    "tree_scores",
    "unit_scores",
    "weight_set",
    "write_expert_template",
    "write_weight_set",
]
