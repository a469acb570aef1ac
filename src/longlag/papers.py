"""A paper checked: every relation with its verdict, those of an earlier run where nothing changed.

A verdict depends on the relation, on the domains and conditions of its symbols, on the settings and
on the code of the theory: where all of these are the same it is remembered, wherever the relation
stands.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from functools import lru_cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

import longlag.theory
from longlag.files import write_text
from longlag.theory.errors import LonglagError
from longlag.theory.papers import Assertion, Find, Unreadable, assertions_of, declare_object, judge
from longlag.theory.statement import Level, Settings, Verdict
from longlag.theory.tex import Place, read_paper

#: Libraries whose version can change a verdict.
_LIBRARIES = ("sympy", "mpmath", "python-flint", "lark")
#: Verdicts that are remembered, the newest.
_MOST_KEPT = 5000
#: Bytes that one relation may take.
_MOST_MEMORY = 2 * 10**9

Advance = Callable[[str], None]


@dataclass(frozen=True)
class Finding:
    """What was found of one relation of a paper.

    Args:
        place: where it stands, in a file of the paper's folder.
        display: where its display begins.
        label: of its display.
        text: the relation as it was typed; empty where it could not be read.
        sign: of the relation.
        reason: the words behind it.
        verdict: None where it could not be read.
        error: why it could not, with the remedy.
        seconds: that the verdict took.
        remembered: whether it is of an earlier run.
    """

    place: Place
    display: Place
    label: str
    text: str = ""
    sign: str = ""
    reason: str = ""
    verdict: Verdict | None = None
    error: str = ""
    seconds: float = 0.0
    remembered: bool = False

    @property
    def level(self) -> str:
        """The level of the verdict, or "unreadable"."""
        return "unreadable" if self.verdict is None else str(self.verdict.level)

    @property
    def message(self) -> str:
        """In one line how it is known, where it fails, or why it cannot be read."""
        return self.error if self.verdict is None else self.verdict.brief()


@dataclass(frozen=True)
class CheckedPaper:
    """A paper with what was found.

    Args:
        path: of its main file.
        findings: in order.
        displays: that it has in all.
        seconds: that all of it took.
    """

    path: Path
    findings: tuple[Finding, ...]
    displays: int
    seconds: float

    def count(self, level: str) -> int:
        """Return how many relations have a level, or are "unreadable"."""
        return sum(finding.level == level for finding in self.findings)

    @property
    def status(self) -> int:
        """The exit status: 1 if a relation is refuted, 2 if one cannot be read, else 0."""
        if self.count("refuted"):
            return 1
        return 2 if self.count("unreadable") else 0


def check_paper(
    path: Path,
    settings: Settings,
    *,
    everything: bool = False,
    fresh: bool = False,
    jobs: int | None = None,
    progress: Callable[[int], AbstractContextManager[Advance]],
    find: Find,
) -> CheckedPaper:
    """Return a paper with a verdict on every relation that it asks to be checked.

    Args:
        path: of its main file.
        settings: how hard.
        everything: whether displays are checked that no comment asks for.
        fresh: whether what is remembered is checked again.
        jobs: processes; by default one for each processor.
        progress: is told the number of relations, and gives what is told each as it is done.
        find: gives the law that a comment of the paper names.

    Raises:
        LonglagError: the paper cannot be read as a whole, or nothing in it is to be checked.
    """
    started = time.perf_counter()
    paper = read_paper(path, partial(declare_object, find=find))
    found = list(assertions_of(paper, everything=everything))
    if not found:
        raise _nothing_to_check(path, len(paper.displays))
    with progress(len(found)) as advance:
        findings = dict(_findings(found, _Memory(settings, fresh=fresh), jobs, advance))
    ordered = tuple(findings[index] for index in range(len(found)))
    return CheckedPaper(path, ordered, len(paper.displays), time.perf_counter() - started)


def _findings(
    found: Sequence[Assertion | Unreadable], memory: _Memory, jobs: int | None, advance: Advance
) -> Iterator[tuple[int, Finding]]:
    """Every finding with its place in order: what is known first, then as they are done."""
    pending: list[tuple[int, Assertion]] = []
    for index, each in enumerate(found):
        if isinstance(each, Unreadable):
            yield index, Finding(each.place, each.display, each.label, error=each.error)
        elif (known := memory.recall(each)) is not None:
            yield index, _finding(each, *known, remembered=True)
        else:
            pending.append((index, each))
            continue
        advance(str(each.place))
    try:
        for index, each, done in _judged(pending, memory.settings, jobs):
            memory.keep(each, *done)
            advance(f"{each.place}: {done[0].level}")
            yield index, _finding(each, *done)
    finally:
        # What an interrupted run has found is kept for the next one.
        memory.write()


def _judged(
    pending: Sequence[tuple[int, Assertion]], settings: Settings, jobs: int | None
) -> Iterator[tuple[int, Assertion, tuple[Verdict, float]]]:
    """The verdicts as they come, the same relation judged once."""
    if not pending:
        return
    # It imports what draws a report, which a paper that did not change can do without.
    from longlag.sections import available_processors, run_all

    alike: dict[str, list[tuple[int, Assertion]]] = {}
    for index, each in pending:
        alike.setdefault(each.key, []).append((index, each))
    groups = list(alike.values())
    work = [partial(_timed, group[0][1], settings) for group in groups]
    for number, done in run_all(work, jobs=jobs or available_processors()):
        for index, each in groups[number]:
            yield index, each, done


def _timed(assertion: Assertion, settings: Settings) -> tuple[Verdict, float]:
    started = time.perf_counter()
    with _within_memory():
        verdict = judge(assertion, settings)
    return verdict, time.perf_counter() - started


@contextmanager
def _within_memory() -> Iterator[None]:
    """Let one relation take a part of the memory only, so that it stops no other."""
    if sys.platform != "linux":
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    wanted = pages * resource.getpagesize() + _MOST_MEMORY
    # What is allowed already may be less, and is not raised.
    allowed = [limit for limit in before if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min([wanted, *allowed]), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _finding(
    assertion: Assertion, verdict: Verdict, seconds: float, *, remembered: bool = False
) -> Finding:
    return Finding(
        assertion.place,
        assertion.display,
        assertion.label,
        assertion.text,
        assertion.sign,
        assertion.reason,
        verdict,
        seconds=seconds,
        remembered=remembered,
    )


def _nothing_to_check(path: Path, displays: int) -> LonglagError:
    if not displays:
        return LonglagError(
            str(path), "it displays no formula", r"name a paper with \[ ... \] or align"
        )
    return LonglagError(
        f"{path} with {displays} display{'s' if displays > 1 else ''}",
        "no comment asks for a check",
        "say what the letters are, % longlag: let s in (0,1), \\ell in naturals, and before a "
        "display % longlag: check; or check all displays with --all",
    )


@dataclass
class _Memory:
    """The file of verdicts of earlier runs."""

    settings: Settings
    fresh: bool = False
    known: dict[str, Any] = field(default_factory=dict)
    changed: bool = False

    def __post_init__(self) -> None:
        try:
            stored = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return
        self.known = stored if isinstance(stored, dict) else {}

    @property
    def _path(self) -> Path:
        named = os.environ.get("LONGLAG_CACHE")
        return (Path(named) if named else user_cache_path("longlag")) / "papers.json"

    def recall(self, assertion: Assertion) -> tuple[Verdict, float] | None:
        """Return a verdict with the seconds that it took, None where it is to be found."""
        stored = None if self.fresh else self.known.get(self._key(assertion))
        try:
            return None if stored is None else (_verdict(stored), float(stored["took"]))
        except (KeyError, TypeError, ValueError):
            return None

    def keep(self, assertion: Assertion, verdict: Verdict, seconds: float) -> None:
        """Remember a verdict."""
        key = self._key(assertion)
        self.known.pop(key, None)
        self.known[key] = {**asdict(verdict), "took": seconds}
        self.changed = True

    def write(self) -> None:
        """Write the newest verdicts; where the folder takes none, the next run finds them anew."""
        if not self.changed:
            return
        newest = dict(list(self.known.items())[-_MOST_KEPT:])
        try:
            write_text(self._path, json.dumps(newest))
        except LonglagError:
            return

    def _key(self, assertion: Assertion) -> str:
        text = "\n".join([assertion.key, repr(self.settings), _code()])
        return hashlib.sha256(text.encode()).hexdigest()


def _verdict(stored: Mapping[str, Any]) -> Verdict:
    data = {name: value for name, value in stored.items() if name != "took"}
    return Verdict(**{**data, "level": Level(data["level"]), "routes": (), "certificate": ()})


@lru_cache(maxsize=1)
def _code() -> str:
    """A digest of the theory's code and of the libraries that it stands on."""
    digest = hashlib.sha256()
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    folder = Path(str(longlag.theory.__file__)).parent
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".py", ".lark"):
            digest.update(path.read_bytes())
    return digest.hexdigest()


__all__ = ["CheckedPaper", "Finding", "check_paper"]
