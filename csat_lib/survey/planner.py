"""How many answers a margin costs, and what a sample can detect: normal approximation, exact z, rounded up."""

from __future__ import annotations

import math

from scipy import stats

from csat_lib.errors import ParamsError
from csat_lib.stats import z_value


def sample_size(
    margin: float,
    *,
    sd: float | None = None,
    share: float | None = None,
    nps: tuple[float, float] | None = None,
    population: float | None = None,
    response: float = 1.0,
    deff: float = 1.0,
    confidence: float = 0.95,
) -> int:
    """People to ask for an interval of +-``margin`` points; with ``response`` 1 these are the answers needed.

    n0 = (z sd / margin)^2 deff; in a finite population n = n0 / (1 + (n0 - 1) / N) (Cochran 1977); divided by the response rate.

    Parameters
    ----------
    margin : float
        Half the interval's width, in points: of the 0-100 scale, percentage points, or NPS points.
    sd, share, nps : float, float, (float, float)
        One of them: the standard deviation of a mean's answers; the proportion expected, 0-1; the shares of promoters and detractors, 0-1.
    population : float, optional
        Customers in all; without it, many.
    response : float
        Share of those asked who answer.
    deff : float
        Design effect of clusters and unequal weights.
    confidence : float
        Of the interval.

    Raises
    ------
    ParamsError
        A figure that makes no sense, or a population too small for the response rate.

    >>> sample_size(2, sd=20), sample_size(2, sd=20, population=1000), sample_size(2, share=0.5), sample_size(2, nps=(0.5, 0.2))
    (385, 278, 2401, 5859)
    """
    _check(margin=margin, deff=deff, response=response, confidence=confidence)
    n = (z_value(confidence) * _spread(sd, share, nps) / margin) ** 2 * deff
    if population is not None:
        _check(population=population)
        n = n / (1 + (n - 1) / population)
    answers = _up(n)
    asked = _up(answers / response)
    if population is not None and asked > population:
        raise ParamsError(
            f"{answers:,} answers at a response of {response:.0%} need {asked:,} people, but the population is {population:,.0f}. "
            "Ask for a wider margin, or plan for a better response."
        )
    return asked


def sample_size_to_detect(
    difference: float,
    *,
    sd: float | None = None,
    share: float | None = None,
    nps: tuple[float, float] | None = None,
    power: float = 0.8,
    deff: float = 1.0,
    confidence: float = 0.95,
) -> int:
    """Answers per wave to detect a true ``difference`` between two independent waves of equal size.

    n = (z_confidence + z_power)^2 2 sd^2 deff / difference^2, two-sided.

    Parameters
    ----------
    difference : float
        In points, as the margin of ``sample_size``.
    sd, share, nps : float, float, (float, float)
        As in ``sample_size``; the same in both waves.
    power : float
        Probability to find the difference significant.
    deff, confidence : float
        As in ``sample_size``.

    >>> [sample_size_to_detect(2, sd=sd) for sd in (15, 20, 25)]
    [883, 1570, 2453]
    """
    _check(difference=difference, deff=deff, confidence=confidence, power=power)
    z = z_value(confidence) + float(stats.norm.ppf(power))
    return _up(2 * (z * _spread(sd, share, nps) / difference) ** 2 * deff)


def detectable(
    n: float,
    *,
    before: float | None = None,
    sd: float | None = None,
    share: float | None = None,
    nps: tuple[float, float] | None = None,
    power: float = 0.8,
    deff: float = 1.0,
    confidence: float = 0.95,
) -> float:
    """The smallest true difference in points that two independent waves detect.

    Parameters
    ----------
    n, before : float
        Answers in this wave and in the one before; by default as many.
    sd, share, nps : float, float, (float, float)
        As in ``sample_size``.
    power, deff, confidence : float
        As in ``sample_size_to_detect``.

    >>> round(detectable(1570, sd=20), 2)
    2.0
    """
    before = n if before is None else before
    _check(n=n, before=before, deff=deff, confidence=confidence, power=power)
    z = z_value(confidence) + float(stats.norm.ppf(power))
    return z * _spread(sd, share, nps) * math.sqrt(deff * (1 / n + 1 / before))


def margin_of(
    n: float,
    *,
    sd: float | None = None,
    share: float | None = None,
    nps: tuple[float, float] | None = None,
    population: float | None = None,
    deff: float = 1.0,
    confidence: float = 0.95,
) -> float:
    """Half the width in points of the interval that ``n`` answers give: ``sample_size`` the other way round.

    Parameters
    ----------
    n : float
        Answers.
    sd, share, nps : float, float, (float, float)
        As in ``sample_size``.
    population, deff, confidence : float
        As in ``sample_size``.

    >>> round(margin_of(2401, share=0.5), 2)
    2.0
    """
    _check(n=n, deff=deff, confidence=confidence)
    endless = 1 / n
    if population is not None:
        _check(population=population)
        if n > population:
            raise ParamsError(f"n: {n:g} answers from a population of {population:g}.")
        endless = max((1 / n - 1 / population) / (1 - 1 / population), 0.0) if population > 1 else 0.0
    return z_value(confidence) * _spread(sd, share, nps) * math.sqrt(deff * endless)


def _spread(sd: float | None, share: float | None, nps: tuple[float, float] | None) -> float:
    """Standard deviation of one answer in points: 100 sqrt(p(1-p)) of a share, 100 sqrt(p + d - (p-d)^2) of NPS."""
    if sum(each is not None for each in (sd, share, nps)) != 1:
        raise ParamsError("Give one of sd (a mean), share (a proportion) and nps (promoters, detractors).")
    if share is not None:
        if not 0 < share < 1:
            raise ParamsError(f"share: {share!r} is not between 0 and 1.")
        return 100 * math.sqrt(share * (1 - share))
    if nps is not None:
        promoters, detractors = nps
        if min(nps) < 0 or not 0 < promoters + detractors <= 1 or max(nps) == 1:
            raise ParamsError(f"nps: {nps!r}: the shares of promoters and detractors must be between 0 and 1 together.")
        return 100 * math.sqrt(promoters + detractors - (promoters - detractors) ** 2)
    _check(sd=sd)
    return float(sd or 0)


def _check(**figures: float | None) -> None:
    for name, value in figures.items():
        if value is None or not (math.isfinite(value) and value > 0):
            raise ParamsError(f"{name}: {value!r} is not a number above 0.")
        if name in {"confidence", "power"} and value >= 1:
            raise ParamsError(f"{name}: {value!r} is not between 0 and 1.")
        if name == "response" and value > 1:
            raise ParamsError(f"response: {value!r} is not a share between 0 and 1.")


def _up(n: float) -> int:
    """Rounded up; the last digit of a float is no respondent."""
    return max(math.ceil(n * (1 - 1e-12)), 1)
