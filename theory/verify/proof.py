"""A proof as it is written on paper: lines, a sign and a reason between each and the next.

Every step gets a verdict of its own; the chain is as strong as its weakest step, and the first
step that breaks is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias

from sympy import Expr, Set, Symbol, sympify

from longlag.theory.errors import LonglagError
from longlag.theory.statement import (
    DERIVED_HERE,
    Claim,
    Kind,
    Level,
    Relation,
    Settings,
    Source,
    Statement,
    Verdict,
)
from longlag.theory.typeset.characters import text_tex
from longlag.theory.typeset.scalar import scalar_tex
from longlag.theory.typeset.shown import Shown
from longlag.theory.verify.combination import COMBINED, SIGNS, combined
from longlag.theory.verify.steps import judge_step, judge_substitution

#: From the strongest to the weakest.
_ORDER = (
    Level.PROVED,
    Level.CERTIFIED,
    Level.COMPUTED,
    Level.MEASURED,
    Level.UNDECIDED,
    Level.REFUTED,
)
_MARKS = {Level.REFUTED: r"\times", Level.UNDECIDED: "?"}
_CHECKED = r"\checkmark"


@dataclass(frozen=True)
class Step:
    """One sign, the next line, and why.

    Args:
        sign: =, ≤, <, ≥, >, ∼ (the quotient of the lines tends to 1), → (the line before tends to
            the next) or O (the line before is at most a constant times the next, in size).
        line: the next line.
        reason: in words.
    """

    sign: str
    line: Expr
    reason: str = ""


@dataclass(frozen=True)
class Substitution:
    """A symbol written in others: every value of the expression must be one of the symbol's.

    Args:
        symbol: what is replaced, in the line before and for the rest of the proof.
        expression: what it is replaced by.
        domains: of the symbols that come with it.
        reason: in words.
    """

    symbol: Symbol
    expression: Expr
    domains: Mapping[Symbol, Set] = field(default_factory=dict)
    reason: str = ""


Move: TypeAlias = Step | Substitution


@dataclass(frozen=True)
class Proof(Shown):
    """A first line and what is done with it, step by step.

    Args:
        first: the first line.
        steps: each a ``Step``, a ``Substitution``, or the arguments of a step as a tuple.
        domains: what the symbols range over.
        variable: what goes to infinity, for the signs ∼, → and O; without it O holds for all.
        given: for nodes that occur in the lines, what they are known to be at most.

    Raises:
        LonglagError: steps up and down, which say nothing together; a sign that is none.

    >>> from sympy import S, exp
    >>> from sympy.abc import x
    >>> proof = Proof(1 + x, (("≤", exp(x), "tangent"), ("=", exp(2 * x) / exp(x))), {x: S.Reals})
    >>> checked = proof.check()
    >>> checked.verdict.holds, checked.says
    (True, 'x + 1 ≤ exp(x)')
    """

    first: Expr
    steps: Sequence[Move | tuple[str, Expr, str] | tuple[str, Expr]]
    domains: Mapping[Symbol, Set]
    variable: Symbol | None = None
    given: Mapping[Expr, Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        moves = tuple(_as_move(step) for step in self.steps)
        object.__setattr__(self, "steps", moves)
        object.__setattr__(self, "first", sympify(self.first))
        if not any(isinstance(move, Step) for move in moves):
            raise LonglagError("a proof without steps", "it relates lines", "add a step")
        asymptotic = next((m.sign for m in moves if isinstance(m, Step) and m.sign in "∼→"), None)
        if asymptotic and self.variable is None:
            raise LonglagError(
                f"a step {asymptotic}",
                "it speaks of what goes to infinity",
                "name that symbol as variable of the proof",
            )
        _ = self.sign

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        """The steps and substitutions, in order."""
        return tuple(step for step in self.steps if isinstance(step, (Step, Substitution)))

    @cached_property
    def sign(self) -> str:
        """What the chain says between its first and its last line, see ``combined``."""
        return combined([move.sign for move in self.moves if isinstance(move, Step)])

    @property
    def ends(self) -> tuple[Expr, Expr]:
        """The first line, in the symbols of the last one, and the last line."""
        first = last = self.first
        for move in self.moves:
            if isinstance(move, Step):
                last = move.line
            else:
                first, last = (e.subs(move.symbol, move.expression) for e in (first, last))
        return first, last

    def check(self, settings: Settings | None = None) -> CheckedProof:
        """Check every step and return the proof with its verdicts.

        Args:
            settings: how hard, for each step.
        """
        settings = settings or Settings()
        before, domains, variable = self.first, dict(self.domains), self.variable
        given = dict(self.given)
        checked: list[CheckedStep] = []
        for move in self.moves:
            if isinstance(move, Step):
                relation = Relation(Kind.BOUND, before, move.line, domains, variable)
                verdict = judge_step(move.sign, relation, given, settings)
                before = move.line
            else:
                verdict, domains = judge_substitution(
                    move.symbol, move.expression, domains, move.domains, settings
                )
                before = before.subs(move.symbol, move.expression)
                given = {k: v.subs(move.symbol, move.expression) for k, v in given.items()}
                if move.symbol == variable:
                    variable = _followed(move)
            checked.append(CheckedStep(move, verdict))
        return CheckedProof(self, tuple(checked))

    def replaced(self, index: int, line: Expr, sign: str | None = None) -> Proof:
        """Return the proof with another line, and perhaps another sign, at a step: a wrong version.

        Args:
            index: of the step, from 0.
            line: the line in its place.
            sign: the sign in its place; by default the same.
        """
        move = self.moves[index]
        if not isinstance(move, Step):
            raise LonglagError(
                f"step {index}", "it is a substitution, without a line", "name a step with a sign"
            )
        changed = Step(sign or move.sign, sympify(line), move.reason)
        return replace(self, steps=(*self.moves[:index], changed, *self.moves[index + 1 :]))

    def _lines(self) -> list[str]:
        return _told(self, [""] * len(self.moves))

    def claim(
        self,
        name: str,
        *,
        title: str = "",
        text: str = "",
        source: Source = DERIVED_HERE,
        expected_to_hold: bool = True,
        wrong: Mapping[str, Proof] | None = None,
    ) -> Claim:
        """Return the proof as a claim of a derivation.

        Args:
            name: of the statement, an identifier.
            title: above the display.
            text: what is shown, in words.
            source: where it is published.
            expected_to_hold: False for a proof that does not survive.
            wrong: name of a wrong version ↦ the proof in place of this one; see ``replaced``.
        """
        kinds = {"=": Kind.IDENTITY, "∼": Kind.LIMIT, "→": Kind.LIMIT}
        kind = kinds.get(self.sign, Kind.BOUND)
        return Claim(
            Statement(name, kind, self.latex(), source=source),
            _judge,
            title,
            text,
            expected_to_hold,
            stated={"proof": self},
            wrong={key: {"proof": proof} for key, proof in (wrong or {}).items()},
        )


@dataclass(frozen=True)
class CheckedStep:
    """A step with its verdict."""

    move: Move
    verdict: Verdict


@dataclass(frozen=True)
class CheckedProof(Shown):
    """A proof with a verdict for each step.

    Args:
        proof: what was checked.
        steps: in order.
    """

    proof: Proof
    steps: tuple[CheckedStep, ...]

    @property
    def broken(self) -> int | None:
        """The index of the first step that is refuted, else of the first one undecided, from 0."""
        for level in (Level.REFUTED, Level.UNDECIDED):
            for index, step in enumerate(self.steps):
                if step.verdict.level is level:
                    return index
        return None

    @property
    def verdict(self) -> Verdict:
        """The verdict of the chain: as strong as its weakest step; the first that breaks, named."""
        verdicts = [step.verdict for step in self.steps]
        if self.broken is not None:
            step = self.steps[self.broken]
            reason = f" ({step.move.reason})" if step.move.reason else ""
            method = f"step {self.broken + 1}{reason}: {step.verdict.method}"
            return replace(step.verdict, method=method, routes=tuple(verdicts))
        weakest = max(verdicts, key=lambda verdict: _ORDER.index(verdict.level))
        counts = [
            f"{count} {level}"
            for level in _ORDER
            if (count := sum(v.level is level for v in verdicts))
        ]
        steps = f"{len(verdicts)} step{'s' if len(verdicts) > 1 else ''}"
        return Verdict(
            level=weakest.level,
            method=f"{steps}: {', '.join(counts)}",
            seed=weakest.seed,
            points=weakest.points,
            failure_rate=weakest.failure_rate,
            routes=tuple(verdicts),
            certificate=tuple(c for v in verdicts for c in v.certificate),
        )

    @property
    def says(self) -> str:
        """What the chain as a whole says, in words: the first line against the last."""
        first, last = self.proof.ends
        sign = self.proof.sign
        if sign in ("O", "≤ O"):
            return f"{first} {'=' if sign == 'O' else '≤'} O({last})"
        if sign.startswith("lim "):
            return f"{sign.replace('lim', f'lim {first}')} {last}"
        return f"{first} {sign} {last}"

    def summary(self) -> str:
        """Return one line for each step, and one for the chain."""
        lines = []
        for index, step in enumerate(self.steps, 1):
            move = step.move
            what = (
                f"{move.sign} {move.line}"
                if isinstance(move, Step)
                else f"{move.symbol} ↦ {move.expression}"
            )
            lines.append(f"{index}. {what}: {step.verdict.summary()}")
        return "\n".join([*lines, f"{self.verdict.summary()}; {self.says}"])

    def _lines(self) -> list[str]:
        marks = []
        for step in self.steps:
            mark = _MARKS.get(step.verdict.level, _CHECKED)
            marks.append(rf"{mark}\ \text{{{step.verdict.level}}}")
        return _told(self.proof, marks)


def _as_move(step: Move | tuple[str, Expr, str] | tuple[str, Expr]) -> Move:
    if isinstance(step, Substitution):
        return replace(step, expression=sympify(step.expression))
    if isinstance(step, Step):
        return replace(step, line=sympify(step.line))
    if isinstance(step, tuple) and len(step) in (2, 3):
        return Step(step[0], sympify(step[1]), *step[2:])
    raise LonglagError(
        f"step {step!r}",
        "it is a sign, a line and a reason, or a substitution",
        'write ("≤", line, "reason"), Step(…) or Substitution(…)',
    )


def _followed(move: Substitution) -> Symbol:
    """The symbol that goes to infinity after the variable is written in it."""
    from longlag.theory.scalar.leading import limit_at_infinity
    from longlag.theory.scalar.signs import UndecidedError

    symbols = sorted(move.expression.free_symbols, key=str)
    for symbol in symbols:
        if symbol in move.domains:
            positive = Symbol(symbol.name, positive=True)
            try:
                if limit_at_infinity(move.expression.subs(symbol, positive), positive).is_infinite:
                    return symbol
            except UndecidedError:
                continue
    raise LonglagError(
        f"{move.symbol} ↦ {move.expression}",
        "what goes to infinity must do so in the symbol that it is written in",
        "substitute an expression that grows with a new symbol",
    )


def _told(proof: Proof, marks: Sequence[str]) -> list[str]:
    """The lines with their reasons and a mark for each step."""
    lines = [f"& {scalar_tex(proof.first)}"]
    for move, mark in zip(proof.moves, marks, strict=True):
        reason = text_tex(move.reason) if move.reason else ""
        if isinstance(move, Step):
            line = scalar_tex(move.line)
            body = f"O\\left({line}\\right)" if move.sign == "O" else line
            sign = "=" if move.sign == "O" else SIGNS[move.sign]
            told = f"{sign} {body}"
        else:
            told = rf"[\, {scalar_tex(move.symbol)} \mapsto {scalar_tex(move.expression)} \,]"
        side = r" \quad ".join(part for part in (reason, mark) if part)
        lines.append(f"& {told}" + (rf" && {side}" if side else ""))
    return lines


def _judge(settings: Settings, *, proof: Proof) -> Verdict:
    return proof.check(settings).verdict


__all__ = ["COMBINED", "CheckedProof", "CheckedStep", "Move", "Proof", "Step", "Substitution"]
