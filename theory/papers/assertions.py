r"""The relations that a paper asks to be checked, each with all that it depends on.

A chain of n signs asserts n relations. What stands behind a row, and what a comment gives, holds
for the whole chain: authors write the condition once, at its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sympy import Dummy, Expr, IndexedBase, MatrixSymbol, Set, Symbol, preorder_traversal

from longlag.theory.errors import LonglagError
from longlag.theory.papers.cells import PaperCell
from longlag.theory.papers.conditions import Condition, narrowed
from longlag.theory.tex import (
    Approach,
    Chain,
    Check,
    Declarations,
    Display,
    Paper,
    Passage,
    Place,
    Step,
    read_check,
    read_condition,
)
from longlag.theory.tex.formula import read_tokens
from longlag.theory.tex.names import Family, Matrix
from longlag.theory.tex.notes import pieces
from longlag.theory.tex.tokens import written

_ASYMPTOTIC = frozenset({"∼", "→"})
_PLACE = re.compile(r"^(?P<file>.+?):(?P<line>\d+):(?P<column>\d+): ")


@dataclass(frozen=True)
class Assertion:
    """One relation of a paper.

    Args:
        sign: =, ≤, <, ≥, >, ∼, → or ≠.
        lhs: the line before it.
        rhs: the line behind it.
        text: as it was typed, of both lines.
        place: of the sign.
        display: where its display begins.
        label: of its row, or else of its display; empty where there is none.
        reason: the words behind its row.
        remainders: g of a line that ends with + O(g), of each line.
        domains: of the symbols.
        families: domains of numbers with an index.
        conditions: relations between symbols that are taken to hold.
        tending: what tends to where, if something does.
        eventually: whether it is to hold from some point on only.
        names: of the symbols, as the paper writes them.
        cell: whose letters occur.
    """

    sign: str
    lhs: Any
    rhs: Any
    text: str
    place: Place
    display: Place
    label: str = ""
    reason: str = ""
    remainders: tuple[Expr | None, Expr | None] = (None, None)
    domains: Mapping[Symbol, Set] = field(default_factory=dict)
    families: Mapping[IndexedBase, Set] = field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
    tending: Approach | None = None
    eventually: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    cell: PaperCell | None = None

    @property
    def key(self) -> str:
        """Return all that its verdict depends on, as a text that is the same in every run."""
        parts = (
            self.sign,
            self.lhs,
            self.rhs,
            self.remainders,
            sorted(map(str, self.domains.items())),
            sorted(map(str, self.families.items())),
            self.conditions,
            self.tending,
            self.eventually,
            sorted(self.names.items()),
            self.cell.key if self.cell else "",
        )
        return "\n".join(map(_spelled, parts))


@dataclass(frozen=True)
class Unreadable:
    """What is to be checked and cannot be read.

    Args:
        place: where.
        display: where its display begins.
        label: of its display.
        error: in one line, with the remedy.
    """

    place: Place
    display: Place
    label: str
    error: str


def assertions_of(paper: Paper, *, everything: bool = False) -> Iterator[Assertion | Unreadable]:
    """Yield what a paper asks to be checked, in order.

    Args:
        paper: its displays.
        everything: whether displays are to be checked that no comment asks for.
    """
    for display in paper.displays:
        if display.checks or everything:
            yield from _of_display(display, everything)


def _of_display(display: Display, everything: bool) -> Iterator[Assertion | Unreadable]:
    try:
        labels = display.labels
        passages = display.passages
    except LonglagError as error:
        yield _unreadable(error, display, "")
        return
    label = labels[0] if labels else ""
    found = 0
    for passage in passages:
        try:
            if not (everything or _is_asked(display, passage)):
                continue
            reading = _read(display, passage)
            if isinstance(reading, Chain):
                for assertion in _of_chain(display, passage, reading, everything):
                    found += 1
                    yield assertion
        except LonglagError as error:
            found += 1
            yield _unreadable(error, display, label)
    if not found and not everything:
        yield Unreadable(
            display.place,
            display.place,
            label,
            f"{display.place}: display: a check needs a relation; write =, \\le, < or \\sim",
        )


def _read(display: Display, passage: Passage) -> Any:
    return read_tokens(passage.tokens, display.declarations.names, passage.tokens[0])


def _is_asked(display: Display, passage: Passage) -> bool:
    return bool(display.before) or any(row.checks for row in passage.rows)


def _of_chain(
    display: Display, passage: Passage, chain: Chain, everything: bool
) -> Iterator[Assertion]:
    declared = display.declarations
    tending, given = _conditions(display, passage)
    lines = _typed_lines(passage, chain.steps)
    conditions = [*declared.conditions, *given]
    for index, step in enumerate(chain.steps):
        if not (everything or display.is_checked(passage, step)):
            continue
        row = passage.row_of(step.token)
        check = _check(display, row.checks)
        both = (step.before, step.after)
        remainders = (step.before.remainder, step.after.remainder)
        asymptotic = step.sign in _ASYMPTOTIC or any(g is not None for g in remainders)
        towards = check.tending or tending
        if step.sign in _ASYMPTOTIC and towards is None:
            raise LonglagError(
                f"{step.place}: token {step.token.text!r}",
                "it speaks of what tends somewhere, and nothing says what",
                r"write behind the row \quad (\ell \to \infty), or % longlag: check as \ell \to"
                r" \infty",
            )
        own = [*conditions, *_of_chains(check.given)]
        used = _mentioned(
            [line.expression for line in both] + [g for g in remainders if g is not None],
            towards if asymptotic or check.eventually else None,
            own,
        )
        labels = row.labels or display.labels
        cell = _cell(declared, [line.expression for line in both])
        if cell is not None:
            # They come with states that are written out.
            used |= set(cell.parameters.values())
        domains = {s: d for s, d in declared.domains.items() if s in used}
        holding = tuple(c for c in own if _symbols(c[1:]) <= used)
        _require_points(domains, holding, step)
        yield Assertion(
            step.sign,
            step.before.expression,
            step.after.expression,
            f"{lines[index]} {step.token.text} {lines[index + 1]}",
            step.place,
            display.place,
            labels[0] if labels else "",
            row.reason,
            remainders,
            domains,
            {b: d for b, d in declared.families.items() if b in used or cell is not None},
            holding,
            towards if asymptotic or check.eventually else None,
            check.eventually,
            _names(display, used, cell),
            cell,
        )


def _require_points(
    domains: Mapping[Symbol, Set], conditions: Sequence[Condition], step: Step
) -> None:
    """Refuse conditions that leave nothing of a domain."""
    try:
        narrowed(domains, conditions)
    except LonglagError as error:
        raise LonglagError(f"{step.place}: {error.value}", error.rule, error.remedy) from None


def _check(display: Display, checks: Sequence[Any]) -> Check:
    """What the comments before the display and those of a row ask for together."""
    found = [read_check(note, display.declarations) for note in (*display.before, *checks)]
    tending = next((check.tending for check in reversed(found) if check.tending), None)
    given = tuple(chain for check in found for chain in check.given)
    return Check(any(check.eventually for check in found), tending, given)


def _conditions(display: Display, passage: Passage) -> tuple[Approach | None, list[Condition]]:
    """What the rows of a chain say of its symbols."""
    tending: Approach | None = None
    given: list[Condition] = []
    for row in passage.rows:
        for tokens in (piece for behind in row.conditions for piece in pieces(behind)):
            if not tokens:
                continue
            found = read_condition(tokens, display.declarations)
            if isinstance(found, Approach):
                tending = found
            else:
                given += _of_chains([found])
    return tending, given


def _of_chains(chains: Sequence[Chain]) -> list[Condition]:
    return [
        (step.sign, step.before.expression, step.after.expression)
        for chain in chains
        for step in chain.steps
    ]


def _typed_lines(passage: Passage, steps: Sequence[Step]) -> list[str]:
    """The lines of a chain as they were typed."""
    lines: list[str] = []
    taken: list[Any] = []
    signs = {id(step.token) for step in steps}
    for token in passage.tokens:
        if id(token) in signs:
            lines.append(written(taken))
            taken = []
        else:
            taken.append(token)
    return [*lines, written(taken)]


def _mentioned(
    expressions: Sequence[Any], tending: Approach | None, conditions: Sequence[Condition]
) -> set[Any]:
    """The symbols and families that a relation depends on, by conditions too."""
    used = _symbols(expressions)
    if tending is not None:
        used.add(tending.symbol)
    for _ in conditions:
        for condition in conditions:
            symbols = _symbols(condition[1:])
            if symbols & used:
                used |= symbols
    return used


def _symbols(expressions: Sequence[Any]) -> set[Any]:
    found: set[Any] = set()
    for expression in expressions:
        free = expression.free_symbols
        found |= {s for s in free if isinstance(s, Symbol) and not isinstance(s, Dummy)}
        found |= {node for node in preorder_traversal(expression) if isinstance(node, IndexedBase)}
    return found


def _cell(declared: Declarations, expressions: Sequence[Any]) -> PaperCell | None:
    """The cell that is declared, where a relation speaks of it."""
    neurons = declared.names.neurons
    if neurons is None:
        return None
    cell = neurons.source
    assert isinstance(cell, PaperCell)
    return cell if any(cell.occurs_in(expression) for expression in expressions) else None


def _names(display: Display, used: set[Any], cell: PaperCell | None) -> dict[str, str]:
    """The names of symbols ↦ how the paper writes them."""
    declared = display.declarations
    names = {s.name: declared.tex(s) for s in used if isinstance(s, Symbol)}
    # The name that was declared first counts: z_t, and not z_t^{(q)} for the same.
    for key, entity in reversed(declared.names.entities.items()):
        if isinstance(entity, Family) and (entity.base in used or cell is not None):
            names[str(entity.base)] = key._replace(sub="").tex
        elif isinstance(entity, Matrix) and isinstance(entity.expression, MatrixSymbol):
            names[entity.expression.name] = key.tex
    if cell is not None:
        names |= {s.name: declared.tex(s) for s in cell.parameters.values()}
    return names


def _spelled(part: Any) -> str:
    """A part as text, in which symbols without a name of their own are counted."""
    if isinstance(part, (tuple, list)):
        return "(" + ", ".join(map(_spelled, part)) + ")"
    if not hasattr(part, "atoms"):
        return str(part)
    dummies = sorted(part.atoms(Dummy), key=lambda dummy: (dummy.name, dummy.dummy_index))
    return str(part.xreplace({d: Symbol(f"{d.name}·{i}") for i, d in enumerate(dummies)}))


def _unreadable(error: LonglagError, display: Display, label: str) -> Unreadable:
    match = _PLACE.match(str(error))
    place = display.place
    if match:
        place = Place(match["file"], int(match["line"]), int(match["column"]))
        return Unreadable(place, display.place, label, str(error))
    return Unreadable(place, place, label, f"{place}: {error}")


__all__ = ["Assertion", "Unreadable", "assertions_of"]
