"""Sections that derive the same of one object after another: their steps are told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from longlag.derivations.document.blocks import Equation, Section


@dataclass(frozen=True)
class Step:
    """What sections of a family have in common at one place.

    Args:
        name: of the statements.
        title: as most sections have it, in words with TeX.
        text: as most sections have it.
        display: TeX that most sections display alike, unbroken; empty where they differ.
        equations: anchor of a section ↦ its equation.
    """

    name: str
    title: str
    text: str
    display: str
    equations: dict[str, Equation]

    def tells(self, equation: Equation) -> bool:
        """Whether a text stands here, and need not be told again beside its equation."""
        return equation.claim.text == self.text


@dataclass(frozen=True)
class Family:
    """Sections in a row that take the same steps.

    Args:
        title: of what they are.
        sections: in order.
        steps: in the order in which a section takes them.
    """

    title: str
    sections: tuple[Section, ...]
    steps: tuple[Step, ...]

    @property
    def anchor(self) -> str:
        """Where links lead; no name of a section has a dot."""
        return f"{self.sections[0].anchor}.family"

    def step(self, equation: Equation) -> Step | None:
        """Return the step that an equation takes, None for one of a single section."""
        name = equation.claim.statement.name
        return next((step for step in self.steps if step.name == name), None)


def grouped(sections: Sequence[Section]) -> tuple[Section | Family, ...]:
    """Return sections in order, those of a family that follow one another as one.

    Args:
        sections: of a chapter.
    """
    found: list[Section | Family] = []
    for title, members in groupby(sections, key=lambda section: section.family):
        run = tuple(members)
        if title and len(run) > 1:
            found.append(Family(title, run, _steps(run)))
        else:
            found += run
    return tuple(found)


def _steps(sections: Sequence[Section]) -> tuple[Step, ...]:
    """The steps that at least two of the sections take, in order."""
    steps: dict[str, dict[str, Equation]] = {}
    for section in sections:
        for equation in section.equations:
            name = equation.claim.statement.name
            steps.setdefault(name, {})[section.anchor] = equation
    order = _order([[e.claim.statement.name for e in s.equations] for s in sections])
    return tuple(_step(name, steps[name]) for name in order if len(steps[name]) > 1)


def _order(sequences: Sequence[Sequence[str]]) -> list[str]:
    """Names in one order: what only some sections have comes behind what stands before it there."""
    found: list[str] = []
    for names in sequences:
        place = 0
        for name in names:
            if name in found:
                place = found.index(name) + 1
            else:
                found.insert(place, name)
                place += 1
    return found


def _step(name: str, equations: dict[str, Equation]) -> Step:
    of = equations.values()
    display, times = Counter(each.claim.statement.tex for each in of).most_common(1)[0]
    return Step(
        name,
        _most(each.claim.title for each in of) or name.replace("_", " "),
        _most(each.claim.text for each in of),
        display if 2 * times > len(equations) else "",
        equations,
    )


def _most(texts: Iterable[str]) -> str:
    return Counter(texts).most_common(1)[0][0]


__all__ = ["Family", "Step", "grouped"]
