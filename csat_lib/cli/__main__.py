"""``python -m csat_lib.cli``."""

from csat_lib.cli import main

main()
