"""What HiPPO-LegS spans: exponentials of rates 1 … n, through Legendre polynomials."""

from __future__ import annotations

import sympy
from sympy import Expr, Function, Matrix, Symbol, exp, legendre, sqrt

from longlag.derivations.results.judged import live_claim
from longlag.theory.statement import Claim, Kind, Level, Settings, Source, Verdict

_STATES = 8
_TIME = Symbol("t", real=True)
_ORDER = Symbol("n", real=True)
_RESPONSE = Symbol("x_n", real=True)
_SHOWN = sqrt(2 * _ORDER + 1) * exp(-_TIME) * Function("P_n")(2 * exp(-_TIME) - 1)


def legs_matrix(states: int) -> Matrix:
    """Return the matrix of HiPPO-LegS.

    −√((2n+1)(2k+1)) below the diagonal, −(n+1) on it, from n = 0.

    Args:
        states: how many.
    """

    def entry(n: int, k: int) -> Expr:
        below = -sqrt((2 * sympy.Integer(n) + 1) * (2 * sympy.Integer(k) + 1))
        return below if n > k else -sympy.Integer(n + 1) if n == k else sympy.Integer(0)

    return Matrix(states, states, lambda n, k: entry(int(n), int(k)))


def response(states: int, *, inner: Expr) -> Matrix:
    """Return √(2n+1) e^{−t} P_n for n = 0, 1, …

    Args:
        states: how many.
        inner: where the polynomials are taken, 2e^{−t} − 1 of HiPPO-LegS.
    """
    return Matrix(
        [sqrt(2 * sympy.Integer(n) + 1) * exp(-_TIME) * legendre(n, inner) for n in range(states)]
    )


def response_verdict(settings: Settings, *, inner: Expr) -> Verdict:
    """Judge the response to an impulse by the differential equation x' = A x, x(0) = B.

    Args:
        settings: not used.
        inner: where the polynomials are taken.
    """
    found = response(_STATES, inner=inner)
    gap = (legs_matrix(_STATES) * found - found.diff(_TIME)).applyfunc(
        lambda entry: sympy.expand(sympy.simplify(entry))
    )
    start = found.subs(_TIME, 0) - Matrix([sqrt(2 * sympy.Integer(n) + 1) for n in range(_STATES)])
    method = f"x' = A x and x(0) = B in exact numbers, {_STATES} states"
    if any(entry != 0 for entry in (*gap, *start)):
        return Verdict(level=Level.REFUTED, method=method, counterexample="n = 1")
    return Verdict(level=Level.PROVED, method=method)


def hippo_claim() -> Claim:
    """Return the claim on the response of HiPPO-LegS to an impulse."""
    return live_claim(
        "hippo_response",
        _RESPONSE,
        "=",
        _SHOWN,
        response_verdict,
        title="What HiPPO-LegS spans",
        text="The response of state $n$ to an impulse is a polynomial in $e^{-t}$ without a "
        "constant term: its states span $e^{-t}, \\dots, e^{-nt}$, rates at equal distances.",
        source=Source("Gu et al. 2020, arXiv 2008.07669"),
        kind=Kind.IDENTITY,
        stated={"inner": 2 * exp(-_TIME) - 1},
        wrong={"reflected": {"inner": 1 - 2 * exp(-_TIME)}},
    )


__all__ = ["hippo_claim", "legs_matrix", "response", "response_verdict"]
