"""LaTeX to PDF by pdfLaTeX, in a folder of its own and without access to a shell."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from longlag.theory.errors import LonglagError

#: The Debian packages that the template needs.
PACKAGES = (
    "texlive-latex-base texlive-latex-recommended texlive-latex-extra "
    "texlive-fonts-recommended lmodern"
)

#: Bytes that a document takes at least, with all that is written beside it.
_ROOM = 2**16

#: Two runs settle the references; a long table may ask for more.
_MOST_RUNS = 4


def compile_pdf(
    tex: str,
    folder: Path,
    *,
    timeout: float = 180.0,
    beside: Path | None = None,
    encoding: str = "utf-8",
) -> bytes:
    """Compile a document.

    Args:
        tex: the text of the document.
        folder: where its figures lie; auxiliary files are left here.
        timeout: seconds for one run.
        beside: a folder in which files are found as well.
        encoding: of the text.

    Returns:
        The PDF; identical input gives identical bytes.

    Raises:
        LonglagError: without pdfLaTeX, and with the first error of a document that does not
            compile.
        OSError: the folder takes no more.
    """
    if shutil.which("pdflatex") is None:
        raise LonglagError(
            "format 'pdf'",
            "it needs pdfLaTeX, which is not installed",
            f"install {PACKAGES} (Debian's names), or choose the format html",
        )
    (folder / "document.tex").write_text(tex, encoding=encoding)
    for number in range(1, _MOST_RUNS + 1):
        log = _run(folder, timeout, beside)
        if number >= 2 and "Rerun" not in log:
            break
    return (folder / "document.pdf").read_bytes()


def _run(folder: Path, timeout: float, beside: Path | None) -> str:
    command = [
        "pdflatex",
        "-interaction=nonstopmode",
        "-halt-on-error",
        "-no-shell-escape",
        "document.tex",
    ]
    # Without a line limit TeX breaks its messages in the middle of a word. The epoch stands in for
    # the day, so that the same document gives the same bytes.
    settings = {"max_print_line": "10000", "SOURCE_DATE_EPOCH": "0", "FORCE_SOURCE_DATE": "1"}
    if beside is not None:
        # The empty entry at the end stands for TeX's own folders.
        settings["TEXINPUTS"] = os.pathsep.join([".", str(beside.resolve()), ""])
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise LonglagError(
            "the LaTeX of this document",
            f"pdfLaTeX has {timeout:g} s for one run and did not finish",
            "write it with the format tex and compile it by hand",
        ) from None
    log = done.stdout.decode("utf-8", errors="replace")
    if done.returncode != 0:
        _require_room(folder)
        raise LonglagError(
            f"LaTeX error {first_error(log)!r}",
            "the document has to compile",
            f"correct the formula it names; for a missing file install {PACKAGES}",
        )
    return log


def _require_room(folder: Path) -> None:
    """Ask the disk whether it takes more: pdfLaTeX tells of a full one in many ways, or none."""
    room = folder / "room"
    room.write_bytes(bytes(_ROOM))
    room.unlink()


def first_error(log: str) -> str:
    r"""Return the first error of a TeX log with the line where it stopped.

    >>> first_error("This is pdfTeX\n! Undefined control sequence.\nl.7 $\\nonsense\n   $ more")
    '! Undefined control sequence. l.7 $\\nonsense'
    """
    message = re.search(r"^!.*$", log, re.MULTILINE)
    place = re.search(r"^l\.\d+.*$", log[message.end() :] if message else log, re.MULTILINE)
    found = [match.group().strip() for match in (message, place) if match]
    return " ".join(found)[:300] or "no message in the log"
