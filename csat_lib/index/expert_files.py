"""Files of experts' judgements in pairs, workbooks and YAML, read with every error naming file, sheet and cell.

A judgement is how many times the row is as important as the column: 1 to 9, or 1/2 to 1/9 where the column leads (Saaty 1980).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import BeforeValidator

from csat_lib.errors import CsatError, DataError, ParamsError, nearest, pick
from csat_lib.index.ahp import RECIPROCAL, judgement_matrix
from csat_lib.index.expert_template import EXPERT, FIRST_COLUMN, FIRST_ROW, NAMES_ROW, PARENT, Tree
from csat_lib.study.reader import Strict, check, read_yaml

Judgements = dict[str, dict[str, pd.DataFrame]]
Gaps = Literal["refuse", "allow"]
GAPS = {"refuse": "refuse", "allow": "allow"}


def _fractions(value: object) -> object:
    """Judgements of a YAML file: pair -> text, so that 1/3 and 3 read alike."""
    if not isinstance(value, dict):
        return value
    return {
        key: {pair: str(each) if isinstance(each, int | float) and not isinstance(each, bool) else each for pair, each in group.items()}
        if isinstance(group, dict)
        else group
        for key, group in value.items()
    }


class _File(Strict):
    expert: str
    judgements: Annotated[dict[str, dict[str, str]], BeforeValidator(_fractions)]


def read_judgements(files: str | Path | Sequence[str | Path], *, tree: Tree | None = None, gaps: Gaps = "refuse") -> Judgements:
    """Parent -> expert -> matrix of judgements, from workbooks (.xlsx) and YAML files; several experts may share a file or not.

    Parameters
    ----------
    files : path or sequence of paths
        A workbook is the template's form; YAML is {expert: name, judgements: {parent: {"row / column": 3, ...}}}.
    tree : mapping of str to sequence of str, optional
        Parent -> its children: what must be judged, and in which order it comes out.
    gaps : {"refuse", "allow"}
        What to do about a pair without a judgement; allowed, ``ahp`` completes it as long as a chain of judgements connects everything.

    Raises
    ------
    DataError
        A judgement that is missing, beyond 1/9 to 9, turned into a date, or given both ways with different values; an expert who judges
        a parent twice; experts who compare different things: by file, sheet and cell.
    ParamsError
        No such file, another kind of file, or names that the tree does not have.
    """
    pick(GAPS, gaps, "answer to gaps")
    paths = [Path(each) for each in ([files] if isinstance(files, str | Path) else files)]
    if not paths:
        raise ParamsError("No file of judgements was named.")
    found: Judgements = {}
    for table in (each for path in paths for each in _tables(path)):
        matrix = _checked(table, tree, gaps)
        experts = found.setdefault(table.parent, {})
        if table.expert in experts:
            raise DataError(
                f"{table.where}: {table.expert} has judged {table.parent} already. Name the experts differently, or drop a table."
            )
        for other, theirs in list(experts.items())[:1]:
            if set(theirs.index) != set(matrix.index):
                compared = f"{table.expert} compares {', '.join(matrix.index)}, but {other} {', '.join(theirs.index)}"
                raise DataError(f"{table.where}: {compared}. All must compare the same.")
            matrix = matrix.loc[theirs.index, theirs.index]
        experts[table.expert] = matrix
    for parent, children in (tree or {}).items():
        if gaps == "refuse" and len(children) > 1 and parent not in found:
            raise DataError(
                f"{', '.join(path.name for path in paths)}: nobody judges the children of {parent}. Send out the template again."
            )
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """What one expert says of one parent's children, and where: file and sheet, and the cell of every pair."""

    where: str
    parent: str
    expert: str
    matrix: pd.DataFrame
    cells: dict[tuple[str, str], str]


def _checked(table: _Table, tree: Tree | None, gaps: Gaps) -> pd.DataFrame:
    matrix = table.matrix if tree is None else _in_order(table.matrix, table.parent, tree, table.where)
    _check_gaps(matrix, table.cells, table.where, gaps)
    try:
        return judgement_matrix(matrix)
    except CsatError as error:
        raise DataError(f"{table.where}: {error}") from None


def _tables(path: Path) -> Iterator[_Table]:
    if not path.is_file():
        beside = sorted(each.name for each in path.parent.iterdir() if each.is_file()) if path.parent.is_dir() else []
        raise ParamsError(f"{path.name}: no such file of judgements.{nearest(path.name, beside)}")
    if path.suffix.lower() == ".xlsx":
        yield from _of_workbook(path)
    elif path.suffix.lower() in {".yaml", ".yml"}:
        yield from _of_yaml(path)
    else:
        raise ParamsError(f"{path.name}: judgements come as .xlsx or .yaml.")


def _of_yaml(path: Path) -> Iterator[_Table]:
    content = check(_File, read_yaml(path), path.name)
    for parent, pairs in content.judgements.items():
        where = f"{path.name}: judgements: {parent}"
        split = {key: _pair(key, where) for key in pairs}
        names = list(dict.fromkeys(name for pair in split.values() for name in pair))
        matrix = pd.DataFrame(np.nan, index=names, columns=names)
        for key, pair in split.items():
            _enter(matrix, pair, _value(pairs[key], f"{where}: {key!r}"), f"{where}: {key!r}")
        yield _Table(where, parent, content.expert, matrix, {})


def _pair(key: str, where: str) -> tuple[str, str]:
    parts = [part.strip() for part in key.split("/")]
    if len(parts) != 2 or not all(parts) or parts[0] == parts[1]:
        raise DataError(f"{where}: {key!r}: expected two names with a stroke between them, such as quality / value.")
    return parts[0], parts[1]


def _of_workbook(path: Path) -> Iterator[_Table]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, data_only=True)
    except Exception as error:  # noqa: BLE001  openpyxl raises whatever a damaged archive makes it raise
        raise DataError(f"{path.name}: cannot be read as a workbook ({error}). Save it again as .xlsx.") from None
    for sheet in book.worksheets:
        where = f"{path.name}, sheet {sheet.title}"
        parent, expert = _text(sheet[PARENT].value), _text(sheet[EXPERT].value)
        if not parent:
            raise DataError(f"{where}, cell {PARENT}: the group that is judged is missing. Use the template as it was written.")
        names = list(_names(sheet))
        if len(names) < 2 or len(set(names)) < len(names):
            got = ", ".join(names) or "none"
            raise DataError(f"{where}, cells A{FIRST_ROW} and below: expected two or more different names, got {got}.")
        yield _Table(where, parent, expert or path.stem, *_of_sheet(sheet, names, where))


def _of_sheet(sheet: Any, names: list[str], where: str) -> tuple[pd.DataFrame, dict[tuple[str, str], str]]:  # noqa: ANN401
    cells: dict[tuple[str, str], str] = {}
    matrix = pd.DataFrame(np.nan, index=names, columns=names)
    for j, name in enumerate(names):
        heading = sheet.cell(NAMES_ROW, FIRST_COLUMN + j)
        if _text(heading.value) != name:
            raise DataError(f"{where}, cell {heading.coordinate}: expected {name!r}, got {_text(heading.value)!r}.")
    for i, j in permutations(range(len(names)), 2):
        cell, pair = sheet.cell(FIRST_ROW + i, FIRST_COLUMN + j), (names[i], names[j])
        place = f"{where}, cell {cell.coordinate}"
        if _text(cell.value):
            _enter(matrix, pair, _value(cell.value, place), place)
        cells[pair] = f"cell {cell.coordinate}"
    return matrix, cells


def _names(sheet: Any) -> Iterator[str]:  # noqa: ANN401  openpyxl has no types
    for row in range(FIRST_ROW, sheet.max_row + 1):
        name = _text(sheet.cell(row, 1).value)
        if not name:
            return
        yield name


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _value(value: object, where: str) -> float:
    """A judgement as a number; text may be a fraction."""
    if isinstance(value, dt.date | dt.datetime):
        raise DataError(
            f"{where}: a spreadsheet has turned the fraction into the date {value:%d %b}. Format the cell as text and choose again."
        )
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(?:\s*[/／]\s*(\d+(?:\.\d+)?))?", _text(value))
    found = float(match[1]) / float(match[2] or 1) if match and float(match[2] or 1) else np.nan
    if not 1 / 9 - 1e-3 <= found <= 9:
        raise DataError(f"{where}: {_text(value)!r} is no judgement; expected 1 to 9, or 1/2 to 1/9 where the column leads.")
    return found


def _enter(matrix: pd.DataFrame, pair: tuple[str, str], value: float, where: str) -> None:
    row, column = pair
    mirror = float(matrix.to_numpy()[matrix.index.get_loc(column), matrix.columns.get_loc(row)])
    if not np.isnan(mirror) and abs(value * mirror - 1) > RECIPROCAL:
        raise DataError(
            f"{where}: {row} against {column} is {value:.4g}, but {column} against {row} {mirror:.4g}; they must be reciprocal. Keep one."
        )
    matrix.loc[row, column] = value


def _in_order(matrix: pd.DataFrame, parent: str, tree: Tree, where: str) -> pd.DataFrame:
    if parent not in tree:
        raise ParamsError(f"{where}: no parent {parent!r}.{nearest(parent, tree)}")
    for name in matrix.index:
        if name not in tree[parent]:
            raise ParamsError(f"{where}: {name!r} is no child of {parent}.{nearest(name, tree[parent])}")
    return matrix.reindex(index=list(tree[parent]), columns=list(tree[parent]))


def _check_gaps(matrix: pd.DataFrame, cells: Mapping[tuple[str, str], str], where: str, gaps: Gaps) -> None:
    A = matrix.to_numpy(dtype=float)
    for i, j in combinations(range(len(A)), 2):
        if gaps == "refuse" and np.isnan(A[i, j]) and np.isnan(A[j, i]):
            pair = str(matrix.index[i]), str(matrix.index[j])
            place = f", {cells[pair]}" if pair in cells else ""
            raise DataError(f"{where}{place}: no judgement of {pair[0]} against {pair[1]}. Fill it, or read with gaps='allow'.")
