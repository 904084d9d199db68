"""The command plan: what a margin costs, and what a sample can detect."""

from __future__ import annotations

from typing import TypedDict

import click

from csat_lib.cli.frame import cli, debug_option
from csat_lib.errors import ParamsError

MARGINS = (1.0, 2.0, 3.0, 5.0)
SAMPLES = (100, 200, 400, 800, 1600)
KINDS = ("mean", "proportion", "NPS")


class Spread(TypedDict, total=False):
    """How far answers lie apart: one of the three words of the planner."""

    sd: float
    share: float
    nps: tuple[float, float]


@cli.command()
@click.option("--sd", type=float, default=20.0, show_default=True, help="Standard deviation of the answers on the 0-100 scale.")
@click.option("--share", type=float, default=0.5, show_default=True, help="Proportion expected.")
@click.option("--nps", type=(float, float), default=(0.5, 0.2), show_default=True, help="Shares of promoters and detractors.")
@click.option("--margin", type=float, help="Half the interval's width in points; by default 1, 2, 3 and 5.")
@click.option("--population", type=click.IntRange(min=1), help="Customers in all; by default many.")
@click.option("--confidence", type=float, default=0.95, show_default=True, help="Of the intervals and tests.")
@click.option("--power", type=float, default=0.8, show_default=True, help="Probability to detect a change.")
@click.option("--response", type=float, default=1.0, show_default=True, help="Share of those asked who answer.")
@click.option("--deff", type=float, default=1.0, show_default=True, help="Design effect of clusters and unequal weights.")
@debug_option
def plan(
    *,
    sd: float,
    share: float,
    nps: tuple[float, float],
    margin: float | None,
    population: int | None,
    confidence: float,
    power: float,
    response: float,
    deff: float,
) -> None:
    """Say how many answers a margin costs and which change between two waves a sample can detect."""
    from csat_lib.survey.planner import detectable, margin_of, sample_size, sample_size_to_detect

    spreads: tuple[Spread, ...] = ({"sd": sd}, {"share": share}, {"nps": nps})
    asked = [margin] if margin is not None else list(MARGINS)
    people = f"{population:,} customers" if population else "many customers"
    click.echo(f"{confidence:.4g} confidence, power {power:.4g}, design effect {deff:g}, {people}, response {response:.4g}.")
    click.echo(f"Mean of a 0-100 score with standard deviation {sd:g}; proportion of {share:g}; NPS of {100 * (nps[0] - nps[1]):g} points.")

    def cost(points: float, spread: Spread, rate: float) -> str:
        sample_size(points, deff=deff, confidence=confidence, **spread)
        try:
            found = sample_size(points, population=population, response=rate, deff=deff, confidence=confidence, **spread)
        except ParamsError:
            if population is None or not 0 < rate <= 1:
                raise
            return "too few"
        return f"{found:,}"

    rows = [[f"+-{each:g}", *(cost(each, spread, 1.0) for spread in spreads)] for each in asked]
    _show("Answers for a margin of", rows)
    if response != 1:
        rows = [[f"+-{each:g}", *(cost(each, spread, response) for spread in spreads)] for each in asked]
        _show("People to ask for a margin of", rows)
    rows = [
        [f"{each:g}", *(f"{sample_size_to_detect(each, power=power, deff=deff, confidence=confidence, **spread):,}" for spread in spreads)]
        for each in asked
    ]
    _show("Answers a wave to detect a change of", rows)
    sizes = [each for each in SAMPLES if population is None or each <= population]
    rows = [
        [
            f"{n:,}",
            *(f"{margin_of(n, population=population, deff=deff, confidence=confidence, **spread):.1f}" for spread in spreads),
            *(f"{detectable(n, power=power, deff=deff, confidence=confidence, **spread):.1f}" for spread in spreads),
        ]
        for n in sizes
    ]
    _show("Points that a wave of so many gives", rows, [*(f"+- {kind}" for kind in KINDS), *(f"change, {kind}" for kind in KINDS)])


def _show(title: str, rows: list[list[str]], heads: list[str] | None = None) -> None:
    """A table with its first column to the left and numbers to the right."""
    lines = [[title, *(heads or KINDS)], *rows]
    first = max(len(title), 38)
    click.echo("")
    for line in lines:
        click.echo(
            f"{line[0]:<{first}}" + "".join(f"{cell:>{max(len(head) + 2, 11)}}" for cell, head in zip(line[1:], lines[0][1:], strict=True))
        )
