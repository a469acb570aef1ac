"""Every cell of the catalogue in one table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sympy import Expr, Rational, S

from longlag.derivations.stability.law_checks import of_cell
from longlag.theory.cells import CELLS
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.stability.criticality import critical_gain, resting_isotropy
from longlag.theory.statement import Settings
from longlag.theory.typeset.scalar import scalar_tex

#: Parameters at rest.
_HALF = Rational(1, 2)
_LONGEST = 24
#: Errors below are rounding, and the law exact.
_EXACT = 1e-6


def every_cell(settings: Settings) -> Sequence[Sequence[str]]:
    """Return the rows of the table: every cell, its law, what it says and what networks show."""
    return [(name.replace("_", " "), *_row(name, settings.seed)) for name in CELLS]


def _row(name: str, seed: int) -> tuple[str, ...]:
    found = of_cell(name, seed)
    radius, squares = (
        (f"{stated:.3f}", f"{seen:.3f} ± {error:.3f}" if error > _EXACT else "the same")
        for stated, seen, error in zip(found.stated, found.found, found.errors, strict=True)
    )
    return (found.law.value, *_at_rest(name), *squares, *radius)


def _at_rest(name: str) -> tuple[str, str]:
    cell = CELLS[name]
    # Biases of norms would move the state zero.
    values = {each: S.Zero if each.endswith("_bias") else _HALF for each in cell.parameters}
    return (_told(critical_gain, cell, values), _told(resting_isotropy, cell, values))


def _told(measure: Callable[..., Expr], cell: Cell, values: dict[str, Expr]) -> str:
    try:
        found = measure(cell, values)
    except LonglagError as error:
        return next((word for part, word in _SHORT.items() if part in error.rule), "–")
    return "none" if found.is_infinite else _number(found)


#: What is said in the table where there is no number.
_SHORT = {
    "does not rest": "no rest",
    "eigenvalue 1": "$D$ has 1",
    "every gain": "any",
    "no random weights": "none",
    "memory": "–",
}


def _number(value: Expr) -> str:
    tex = scalar_tex(value)
    return f"${tex}$" if len(tex) <= _LONGEST else f"{float(value):.4g}"


__all__ = ["every_cell"]
