"""A known truth: answers from a given path model, and a whole company with planted events."""

from csat_lib.simulate.company import company
from csat_lib.simulate.demo import DEMO, PERIODS
from csat_lib.simulate.responses import FactorTruth, population, responses
from csat_lib.simulate.truth import Effect, Question, Truth, levels
from csat_lib.simulate.wave import Wave, fieldwork, interview

__all__ = [
    "DEMO",
    "PERIODS",
    "Effect",
    "FactorTruth",
    "Question",
    "Truth",
    "Wave",
    "company",
    "fieldwork",
    "interview",
    "levels",
    "population",
    "responses",
]
