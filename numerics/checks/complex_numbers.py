"""Whether an update over complex numbers and one over their parts are the same."""

from __future__ import annotations

from sympy import I, Matrix

from longlag.numerics.checks.symbolic import zero_verdict
from longlag.theory.cells.cell import Cell
from longlag.theory.language.complex_form import ComplexForm
from longlag.theory.language.explicit import Explicit
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
    whole, apart = Explicit(form.before, _SIZE), Explicit(cell.graph, _SIZE)
    # One way to name entries in both, that of the one with more symbols.
    whole.ambiguous = apart.ambiguous = True
    values = {
        whole.symbol(letter, q): apart.symbol(real, q) + I * apart.symbol(imaginary, q)
        for letter, (real, imaginary) in form.letters.items()
        for q in range(_SIZE)
    }
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


__all__ = ["complex_verdict"]
