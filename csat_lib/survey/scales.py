"""The usual rating scales, and the codes that stand outside them."""

from __future__ import annotations

from collections.abc import Mapping

CODES = {
    **dict.fromkeys((88, 98, 888, 998, -98, -8, -88), "don't know"),
    **dict.fromkeys((77, 99, 777, 999, -97, -7, -77), "refused"),
    **dict.fromkeys((97, 997, -96), "not applicable"),
    **dict.fromkeys((-9, -1, -999, 9999, -5, -4), "no answer"),
    -99: "seen but unanswered",
    -3: "skipped",
    -2: "empty",
}


def guess_scale(counts: Mapping[int, int]) -> tuple[tuple[int, int], dict[int | str, str]] | None:
    """The usual scale that whole numbers fill, and the codes that stand outside it; None where they fill none.

    >>> guess_scale({1: 4, 2: 9, 3: 20, 4: 31, 5: 22, 9: 3})
    ((1, 5), {9: 'no answer'})
    >>> guess_scale({0: 4, 7: 9, 8: 20, 9: 31, 10: 22, 98: 3})[0]
    (0, 10)
    """
    total = sum(counts.values())
    inside = {code for code in counts if 0 <= code <= 11}
    scale = _usual(inside, total)
    if scale is None:
        return None
    low, high = scale
    if high == 10 and {12, 13} & set(counts):
        return None
    codes: dict[int | str, str] = {}
    stray = 0
    for code in sorted(counts):
        if low <= code <= high:
            continue
        meaning = CODES.get(code) or ("no answer" if -1 <= code <= 11 else "")
        if not meaning and counts[code] > 0.01 * total:
            return None
        stray += 0 if meaning else counts[code]
        if meaning:
            codes[code] = meaning
    return (scale, codes) if stray <= 0.01 * total else None


def _usual(inside: set[int], total: int) -> tuple[int, int] | None:
    """0-1, 0-10 or 1-k, from the values between 0 and 11 that occur."""
    if len(inside) < 2:
        return None
    if inside == {0, 1}:
        return 0, 1
    top = max(inside)
    if top >= 10:
        return _ten(inside, top)
    if top in {8, 9}:  # a code after a gap, or a sparse sample of a longer scale
        dense = max((k for k in range(1, 10) if set(range(1, k + 1)) <= inside), default=0)
        return (1, dense) if dense in {4, 5, 7} and dense + 1 not in inside else (1, 10) if total < 100 else None
    if 0 in inside and top == 6:
        return 1, 5
    return None if 0 in inside and top not in {5, 7} else (1, top)


def _ten(inside: set[int], top: int) -> tuple[int, int] | None:
    if 0 in inside and (top == 10 or len(inside) >= 8):
        return 0, 10
    return (1, 10) if len(inside - {0}) >= 5 else None
