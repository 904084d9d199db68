"""A published page as one file to mail: its tables inside, its links to other pages dropped, nothing from outside."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from csat_lib.errors import DataError, EnvironmentFault, ParamsError, nearest
from csat_lib.report.publish import faults
from csat_lib.study import Study
from csat_lib.study.ledger import MANIFEST, read_facts

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PATIENCE = 120
_LINK = re.compile(r'<a\b(?P<before>[^>]*?)\shref="(?P<href>[^"]*)"(?P<after>[^>]*)>(?P<text>.*?)</a>', re.DOTALL)
_TABLE = re.compile(r"tables/(?P<name>[\w%.~-]+)\.csv")


@dataclass(frozen=True, slots=True)
class Packed:
    """What was written.

    Attributes
    ----------
    files : tuple of Path
        One HTML file a language, and its PDF where a browser is there.
    note : str
        Why there is no PDF; empty where there is.
    """

    files: tuple[Path, ...]
    note: str = ""


def pack(study: Study, folder: Path, *, only: str | None = None) -> Packed:
    """The report of the study's period as files that can be mailed.

    Parameters
    ----------
    study : Study
        With its period, which must be published.
    folder : Path
        Where the files go.
    only : str, optional
        Which notebook's page; by default the first that is not numbered, which is what managers read.

    Raises
    ------
    DataError
        Nothing is published.
    ParamsError
        No such page.
    """
    published = study.paths.output
    pages = [(str(each["name"]), str(each["language"])) for each in read_facts(published / MANIFEST).get("reports", [])]
    if not pages:
        raise DataError(f"{study.name} {study.period}: nothing is published. Make it: csat run {study.name} {study.period}")
    names = sorted(dict(pages), key=lambda name: (name[:1].isdigit(), name))
    name = only or names[0]
    if name not in names:
        raise ParamsError(f"{study.name} {study.period} has no page {name!r}.{nearest(name, names)}")
    browser = next((path for each in CHROMIUM if (path := shutil.which(each))), None)
    files = []
    for page, language in pages:
        if page != name:
            continue
        target = folder / f"{study.name}-{study.period}-{name}.{language}.html"
        with faults(target):
            folder.mkdir(parents=True, exist_ok=True)
            html = (published / f"{name}.{language}.html").read_text(encoding="utf-8")
            target.write_text(one_file(html, published), encoding="utf-8", newline="")
        files.append(target)
        if browser:
            files.append(print_pdf(target, browser))
    return Packed(tuple(files), "" if browser else "No PDF: there is no Chromium on this machine (Debian: apt-get install chromium).")


def one_file(html: str, published: Path) -> str:
    """A page that needs no other file: tables become data: links, other relative links become their text; the security policy stays.

    Parameters
    ----------
    html : str
        The published page.
    published : Path
        The folder with its tables.

    Raises
    ------
    DataError
        A table that the page links to is not there.
    """

    def inside(link: re.Match[str]) -> str:
        href = link["href"]
        if href.startswith("#"):
            return link[0]
        table = _TABLE.fullmatch(href)
        if table is None:
            return f"<span>{link['text']}</span>"
        path = published / "tables" / f"{unquote(table['name'])}.csv"
        if not path.is_file():
            raise DataError(f"{path}: the page links to it, but it is not there. Make the report anew with --force.")
        data = base64.b64encode(path.read_bytes()).decode()
        target = f'download="{path.name}" href="data:text/csv;charset=utf-8;base64,{data}"'
        return f"<a{link['before']} {target}{link['after']}>{link['text']}</a>"

    return _LINK.sub(inside, _without_pages(html))


def print_pdf(page: Path, browser: str) -> Path:
    """The page as PDF beside it, printed by Chromium without a network.

    Raises
    ------
    EnvironmentFault
        The browser did not make it.
    """
    target = page.with_suffix(".pdf")
    with tempfile.TemporaryDirectory(prefix="csat-pdf-") as profile:
        beside = Path(profile) / "page.pdf"
        command = [browser, *_options(Path(profile) / "profile"), f"--print-to-pdf={beside}", page.resolve().as_uri()]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EnvironmentFault(f"{browser}: {error}") from error
        if not beside.is_file() or not beside.stat().st_size:
            told = done.stderr.strip().splitlines()
            raise EnvironmentFault(f"{browser} made no PDF of {page.name} ({told[-1][:200] if told else f'code {done.returncode}'}).")
        with faults(target):
            shutil.copyfile(beside, target)
    return target


def _options(profile: Path) -> Iterator[str]:
    yield from ("--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--no-first-run", "--disable-extensions")
    yield from ("--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}")


def _without_pages(html: str) -> str:
    """The page without the list of its neighbours, which do not travel with it."""
    return re.sub(r'<nav class="meta"[^>]*>.*?</nav>', "", html, count=1, flags=re.DOTALL)
