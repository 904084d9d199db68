"""csat_lib: a workbench for customer satisfaction measurement.

>>> import csat_lib as csat
>>> csat.index.satisfaction_degree([10, 5, 6, 3, 1])
76.0
"""

from __future__ import annotations

import importlib
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from csat_lib import drivers, errors, improvement, index, model, report, simulate, stats, study, survey, tracking, voice
    from csat_lib.model import assess, bootstrap, fit_pls, fit_sem, impacts, index_scores, summarise, total_effects
    from csat_lib.study import Structure, Study, load_codebook, load_model, load_study
    from csat_lib.survey import Survey, load_survey

try:
    __version__ = version("csat_lib")
except PackageNotFoundError:  # a source tree that is not installed
    __version__ = "0+unknown"

_ROOMS = ("errors", "study", "stats", "survey", "simulate", "index", "model", "drivers", "tracking", "voice", "improvement", "report")
_HOME = {
    "load_study": "study",
    "load_model": "study",
    "load_codebook": "study",
    "Structure": "study",
    "Study": "study",
    "load_survey": "survey",
    "Survey": "survey",
    "fit_pls": "model",
    "fit_sem": "model",
    "bootstrap": "model",
    "summarise": "model",
    "assess": "model",
    "total_effects": "model",
    "impacts": "model",
    "index_scores": "model",
}

__all__ = [
    "Structure",
    "Study",
    "Survey",
    "assess",
    "bootstrap",
    "drivers",
    "errors",
    "fit_pls",
    "fit_sem",
    "impacts",
    "improvement",
    "index",
    "index_scores",
    "load_codebook",
    "load_model",
    "load_study",
    "load_survey",
    "model",
    "report",
    "simulate",
    "stats",
    "study",
    "summarise",
    "survey",
    "total_effects",
    "tracking",
    "voice",
]


def __getattr__(name: str) -> object:
    """Load a room, or the room of a name, when it is first used (PEP 562)."""
    if name in _ROOMS:
        return importlib.import_module(f"csat_lib.{name}")
    if name in _HOME:
        value = getattr(importlib.import_module(f"csat_lib.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"csat_lib has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_ROOMS, *_HOME})
