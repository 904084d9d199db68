"""What we are told: study and period, codebook, path model."""

from csat_lib.study.blocks import Construct, Question
from csat_lib.study.codebook import Attribute, Codebook, Item, load_codebook
from csat_lib.study.inputs import Seals, inputs, sealed, seals_of
from csat_lib.study.ledger import Due, Standing, standing, standings
from csat_lib.study.library import load_model, model_names
from csat_lib.study.notebooks import check_notebook, notebooks_of
from csat_lib.study.params import Study, load_study, resolved, write_period
from csat_lib.study.period import Period, parse_period
from csat_lib.study.places import Paths, find_root, study_names
from csat_lib.study.reader import Text, read_yaml
from csat_lib.study.settings import Event, Settings, Target
from csat_lib.study.structure import Structure

__all__ = [
    "Attribute",
    "Codebook",
    "Construct",
    "Due",
    "Event",
    "Item",
    "Paths",
    "Period",
    "Question",
    "Seals",
    "Settings",
    "Standing",
    "Structure",
    "Study",
    "Target",
    "Text",
    "check_notebook",
    "find_root",
    "inputs",
    "load_codebook",
    "load_model",
    "load_study",
    "model_names",
    "notebooks_of",
    "parse_period",
    "read_yaml",
    "resolved",
    "sealed",
    "seals_of",
    "standing",
    "standings",
    "study_names",
    "write_period",
]
