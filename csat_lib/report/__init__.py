"""How it is told: pages, tables, charts, disclosure control, HTML."""

from csat_lib.report import (
    acting,
    charts,
    clientele,
    departments,
    disclosure,
    driver_sentences,
    driving,
    expectations,
    graded,
    improvement_sentences,
    keyfigures,
    lab,
    moved,
    rewards,
    sentences,
    setfigures,
    structural,
    tables,
    tracked,
    tracking_sentences,
    treefigures,
    weightsets,
)
from csat_lib.report.batch import run
from csat_lib.report.engine import Report
from csat_lib.report.exhibits import Exhibit
from csat_lib.report.page import Page, open_page
from csat_lib.report.plan import Plan, plan
from csat_lib.report.render import Harvest, harvest, to_html
from csat_lib.report.site import write_index

__all__ = [
    "Exhibit",
    "Harvest",
    "Page",
    "Plan",
    "Report",
    "acting",
    "charts",
    "clientele",
    "departments",
    "disclosure",
    "driver_sentences",
    "driving",
    "expectations",
    "graded",
    "harvest",
    "improvement_sentences",
    "keyfigures",
    "lab",
    "moved",
    "open_page",
    "plan",
    "rewards",
    "run",
    "sentences",
    "setfigures",
    "structural",
    "tables",
    "to_html",
    "tracked",
    "tracking_sentences",
    "treefigures",
    "weightsets",
    "write_index",
]
