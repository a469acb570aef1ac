"""What longlag says and how strongly it knows it: statements, claims, verdicts, derivations."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Protocol

from sympy import Expr, Set, Symbol

from longlag.names import listed
from longlag.theory.errors import LonglagError, describe
from longlag.theory.notation import TRANSPORT, Glossary
from longlag.theory.typeset.characters import text_tex
from longlag.theory.typeset.described import described
from longlag.theory.typeset.scalar import scalar_tex
from longlag.theory.typeset.shown import Shown, gathered


class Level(StrEnum):
    """How strongly a statement is known."""

    PROVED = "proved"
    CERTIFIED = "certified"
    COMPUTED = "computed"
    MEASURED = "measured"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


class Kind(StrEnum):
    """What a statement says about its two sides."""

    DEFINITION = "definition"
    IDENTITY = "identity"
    BOUND = "bound"
    LIMIT = "limit"
    EXPONENT = "exponent"


@dataclass(frozen=True, kw_only=True)
class Verdict(Shown):
    """How strongly a statement is known, with everything the number depends on.

    Args:
        level: proved (symbolically), certified (enclosed over a region), computed (at random
            points, both sides evaluated apart), measured (autograd or simulation), refuted (with
            the counterexample), or undecided.
        method: by what route, and within which scope.
        points: the number of random points or networks.
        digits: the working precision in decimal digits.
        error: the largest discrepancy met.
        tolerance: what the discrepancy had to stay below.
        seed: of the random points.
        failure_rate: upper end of the 95 % interval for the share of failing points.
        counterexample: where it fails, for a refuted statement.
        routes: the verdicts it was combined from, where several routes lead to the statement.
        sides: both sides at the counterexample, and around it where the statement fails.
        certificate: the covers of a certified statement, as plain data.
        seconds: of processor time that it took.
    """

    level: Level
    method: str
    points: int | None = None
    digits: int | None = None
    error: float | None = None
    tolerance: float | None = None
    seed: int | None = None
    failure_rate: float | None = None
    counterexample: str = ""
    routes: tuple[Verdict, ...] = ()
    sides: str = ""
    certificate: tuple[Mapping[str, Any], ...] = field(default=(), compare=False, repr=False)
    seconds: float | None = field(default=None, compare=False)

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against the statement."""
        return self.level not in (Level.REFUTED, Level.UNDECIDED)

    def __repr__(self) -> str:
        return described(self.summary(), "level", "routes", "latex()")

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as plain data for JSON, its routes too, without its covers.

        >>> Verdict(level=Level.PROVED, method="SymPy").to_dict()["level"]
        'proved'
        """
        plain = {f.name: getattr(self, f.name) for f in fields(self)}
        del plain["certificate"]
        plain["routes"] = [route.to_dict() for route in self.routes]
        return {**plain, "level": str(self.level), "holds": self.holds}

    def summary(self) -> str:
        """Return the verdict in one line, with what it depends on.

        >>> Verdict(level=Level.COMPUTED, method="50 digits", points=20, seed=0).summary()
        'computed: 50 digits; 20 points; seed 0'
        """
        parts = [self.method + self._error()]
        for route in self.routes:
            if route.method != self.method:
                parts.append(f"{route.level} by {route.method}{route._error()}")
        if self.points is not None:
            parts.append(f"{self.points} point{'s' if self.points != 1 else ''}")
        if self.failure_rate is not None:
            parts.append(f"failure rate below {self.failure_rate:.2g} at 95 %")
        if self.seed is not None:
            parts.append(f"seed {self.seed}")
        if self.counterexample:
            parts.append(
                f"fails at {self.counterexample}" + (f": {self.sides}" if self.sides else "")
            )
        return f"{self.level}: " + "; ".join(parts)

    def brief(self) -> str:
        """Return the strongest route and how many others there are, for a line in a table.

        >>> Verdict(level=Level.PROVED, method="SymPy").brief()
        'SymPy'
        """
        others = len(self.routes) - 1
        more = f", and {others} more route{'s' if others > 1 else ''}" if others > 0 else ""
        sides = f": {self.sides}" if self.sides else ""
        where = f"; fails at {self.counterexample}{sides}" if self.counterexample else ""
        return self.method + self._error() + more + where

    def _lines(self) -> list[str]:
        return [text_tex(self.summary())]

    def _error(self) -> str:
        if self.error is None:
            return ""
        bound = "" if self.tolerance is None else f", tolerance {self.tolerance:.2g}"
        return f" (largest error {self.error:.2g}{bound})"


def judged(
    level: Level,
    method: str,
    error: float,
    tolerance: float,
    where: str,
    *,
    points: int | None = None,
    seed: int | None = None,
) -> Verdict:
    """Return the verdict on the largest error: refuted where it exceeds the tolerance.

    Args:
        level: where it does not, measured or computed, say.
        method: by what route.
        error: the largest discrepancy; nan refutes.
        tolerance: what it may be at most.
        where: the point of the largest discrepancy, a counterexample if it is too large.
        points: how many were looked at.
        seed: of random points.

    >>> judged(Level.COMPUTED, "a sum", 0.5, 0.1, "x = 3").summary()
    'refuted: a sum (largest error 0.5, tolerance 0.1); fails at x = 3'
    """
    holds = error <= tolerance
    return Verdict(
        level=level if holds else Level.REFUTED,
        method=method,
        points=points,
        error=error,
        tolerance=tolerance,
        seed=seed,
        counterexample="" if holds else where,
    )


def failure_rate_bound(points: int) -> float:
    """Return the 95 % upper bound on a failure rate when none of ``points`` failed.

    The exact (Clopper–Pearson) one-sided bound 1 − 0.05^{1/n}.

    >>> round(failure_rate_bound(100), 4)
    0.0295
    """
    return 1.0 - 0.05 ** (1.0 / points)


@dataclass(frozen=True)
class Source:
    """Where a statement is published."""

    paper: str
    place: str = ""
    version: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.paper, self.version, self.place) if part)


DERIVED_HERE = Source("derived here")
#: Of a result that is published nowhere else as far as is known.
NEW_HERE = Source("derived here", "new")


@dataclass(frozen=True)
class Relation(Shown):
    """Two scalar sides and the domain on which they are compared.

    Args:
        kind: identity (lhs = rhs), bound (lhs ≤ rhs), limit (lhs/rhs → 1 as ``variable`` → ∞) or
            exponent (d ln lhs / d ln variable → rhs).
        lhs: left side.
        rhs: right side.
        domains: for every free symbol, the set it ranges over.
        variable: what goes to infinity, for a limit or an exponent.
    """

    kind: Kind
    lhs: Expr
    rhs: Expr
    domains: Mapping[Symbol, Set]
    variable: Symbol | None = None

    def _lines(self) -> list[str]:
        left, right = scalar_tex(self.lhs), scalar_tex(self.rhs)
        if self.kind is Kind.BOUND:
            return [rf"{left} &\le {right}"]
        if self.kind is Kind.LIMIT:
            limit = rf"({scalar_tex(self.variable)} \to \infty)"
            return [rf"{left} &\sim {right} \quad {limit}"]
        if self.kind is Kind.EXPONENT:
            variable = scalar_tex(self.variable)
            return [rf"\frac{{d \ln}}{{d \ln {variable}}} \left[{left}\right] &\to {right}"]
        return [f"{left} &= {right}"]


class Reading(Protocol):
    """What a display came from, and how it is read again; ``readback`` makes them."""

    @property
    def is_whole(self) -> bool:
        """Whether all of the display is read, and nothing taken by its spelling."""

    def difference(self, tex: str) -> str | None:
        """Return how a display differs from what it came from, None where it does not.

        Args:
            tex: the display as it is to be written.
        """


@dataclass(frozen=True)
class Statement(Shown):
    """A displayed equation with its assumptions and its source.

    Args:
        name: an identifier, unique in its derivation.
        kind: what it says.
        tex: the display.
        assumptions: what is assumed, in words with TeX.
        source: where it is published.
        reading: what the display came from; a document is not written whose display is not read
            back to it. None where nothing is kept.
    """

    name: str
    kind: Kind
    tex: str
    assumptions: tuple[str, ...] = ()
    source: Source = DERIVED_HERE
    reading: Reading | None = field(default=None, compare=False, repr=False)

    def _lines(self) -> list[str]:
        return [self.tex]


@dataclass(frozen=True)
class Settings:
    """How hard to check.

    Args:
        examples: random points or networks, at least.
        seed: of random numbers.
        digits: the working precision of what is computed in mpmath.
        effort: quick, normal or thorough, see :mod:`longlag.theory.verify.budget`.
        seconds: of processor time for one relation; None for what the effort allows.
    """

    examples: int = 5
    seed: int = 0
    digits: int = 50
    effort: str = "normal"
    seconds: float | None = None


@dataclass(frozen=True)
class Claim(Shown):
    """A statement with how to check it, what we expect, and wrong versions that must not survive.

    A check that cannot fail is worthless. So what the statement says is data, ``stated``, and so
    are its ``wrong`` versions: the same check must refute every one of them.

    Args:
        statement: what is displayed.
        check: from the settings and, by name, what is stated, returns the verdict.
        title: a few words above the display.
        text: what the step does, in words.
        expected_to_hold: False for a published statement that does not survive, None for one that
            what is known leaves open.
        stated: what the statement says, as keyword arguments of the check.
        wrong: name of a wrong version ↦ what it states in place of some of ``stated``.

    >>> def is_factor(settings: Settings, *, factor: int) -> Verdict:
    ...     level = Level.COMPUTED if 12 % factor == 0 else Level.REFUTED
    ...     return Verdict(level=level, method="division")
    >>> three = Claim(
    ...     Statement("three", Kind.IDENTITY, "3 | 12"), is_factor,
    ...     stated={"factor": 3}, wrong={"five": {"factor": 5}},
    ... )
    >>> three.judge(Settings()).holds, three.misstated("five").judge(Settings()).holds
    (True, False)
    """

    statement: Statement
    check: Callable[..., Verdict]
    title: str = ""
    text: str = ""
    expected_to_hold: bool | None = True
    stated: Mapping[str, Any] = field(default_factory=dict)
    wrong: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, changes in self.wrong.items():
            strangers = sorted(set(changes) - set(self.stated))
            if strangers or not changes:
                raise LonglagError(
                    f"wrong version {name!r} of claim {self.statement.name!r}",
                    f"it replaces something that is stated, and {strangers or 'nothing'} is not",
                    f"name some of {sorted(self.stated)}",
                )

    def judge(self, settings: Settings) -> Verdict:
        """Return the verdict of the check on what is stated."""
        return self.check(settings, **self.stated)

    def _lines(self) -> list[str]:
        return [self.statement.tex]

    def misstated(self, name: str) -> Claim:
        """Return the claim with one of its wrong versions in place of what it states."""
        return replace(self, stated={**self.stated, **self.wrong[name]}, wrong={})


@dataclass(frozen=True)
class Text:
    """A paragraph, in words with TeX between dollar signs."""

    text: str
    title: str = ""


@dataclass(frozen=True)
class Figure:
    """A figure: ``draw`` takes the settings and returns a matplotlib figure."""

    name: str
    caption: str
    draw: Callable[[Settings], Any]


@dataclass(frozen=True)
class Table:
    """A table whose entries are words with TeX between dollar signs.

    What it says is claimed elsewhere: a table has no verdict of its own.

    Args:
        name: an identifier, unique in its derivation.
        caption: what it shows and where its entries are checked.
        columns: the heads.
        rows: takes the settings and returns the rows, each as long as ``columns``.
    """

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: Callable[[Settings], Sequence[Sequence[str]]]


Item = Claim | Text | Figure | Table


@dataclass(frozen=True)
class CheckedClaim(Shown):
    """A claim with its verdict."""

    claim: Claim
    verdict: Verdict
    seconds: float

    def _lines(self) -> list[str]:
        return [rf"{self.claim.statement.tex} \quad \text{{({self.verdict.level})}}"]

    @property
    def as_expected(self) -> bool:
        """Whether the verdict is the expected one."""
        if self.verdict.level is Level.UNDECIDED:
            return self.claim.expected_to_hold is None
        return self.verdict.holds == self.claim.expected_to_hold


@dataclass(frozen=True)
class Derivation(Shown):
    """Text, claims, figures and tables in order; each claim is one displayed equation.

    Args:
        name: an identifier.
        title: the heading.
        items: in reading order.
        glossary: what its symbols mean.
        family: of what it is one of several, such as "a decay law": a long document tells the
            steps of a family once. Empty for what is derived in its own way.
    """

    name: str
    title: str
    items: tuple[Item, ...]
    glossary: Glossary = TRANSPORT
    family: str = ""

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims, in order."""
        return tuple(item for item in self.items if isinstance(item, Claim))

    def _lines(self) -> list[str]:
        return [gathered(claim.latex() for claim in self.claims)]

    def check(self, settings: Settings | None = None) -> CheckedDerivation:
        """Check every claim and return the derivation with its verdicts."""
        settings = settings or Settings()
        return CheckedDerivation(self, settings, tuple(self.check_each(settings)))

    def check_each(self, settings: Settings) -> Iterator[CheckedClaim]:
        """Check the claims one by one, for a caller that shows progress."""
        for claim in self.claims:
            start = time.perf_counter()
            verdict = _run_check(claim, settings)
            yield CheckedClaim(claim, verdict, time.perf_counter() - start)


def _run_check(claim: Claim, settings: Settings) -> Verdict:
    """Run a check: what breaks in a user's is told to its author, what breaks in ours is ours."""
    what = f"check of claim {claim.statement.name!r}"
    remedy = "make it a function from the settings to a Verdict"
    try:
        verdict = claim.judge(settings)
    except (LonglagError, KeyboardInterrupt):
        raise
    except BaseException as error:
        if _is_own(error):
            reason = f"it broke, which is a fault of longlag: {describe(error)}"
            raise LonglagError(
                what,
                f"{reason}; nothing is said about the claim",
                "report it together with what was checked",
            ) from error
        raise LonglagError(
            what, f"it must not raise, and here {describe(error)}", remedy
        ) from error
    if not isinstance(verdict, Verdict):
        raise LonglagError(f"{what} gave {verdict!r}", "a check returns a Verdict", remedy)
    return verdict


def _is_own(error: BaseException) -> bool:
    """Whether the check that raised is longlag's: the first frame below those of this module."""
    frame = error.__traceback__
    while frame is not None:
        module = str(frame.tb_frame.f_globals.get("__name__", ""))
        if module != __name__:
            return module.partition(".")[0] == __name__.partition(".")[0]
        frame = frame.tb_next
    # It could not be called at all.
    return False


@dataclass(frozen=True)
class CheckedDerivation(Shown):
    """A derivation after its checks."""

    derivation: Derivation
    settings: Settings
    checked: tuple[CheckedClaim, ...] = field(default=())

    def _lines(self) -> list[str]:
        return [gathered(each.latex() for each in self.checked)]

    @property
    def as_expected(self) -> bool:
        """Whether every verdict is the expected one."""
        return all(checked.as_expected for checked in self.checked)

    def verdict(self, name: str) -> Verdict:
        """Return the verdict of the statement ``name``."""
        found = {checked.claim.statement.name: checked.verdict for checked in self.checked}
        return found[name]


__all__ = [
    "DERIVED_HERE",
    "CheckedClaim",
    "CheckedDerivation",
    "Claim",
    "Derivation",
    "Figure",
    "Kind",
    "Level",
    "Relation",
    "Settings",
    "Source",
    "Statement",
    "Table",
    "Text",
    "Verdict",
]

listed(__name__)
