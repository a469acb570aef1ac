"""Work for several processes: what they give, what they raise, and when there are none.

Processes are forked by programs of their own here. A test runs beside other threads, whose locks a
fork would keep for ever.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from longlag.sections import run_all

#: Two short sections, with as many processes as the first argument says, into the second.
_REPORT = """
import sys
import longlag.derivations
from longlag.cli import main
registry = longlag.derivations.DERIVATIONS
registry._items = {name: registry[name] for name in ("layer_norm", "published_rates")}
sys.argv = ["longlag", "report", "-o", sys.argv[2], "--examples", "2", "--jobs", sys.argv[1]]
main()
"""

_DIES = """
import os, signal
from longlag.sections import run_all
from longlag.theory import LonglagError
try:
    list(run_all([lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: None], jobs=2))
except LonglagError as error:
    print(error)
"""

_REFUSES = """
from longlag.sections import run_all
from longlag.theory import LonglagError
def refused():
    raise LonglagError("lag -1", "a lag counts factors", "give an integer >= 0")
try:
    list(run_all([refused, lambda: None], jobs=2))
except LonglagError as error:
    print(error)
"""


def program(text: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", text, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.slow
def test_processes_give_the_report_that_one_gives(tmp_path: Path) -> None:
    pages = []
    for jobs in ("1", "2"):
        done = program(_REPORT, jobs, tmp_path / jobs)
        assert done.returncode == 0, done.stderr
        assert "layer_norm" in done.stderr
        assert "claims" in done.stderr, "a line for each section where there is no progress bar"
        pages.append((tmp_path / jobs / "index.html").read_text())
    assert pages[0] == pages[1]


def test_a_process_that_dies_is_told() -> None:
    assert "--jobs 1" in program(_DIES).stdout


def test_what_a_process_raises_arrives() -> None:
    assert "lag -1" in program(_REFUSES).stdout


def test_beside_another_thread_nothing_is_forked() -> None:
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    try:
        done = dict(run_all([os.getpid, os.getpid], jobs=2))
    finally:
        ended.set()
        thread.join()
    assert set(done.values()) == {os.getpid()}


_CHECKS = """
import sys
from longlag.derivations.rates.effective_learning_rates import derive_cell
from longlag.sections import check_apart
from longlag.theory import CELLS
from longlag.theory.statement import Settings

derivations = [derive_cell(CELLS[name], 1) for name in ("leaky", "plain")]
found = dict(check_apart(derivations, Settings(examples=2, seed=3), jobs=int(sys.argv[1])))
for place in sorted(found):
    for each in found[place].checked:
        print(found[place].derivation.name, each.claim.statement.name, each.verdict.summary())
"""


def test_processes_give_the_verdicts_that_one_gives() -> None:
    one, two = (program(_CHECKS, jobs) for jobs in (1, 2))
    assert one.stdout.count("\n") > 15
    assert (two.stdout, two.stderr, two.returncode) == (one.stdout, one.stderr, 0)
