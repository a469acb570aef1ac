r"""How one mode of a linear recurrent network learns: a gain c, a multiplier b and an input a.

After T steps the mode gives c Σ_i b^{T−i} a x_i, and its task wants s_i in place of c b^{T−i} a:
E = ½ Σ_i (s_i − c b^{T−i} a)². Source: Proca et al., ICML 2025, whose networks with aligned
singular vectors fall apart into such modes; the exact course at fixed b is derived here.

E depends on a and c through their product alone, so that gradient flow keeps a² − c². From a small
start with a = c the product p grows as a logistic curve with rate 2A and plateau A/B,
A = Σ_i s_i b^{T−i}, B = Σ_i b^{2(T−i)}.
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy
from sympy import Add, Expr, Integer, Mul, exp

from longlag.theory.errors import LonglagError
from longlag.theory.notation import SymbolTable
from longlag.theory.scalar.parameters import as_expression

_symbols = SymbolTable("linear")
entry = _symbols.add("a", "input weight of a mode", real=True)
multiplied = _symbols.add("b", "multiplier of a mode", real=True)
gain = _symbols.add("c", "readout weight of a mode", real=True)


def mode_loss(wanted: Sequence[Expr]) -> Expr:
    """Return E = ½ Σ_i (s_i − c b^{T−i} a)² over a, b and c.

    Args:
        wanted: s_1 … s_T.

    Raises:
        LonglagError: no step.

    >>> from sympy import S
    >>> mode_loss([S.Zero, S.One])
    a**2*b**2*c**2/2 + (-a*c + 1)**2/2
    """
    found = [as_expression("wanted", each) for each in wanted]
    if not found:
        raise LonglagError("wanted ()", "a task has at least one step", "give s_1, …, s_T")
    last = len(found) - 1
    errors = [s - gain * multiplied ** (last - i) * entry for i, s in enumerate(found)]
    return Add(*(error**2 for error in errors)) / 2


def gradient_flow(loss: Expr) -> tuple[Expr, Expr, Expr]:
    """Return ȧ, ḃ and ċ, minus the gradient of a loss over a, b and c."""
    return tuple(-sympy.diff(loss, each) for each in (entry, multiplied, gain))


def change_of(quantity: Expr, loss: Expr) -> Expr:
    """Return the time derivative of a quantity along the gradient flow of a loss.

    >>> from sympy import Function
    >>> any_loss = Function("F")(entry * gain, multiplied)
    >>> sympy.simplify(change_of(entry**2 - gain**2, any_loss).doit())
    0
    """
    flow = gradient_flow(loss)
    slopes = (sympy.diff(quantity, each) for each in (entry, multiplied, gain))
    return Add(*map(Mul, slopes, flow))


def drive_of(wanted: Sequence[Expr], b: Expr) -> Expr:
    """Return A = Σ_i s_i b^{T−i}, the rate at which a and c leave a small start a = c."""
    last = len(wanted) - 1
    return Add(*(s * b ** (last - i) for i, s in enumerate(wanted)))


def resistance_of(steps: int, b: Expr) -> Expr:
    """Return B = Σ_i b^{2(T−i)}; the product a c ends at A/B where b is held."""
    return Add(*(b ** (2 * k) for k in range(steps)))


def product_over_time(time: Expr, start: Expr, drive: Expr, resistance: Expr) -> Expr:
    """Return p(t) = a c at fixed b from a = c: the solution of ṗ = 2p (A − B p).

    Args:
        time: t.
        start: p(0) > 0.
        drive: A.
        resistance: B.

    >>> from sympy import S, Symbol
    >>> product_over_time(S.Zero, Symbol("p"), S(2), S(1))
    p
    """
    end = drive / resistance
    found: Expr = end / (1 + (end / start - 1) * exp(-2 * drive * time))
    return found


def half_time(start: Expr, drive: Expr, resistance: Expr) -> Expr:
    """Return when p reaches half its plateau: ln(A/(B p(0)) − 1)/(2A).

    Args:
        start: p(0), below half the plateau.
        drive: A > 0.
        resistance: B.

    >>> from sympy import S
    >>> half_time(S(1) / 10, S.One, S.One)
    log(9)/2
    """
    return sympy.log(drive / (resistance * start) - 1) / (Integer(2) * drive)


__all__ = [
    "change_of",
    "drive_of",
    "entry",
    "gain",
    "gradient_flow",
    "half_time",
    "mode_loss",
    "multiplied",
    "product_over_time",
    "resistance_of",
]
