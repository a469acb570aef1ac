"""A display taller than a page goes on on the next one."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from longlag.derivations.document import write
from longlag.theory.statement import Claim, Derivation, Kind, Level, Statement, Verdict
from longlag.theory.typeset.shown import aligned

ROWS = 48
tools = all(shutil.which(tool) for tool in ("pdflatex", "pdftotext"))


@pytest.mark.skipif(not tools, reason="pdflatex or pdftotext is not installed")
def test_every_row_of_a_display_taller_than_a_page_is_on_a_page(tmp_path: Path) -> None:
    rows = [rf"y_{{{900 + k}}} &= \frac{{a}}{{b}} + {k}" for k in range(ROWS)]
    verdict = Verdict(level=Level.MEASURED, method="by hand")
    claim = Claim(Statement("tall", Kind.IDENTITY, aligned(rows)), lambda settings: verdict)
    path = write(
        [Derivation("tall", "Tall", (claim,)).check()], "pdf", tmp_path / "tall.pdf", title="T"
    )
    # What lies below the paper is in the file, but on no page.
    seen = ["pdftotext", "-x", "0", "-y", "0", "-W", "595", "-H", "842", path, "-"]
    done = subprocess.run(seen, capture_output=True, check=True, timeout=60)
    found = re.findall(r"9\d\d", done.stdout.decode())
    assert {str(900 + k) for k in range(ROWS)} <= set(found)
