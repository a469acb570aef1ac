"""Whether an update over complex numbers and one over their parts are the same."""

from __future__ import annotations

from sympy import Expr, I, Matrix

from longlag.numerics.checks.symbolic import zero_verdict
from longlag.theory.cells.cell import Cell
from longlag.theory.language.complex_form import ComplexForm
from longlag.theory.language.explicit import Explicit
from longlag.theory.language.symbols import State
from longlag.theory.statement import Settings, Verdict

#: Neurons of the network that is written out.
_SIZE = 2


def complex_verdict(cell: Cell, form: ComplexForm, settings: Settings) -> Verdict:
    """Compare an update over complex letters with that of its parts, in complex arithmetic.

    Args:
        cell: over real and imaginary parts.
        form: over complex letters.
        settings: digits and seed.

    Returns:
        The verdict: at random points in many digits, every new complex number less the sum of its
        real part and i times its imaginary part.
    """
    whole, apart, values = _writers(cell, form)
    gaps = []
    for symbol in form.update:
        parts = form.parts.get(symbol, (symbol,))
        update = whole.graph.update[symbol.name]
        new = [cell.graph.update[part.name] for part in parts]
        for q in range(_SIZE):
            found = [apart.entry(part, q) for part in new]
            told = found[0] + (I * found[1] if len(found) == 2 else 0)
            gaps.append(whole.entry(update, q).xreplace(values) - told)
    method = f"complex arithmetic, {_SIZE} neurons"
    return zero_verdict([Matrix(gaps)], method, settings, expand=False)


def multiplier_verdict(
    cell: Cell, form: ComplexForm, letter: State, multiplier: Expr, settings: Settings
) -> Verdict:
    """Compare the derivative of a complex state with the four blocks of its parts.

    Args:
        cell: over real and imaginary parts.
        form: over complex letters.
        letter: the complex state.
        multiplier: λ, what it is said to be multiplied by in a step.
        settings: digits and seed.

    Returns:
        The verdict on D = [[Re λ, −Im λ], [Im λ, Re λ]], at random points in many digits.
    """
    whole, apart, values = _writers(cell, form)
    real, imaginary = form.parts[letter]
    gaps = []
    for q in range(_SIZE):
        (a, b), (c, d) = (
            [
                apart.entry(cell.graph.derivative(cell.graph.update[new.name], old), q)
                for old in (real, imaginary)
            ]
            for new in (real, imaginary)
        )
        gaps += [a + I * c - whole.entry(multiplier, q).xreplace(values), a - d, b + c]
    return zero_verdict(
        [Matrix(gaps)], f"the blocks of its parts, {_SIZE} neurons", settings, expand=False
    )


def _writers(cell: Cell, form: ComplexForm) -> tuple[Explicit, Explicit, dict[Expr, Expr]]:
    """Both updates written out, and what each complex entry is."""
    whole, apart = Explicit(form.before, _SIZE), Explicit(cell.graph, _SIZE)
    # One way to name entries in both, that of the one with more symbols.
    whole.ambiguous = apart.ambiguous = True
    values = {
        whole.symbol(letter, q): apart.symbol(real, q) + I * apart.symbol(imaginary, q)
        for letter, (real, imaginary) in form.letters.items()
        for q in range(_SIZE)
    }
    return whole, apart, values


__all__ = ["complex_verdict", "multiplier_verdict"]
