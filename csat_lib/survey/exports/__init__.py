"""Files as survey programs write them, every layout recognised by itself; every cell stays the text of the file."""

from csat_lib.survey.exports.export import Export
from csat_lib.survey.exports.opening import LAYOUTS, read_export

__all__ = ["LAYOUTS", "Export", "read_export"]
