r"""A copy of a paper with a mark in the margin at each display, and the verdicts at its end.

The source is read and never written; a file that is there already is replaced only if it is such a
copy.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from longlag import __version__
from longlag.cli.showing.papers import tally
from longlag.files import put_in_place, staging_folder
from longlag.papers import CheckedPaper, Finding
from longlag.theory.errors import LonglagError

_FIRST_LINE = "% Annotated by longlag from "
#: From what speaks against a display to what speaks for it.
_ORDER = ("refuted", "unreadable", "undecided", "computed", "certified", "proved")
_COLOURS = {
    "refuted": "red!80!black",
    "unreadable": "red!80!black",
    "undecided": "orange!80!black",
    "computed": "cyan!60!black",
    "certified": "green!50!black",
    "proved": "green!50!black",
}
#: A mark stands left of the line before the display, in boxes too, where LaTeX's notes in the
#: margin cannot; between two columns there is room for its numbers alone.
_PREAMBLE = r"""\usepackage{xcolor}
\makeatletter
\def\longlag@mark#1{\hbox{\smash{\llap{\normalfont\scriptsize#1\kern.4em}}}}
\def\longlagmark#1#2#3{{\if@twocolumn\def\longlag@words{}\else\def\longlag@words{#2 }\fi
  \ifvmode\nointerlineskip\longlag@mark{\textcolor{#1}{\longlag@words#3}}\nointerlineskip
  \else\vadjust{\nointerlineskip\longlag@mark{\textcolor{#1}{\longlag@words#3}}}\fi}}
\makeatother
"""
_BEGIN = re.compile(r"^(?P<before>(?:[^%\n]|\\%)*?)\\begin\s*\{document\}", re.MULTILINE)
_END = re.compile(r"^(?P<before>(?:[^%\n]|\\%)*?)\\end\s*\{document\}", re.MULTILINE)
_SPECIAL = {
    **{c: f"\\{c}" for c in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\ensuremath{<}",
    ">": r"\ensuremath{>}",
}
#: Characters of messages that TeX knows by commands.
_SIGNS = {
    "≤": r"\le",
    "≥": r"\ge",
    "≠": r"\ne",
    "∼": r"\sim",
    "→": r"\to",
    "↦": r"\mapsto",
    "∞": r"\infty",
    "−": "-",
    "·": r"\cdot",
    "²": "^2",
    "Σ": r"\Sigma",
    "γ": r"\gamma",
    "κ": r"\kappa",
}


def require_copy(path: Path, paper: Path) -> None:
    """Refuse a place for a copy at which something else stands.

    Args:
        path: of the copy.
        paper: that is copied.

    Raises:
        LonglagError: it is no ``.tex``, the paper itself, or a file that longlag did not write.
    """
    if path.suffix != ".tex":
        raise LonglagError(f"--annotate {path}", "the copy is a .tex", "name such a file")
    if path.resolve() == paper.resolve():
        raise LonglagError(f"--annotate {path}", "a source is never changed", "name another file")
    if not path.exists():
        return
    try:
        start = path.read_bytes()[:200]
    except OSError as error:
        raise LonglagError(
            f"--annotate {path}", f"it cannot be read ({error.strerror})", "name another file"
        ) from None
    if not start.startswith(_FIRST_LINE.encode()):
        raise LonglagError(
            f"--annotate {path}", "a file that longlag did not write stands there", "name another"
        )


def write_annotated(paper: CheckedPaper, path: Path, *, pdf: bool = False) -> list[Path]:
    """Write the copy, and its PDF if asked, whole or not at all.

    Args:
        paper: with its verdicts.
        path: of the copy.
        pdf: whether it is compiled too.

    Returns:
        What was written.

    Raises:
        LonglagError: a place that cannot be written, or a copy that does not compile.
    """
    require_copy(path, paper.path)
    source, encoding = _source(paper.path)
    text = annotated(paper, source)
    with staging_folder(path) as stage:
        written = [(stage / path.name, path)]
        written[0][0].write_text(text, encoding=encoding, errors="replace", newline="\n")
        if pdf:
            from longlag.derivations.document.pdf import compile_pdf

            folder = stage / "compiled"
            folder.mkdir()
            made = stage / path.with_suffix(".pdf").name
            made.write_bytes(compile_pdf(text, folder, beside=paper.path.parent, encoding=encoding))
            written.append((made, path.with_suffix(".pdf")))
        for file, place in written:
            put_in_place(file, place)
    return [place for _, place in written]


def annotated(paper: CheckedPaper, source: str) -> str:
    """Return the text of a paper with marks and verdicts.

    Args:
        paper: with its verdicts.
        source: the text of its main file.
    """
    numbered = list(enumerate(paper.findings, 1))
    lines = source.split("\n")
    marks: dict[tuple[int, int], list[tuple[int, Finding]]] = {}
    for number, finding in numbered:
        if finding.display.file == paper.path.name:
            place = finding.display.line, finding.display.column
            marks.setdefault(place, []).append((number, finding))
    for (line, column), found in sorted(marks.items(), reverse=True):
        row = lines[line - 1]
        lines[line - 1] = f"{row[: column - 1]}{_mark(found)}{row[column - 1 :]}"
    text = "\n".join(lines)
    text = _inserted(text, _BEGIN, _PREAMBLE, at_end=False)
    text = _inserted(text, _END, _listed(paper, numbered), at_end=True)
    return f"{_FIRST_LINE}{paper.path.name}; edit that file, and not this one.\n{text}"


def _source(path: Path) -> tuple[str, str]:
    """The text of a file with plain line ends, and its encoding; one byte a letter if not UTF-8."""
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        text, encoding = data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = data.decode("latin-1"), "latin-1"
    return text.replace("\r\n", "\n").replace("\r", "\n"), encoding


def _inserted(text: str, before: re.Pattern[str], piece: str, *, at_end: bool) -> str:
    """A text with a piece before a command; a part of a paper that lacks it gets it at an end."""
    match = before.search(text)
    if match is None:
        return (
            f"{text}\n{piece}"
            if at_end
            else f"{piece.replace('usepackage', 'RequirePackage')}{text}"
        )
    at = match.end("before")
    return f"{text[:at]}{piece}{text[at:]}"


def _mark(found: Sequence[tuple[int, Finding]]) -> str:
    level = min((finding.level for _, finding in found), key=_ORDER.index)
    first, last = found[0][0], found[-1][0]
    numbers = f"{first}" if first == last else f"{first}--{last}"
    return rf"\longlagmark{{{_COLOURS[level]}}}{{{level}}}{{{numbers}}}"


def _listed(paper: CheckedPaper, numbered: Sequence[tuple[int, Finding]]) -> str:
    items = "\n".join(_item(number, finding) for number, finding in numbered)
    return (
        "\n\\clearpage\n\\section*{Verdicts}\n"
        f"{_words(tally(paper))} (longlag {__version__}).\n"
        f"\\begin{{itemize}}\\raggedright\n{items}\n\\end{{itemize}}\n"
    )


def _item(number: int, finding: Finding) -> str:
    place = f"{finding.place.file}, line {finding.place.line}"
    label = f" ({finding.label})" if finding.label else ""
    parts = [
        rf"\item[{number}.] \textcolor{{{_COLOURS[finding.level]}}}{{\textbf{{{finding.level}}}}},",
        f"{_words(place + label)}:",
    ]
    if finding.text:
        parts.append(rf"\({finding.text}\).")
    verdict = finding.verdict
    if verdict is None:
        return " ".join([*parts, _words(finding.error)])
    parts.append(f"{_words(verdict.method[:1].upper() + verdict.method[1:])}.")
    if verdict.counterexample:
        sides = f": {_words(verdict.sides)}" if verdict.sides else ""
        parts.append(f"It fails at {_point(verdict.counterexample)}{sides}.")
    return " ".join(parts)


def _point(counterexample: str) -> str:
    if " = " not in counterexample and " → " not in counterexample:
        return _words(counterexample)
    # A matrix has commas of its own: an entry begins before the next sign of equality.
    entries = re.split(r", (?=\S+ [=→] )", counterexample)
    return ", ".join(rf"\({_in_mathematics(entry)}\)" for entry in entries)


def _in_mathematics(text: str) -> str:
    return "".join(f"{_SIGNS.get(c, c)} " if c in _SIGNS else c for c in text)


def _words(text: str) -> str:
    """Words as TeX shows them, letter by letter."""

    def told(character: str) -> str:
        if character in _SIGNS:
            return rf"\ensuremath{{{_SIGNS[character]}}}"
        return _SPECIAL.get(character, character if character.isascii() else "?")

    return "".join(map(told, text))


__all__ = ["annotated", "require_copy", "write_annotated"]
