"""The network with diagonal recurrence, and the recursions of its derivatives.

H_t = σ(W H_{t−1} + ⟨U, X_t⟩), H_0 = 0, for each neuron by itself; F_t = m^{−1/2} Σ_i c_i H_t^{(i)}
with c_i = ±1. SymPy differentiates the update; nothing is typed in but the update.
Source: arXiv 2402.12241; the recursions derived here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sympy import Expr, Function, Subs, Symbol, symbols

from longlag.theory.cells.cell import Cell
from longlag.theory.descent.activation import Activation, preactivation
from longlag.theory.language.symbols import drive, parameter, state
from longlag.theory.notation import SymbolTable

_symbols = SymbolTable("descent")
weight = _symbols.add("W", "a neuron's own weight", real=True)
previous = _symbols.add("H", "its previous value $H_{t-1}$", real=True)
input_j, input_k = (
    _symbols.add(f"x_{place}", f"input component {place}", real=True) for place in "jk"
)
slope = _symbols.add("sigma1", r"$\sigma'(a_t)$", tex=r"\sigma'", real=True)
curvature = _symbols.add("sigma2", r"$\sigma''(a_t)$", tex=r"\sigma''", real=True)
gradient_w, gradient_j, gradient_k = (
    _symbols.add(f"g_{by}", rf"$\partial H_{{t-1}}/\partial {of}$", real=True)
    for by, of in (("W", "W"), ("j", "U_j"), ("k", "U_k"))
)
hessian_ww, hessian_wj, hessian_jk = (
    _symbols.add(f"h_{by}", rf"second derivative of $H_{{t-1}}$ by {of}", real=True)
    for by, of in (("WW", "$W$ and $W$"), ("Wj", "$W$ and $U_j$"), ("jk", "$U_j$ and $U_k$"))
)


@dataclass(frozen=True)
class Recursion:
    """The derivatives of H_t from those of H_{t−1}.

    Args:
        gradient: ``W`` or ``U`` (the component U_j) ↦ the derivative of H_t.
        hessian: ``WW``, ``WU`` (by W and U_j) or ``UU`` (by U_j and U_k) ↦ the second derivative.
    """

    gradient: dict[str, Expr]
    hessian: dict[str, Expr]


@cache
def recursion() -> Recursion:
    """Return the recursions of gradient and Hessian, derived from the update.

    ∇H_t = σ'(a_t)[(H_{t−1}, X_t) + W ∇H_{t−1}]; arXiv 2402.12241, the Hessian derived here.

    >>> recursion().gradient["W"]
    sigma1*(H + W*g_W)
    >>> recursion().hessian["WW"]
    sigma1*(W*h_WW + 2*g_W) + sigma2*(H + W*g_W)**2
    >>> recursion().hessian["WU"]
    sigma1*(W*h_Wj + g_j) + sigma2*(H + W*g_W)*(W*g_j + x_j)
    """
    u_j, u_k, others = symbols("U_j U_k b", real=True)
    before = Function("H")(weight, u_j, u_k)
    update = Function("sigma")(weight * before + u_j * input_j + u_k * input_k + others)
    known = {
        before.diff(weight, weight): hessian_ww,
        before.diff(weight, u_j): hessian_wj,
        before.diff(u_j, u_k): hessian_jk,
        before.diff(weight): gradient_w,
        before.diff(u_j): gradient_j,
        before.diff(u_k): gradient_k,
        before: previous,
    }

    def derivative(*variables: Symbol) -> Expr:
        found = update.diff(*variables)
        orders = {slope: 1, curvature: 2}
        found = found.replace(
            lambda part: isinstance(part, Subs),
            lambda part: next(
                name for name, order in orders.items() if part.expr.derivative_count == order
            ),
        )
        for expression, name in known.items():
            found = found.xreplace({expression: name})
        return found

    return Recursion(
        gradient={"W": derivative(weight), "U": derivative(u_j)},
        hessian={
            "WW": derivative(weight, weight),
            "WU": derivative(weight, u_j),
            "UU": derivative(u_j, u_k),
        },
    )


def diagonal_cell(activation: Activation) -> Cell:
    """Return the network as a cell: W is the parameter ``W``, one number for each neuron.

    The drive ``U`` holds ⟨U_i, X_t⟩ for every neuron i.

    Args:
        activation: σ.
    """
    h = state("h")
    argument = parameter("W", per_neuron=True) * h + drive("U")
    update = activation.function.subs(preactivation, argument)
    return Cell(f"diagonal_{activation.name}", {h: update})
