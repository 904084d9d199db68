"""Publication: whatever moment a batch dies at, the last good report is whole or comes back whole."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys

import pytest

from csat_lib.errors import BusyError, EnvironmentFault
from csat_lib.report.publish import Place, held, mend, publish, recover, refuse_links, staged, turn, write_beside


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path / "output", "demo", "2026Q3")


def fill(folder, text):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text(text)


def page(place):
    return (place.published / "index.html").read_text()


def leftovers(place):
    return sorted(path.name for path in place.folder.iterdir() if path.name.startswith("."))


def test_a_first_and_a_second_publication(place):
    for text in ("first", "second"):
        with held(place), staged(place) as staging:
            fill(staging, text)
            publish(place)
        assert page(place) == text
        assert leftovers(place) == []


def test_killed_while_building_the_published_folder_stands(place):
    fill(place.published, "good")
    fill(place.folder / ".2026Q3.part-99999", "half")
    recover(place.output)
    assert page(place) == "good"
    assert leftovers(place) == []


def test_killed_between_the_renames_the_last_good_report_comes_back(place):
    fill(place.old, "good")
    fill(place.folder / ".2026Q3.part-99999", "new, but nobody said it was complete")
    assert recover(place.output) == [place]
    assert page(place) == "good"
    assert leftovers(place) == []


def test_killed_after_the_renames_the_new_report_stands(place):
    fill(place.old, "good")
    fill(place.published, "better")
    recover(place.output)
    assert page(place) == "better"
    assert leftovers(place) == []


def test_recovery_lets_a_live_batch_work(place):
    with held(place), staged(place) as staging:
        assert recover(place.output) == []
        assert staging.is_dir()


def test_a_failed_second_rename_puts_the_first_back(place):
    fill(place.published, "good")
    with held(place), pytest.raises(EnvironmentFault):
        publish(place)
    assert page(place) == "good"


def test_a_second_batch_is_refused_at_once(place):
    with held(place), pytest.raises(BusyError, match=f"process {os.getpid()}"), held(place):
        pytest.fail("held twice")
    with held(place):
        pass


def test_another_process_is_refused_too(place):
    place_there = "Place(Path(sys.argv[1]), 'demo', '2026Q3')"
    code = f"import sys; from pathlib import Path; from csat_lib.report.publish import *\nwith held({place_there}): pass"
    with held(place):
        done = subprocess.run([sys.executable, "-c", code, str(place.output)], capture_output=True, text=True, check=False)
    assert "BusyError" in done.stderr


def test_the_lock_of_a_dead_process_is_taken_over_with_a_notice(place, caplog):
    place.folder.mkdir(parents=True)
    place.lock.write_text(json.dumps({"pid": 99999, "started": "2026-10-01T00:00:00+00:00"}))
    with caplog.at_level(logging.WARNING), held(place):
        pass
    assert "process 99999" in caplog.text
    assert leftovers(place) == []


@pytest.mark.parametrize("which", ["folder", "published", "staging", "old", "lock"])
def test_symbolic_links_are_refused(place, tmp_path, which):
    (tmp_path / "elsewhere").mkdir()
    target = getattr(place, which)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EnvironmentFault, match="symbolic link"):
        refuse_links(place)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_an_unpublished_staging_folder_is_removed(place):
    with pytest.raises(RuntimeError, match="stop"), held(place), staged(place):
        raise RuntimeError("stop")
    assert leftovers(place) == []


def test_what_the_disk_refuses_is_told_by_path(place):
    place.output.parent.mkdir(parents=True, exist_ok=True)
    place.output.write_text("a file where a folder should be")
    with pytest.raises(EnvironmentFault, match="output"), held(place):
        pytest.fail("held")


def test_mending_nothing_changes_nothing(place):
    fill(place.published, "good")
    with held(place):
        mend(place)
    assert page(place) == "good"


def test_a_file_is_replaced_as_a_whole(tmp_path):
    path = tmp_path / "index.html"
    with turn(path):
        write_beside(path, "one\n")
        write_beside(path, "two\n")
    assert path.read_bytes() == b"two\n"
    assert not list(tmp_path.glob(".index.html.[0-9]*"))
