"""Whether what lies in a period's folder is what was published: every hash of the manifest computed anew."""

from __future__ import annotations

from dataclasses import dataclass

from csat_lib.errors import CsatError, DataError
from csat_lib.study.inputs import Seals, inputs
from csat_lib.study.ledger import MANIFEST, changed_inputs, read_facts
from csat_lib.study.params import Study

NAMED = 20


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of a check.

    Attributes
    ----------
    study, period : str
        Which.
    files : int
        How many the manifest names.
    altered, missing, added : tuple of str
        Files whose content is not what was published, that are gone, and that nobody published.
    inputs : tuple of str
        Inputs that have changed since; the report is stale then, and still what was published.
    made : str
        When it was published.
    revision : int
        Its number.
    """

    study: str
    period: str
    files: int
    altered: tuple[str, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]
    inputs: tuple[str, ...]
    made: str
    revision: int

    def raise_if_altered(self) -> None:
        """Refuse a folder that is not what was published.

        Raises
        ------
        DataError
            Names the files.
        """
        lines = [
            f"{word}: {', '.join(names[:NAMED])}{', ...' if len(names) > NAMED else ''}"
            for word, names in (("altered", self.altered), ("missing", self.missing), ("not published by csat", self.added))
            if names
        ]
        if lines:
            head = f"{self.study} {self.period} is not what was published on {self.made}."
            raise DataError("\n".join([head, *lines, f"Make it anew: csat run {self.study} {self.period} --force"]))


def verify(study: Study) -> Verification:
    """Every file of the study's period against its manifest, byte for byte.

    Raises
    ------
    DataError
        Nothing is published, or its manifest cannot be read.
    """
    folder = study.paths.output
    facts = read_facts(folder / MANIFEST)
    told = facts.get("outputs")
    if not isinstance(told, dict) or not told:
        there = f"{folder / MANIFEST} cannot be read" if folder.is_dir() else f"nothing is published in {folder}"
        raise DataError(f"{study.name} {study.period}: {there}. Make it: csat run {study.name} {study.period}")
    seals = Seals()
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file() or path.is_symlink()}
    paths.pop(MANIFEST, None)
    altered = [name for name in sorted({*paths} & {*told}) if paths[name].is_symlink() or seals.of(paths[name]) != told[name]]
    return Verification(
        study.name,
        study.period.name,
        len(told),
        tuple(altered),
        tuple(sorted({*told} - {*paths})),
        tuple(sorted({*paths} - {*told})),
        _changed(study, facts.get("inputs", {})),
        str(facts.get("end", "")),
        int(facts.get("revision", 1)),
    )


def _changed(study: Study, before: dict[str, object]) -> tuple[str, ...]:
    notebooks = [study.paths.root / name for name in before if name.startswith("notebooks/")]
    try:
        return tuple(f"{name} changed" for name in changed_inputs(before, inputs(study, notebooks)))
    except CsatError as error:
        return (str(error).splitlines()[0],)
