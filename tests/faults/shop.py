"""A published study that something happens to: what the command line says, what the functions raise, and that the report stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import in_process
import nbformat
import pytest
from tiny_project import Stub, make_project, notebook, snapshot

from csat_lib import cli
from csat_lib.errors import (
    BatchError,
    BusyError,
    CsatError,
    DataError,
    DisclosureError,
    EnvironmentFault,
    ModelError,
    ParamsError,
)
from csat_lib.report import batch
from csat_lib.report.batch import run

CLASSES = {each.exit_code: each for each in (ParamsError, DataError, ModelError, DisclosureError, BusyError, EnvironmentFault, BatchError)}
SURVEY = """\
import csat_lib as csat
wave = csat.load_study(study, period)
page = csat.report.open_page(wave, language)
survey = csat.load_survey(wave)"""
ITEMS = "csat.report.tables.table(page, csat.index.item_scores(survey, wave.rated), name='items', caption='Items')"
FIT = "#model\nfit = csat.fit_pls(survey, wave.structure, **wave.pls)"
PATHS = "#model\ncsat.report.tables.table(page, fit.paths, name='paths', caption='Paths', base=None)"


class Shop:
    """The study ``tiny`` in a project of its own, run without kernels."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.capsys, self.monkeypatch = make_project(root), capsys, monkeypatch
        monkeypatch.delenv("CSAT_DEBUG", raising=False)
        monkeypatch.setattr(batch, "execute", Stub())

    @property
    def data(self) -> Path:
        """The answers of the latest quarter."""
        return self.root / "data" / "tiny" / "customers" / "2026Q3.csv"

    @property
    def study(self) -> Path:
        """The study's parameter files."""
        return self.root / "params" / "tiny"

    @property
    def published(self) -> Path:
        """The report of the latest quarter."""
        return self.root / "output" / "tiny" / "2026Q3"

    def change(self, old: str, new: str, path: Path | None = None) -> None:
        """Another text in a file; the first place alone."""
        file = path or self.data
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    def really(self, *cells: str) -> None:
        """From here on the notebook ``detail`` holds these cells, and cells are executed."""
        nbformat.write(notebook(*cells), self.root / "notebooks" / "detail.ipynb")
        self.monkeypatch.setattr(batch, "execute", in_process.execute)

    def csat(self, *words: str) -> tuple[int, str, str]:
        """Exit code, output and errors of a command."""
        with pytest.raises(SystemExit) as ended:
            cli.main(["--root", str(self.root), *words])
        said = self.capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    def refuses(
        self,
        fault: Callable[[], object],
        code: int,
        *told: str,
        words: tuple[str, ...] = ("run", "tiny"),
        call: Callable[[], object] | None = None,
    ) -> str:
        """Publish, let ``fault`` happen, and see the command and the function refuse alike, with the last good report untouched.

        Returns the message.
        """
        run("tiny", root=self.root)
        before = snapshot(self.root / "output")
        fault()
        ended, _, err = self.csat(*words)
        assert ended == code, err
        lines = [line for line in err.splitlines() if line]
        assert lines, "no message"
        assert all(line.startswith("csat: ") for line in lines)
        assert "Traceback" not in err
        message = "\n".join(line.removeprefix("csat: ") for line in lines)
        for each in told:
            assert each in message, message
        with pytest.raises(CsatError) as refusal:
            (call or (lambda: run("tiny", root=self.root)))()
        assert isinstance(refusal.value, CLASSES[code])
        assert str(refusal.value) == message
        assert snapshot(self.root / "output") == before
        return message


def fixture(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shop:
    """For a pytest fixture of that name."""
    return Shop(tmp_path, capsys, monkeypatch)
