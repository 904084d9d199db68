"""Random indices, as published: the mean consistency index of random reciprocal matrices. A consistency ratio names its table."""

from __future__ import annotations

from dataclasses import dataclass

from csat_lib.errors import ParamsError, pick


@dataclass(frozen=True, slots=True)
class RandomIndex:
    """A published table: values for n = 1, 2, 3, ... and who gives them."""

    values: tuple[float, ...]
    source: str


RANDOM_INDICES: dict[str, RandomIndex] = {
    "saaty": RandomIndex((0, 0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59), "Saaty 1980"),
    "saaty_2005": RandomIndex((0, 0, 0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49, 1.52, 1.54, 1.56, 1.58, 1.59), "Saaty 2005, p. 31"),
    "textbook": RandomIndex(
        (0, 0, 0.52, 0.89, 1.12, 1.26, 1.36, 1.41, 1.46, 1.49, 1.52, 1.54, 1.56, 1.58, 1.59),
        "mean of 1,000 random matrices, as Chinese textbooks print it",
    ),
    "donegan_dodd": RandomIndex(
        (0, 0, 0.4914, 0.8286, 1.0591, 1.1797, 1.2519, 1.3171, 1.3733, 1.4055, 1.4213, 1.4497, 1.4643, 1.4822, 1.4969),
        "Donegan & Dodd 1991",
    ),
    "tummala_ling": RandomIndex(
        (0, 0, 0.5799, 0.8921, 1.1159, 1.2358, 1.3322, 1.3952, 1.4537, 1.4882, 1.5117, 1.5356, 1.5571, 1.5714, 1.5831),
        "Tummala & Ling 1998",
    ),
    "alonso_lamata": RandomIndex(
        (0, 0, 0.5245, 0.8815, 1.1086, 1.2479, 1.3417, 1.4056, 1.4499, 1.4854, 1.5141, 1.5365, 1.5551, 1.5713, 1.5838),
        "Alonso & Lamata 2006",
    ),
}


def random_index_of(table: str, n: int, *, missing: int = 0) -> float:
    """The random index of n things compared in pairs; less for every pair not judged (Agoston & Csato 2022, linear in their number).

    Parameters
    ----------
    table : str
        A name in ``RANDOM_INDICES``.
    n : int
        Things compared.
    missing : int
        Pairs without a judgement.

    Raises
    ------
    ParamsError
        No such table, or it ends before n.

    >>> random_index_of("saaty", 4)
    0.9
    """
    found = pick(RANDOM_INDICES, table, "random index")
    if n > len(found.values):
        raise ParamsError(
            f"{n} things are compared in pairs; the random index {table!r} ({found.source}) ends at {len(found.values)}."
            " Divide them into groups under a parent each."
        )
    free = (n - 1) * (n - 2) / 2
    return float(found.values[n - 1] * (1 - missing / free)) if free else 0.0
