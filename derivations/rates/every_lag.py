"""The expansion over a lag and its remainder, for every lag and every order: one step of induction.

A further factor of the product, the oldest, stands on the right. What it does to the terms, to
what is left out and to the bound of that is the whole proof; each line is checked by the checker.
Derived here; the checks of every cell show that its own expansion obeys these rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Expr, Integer, Interval, MatrixSymbol, S, Sum, Symbol, binomial, oo

from longlag.theory.notation import ell, local_norm, neurons, recurrent_norm
from longlag.theory.readback import ReadBack, of_relation, read_back, said, with_readings
from longlag.theory.statement import Derivation, Kind, Relation, Text
from longlag.theory.tex.names import Matrix as NamedMatrix
from longlag.theory.verify import Norm, Proof, claim, matrix_claim

_ORDER, _POSITIONS = Symbol("k"), Symbol("i")
_DOMAINS = {
    local_norm: Interval.open(0, oo),
    recurrent_norm: Interval.open(0, oo),
    ell: S.Naturals0,
    _ORDER: S.Naturals0,
}


def remainder_bound(order: Expr, lag: Expr) -> Expr:
    """Return B_k(ℓ) = (d+r)^ℓ − Σ_{i≤k} C(ℓ,i) d^{ℓ−i} r^i, the order and the lag being symbols.

    Args:
        order: k; with −1 the bound of the whole product.
        lag: ℓ.
    """
    d, r, i = local_norm, recurrent_norm, _POSITIONS
    kept = Sum(binomial(lag, i) * d ** (lag - i) * r**i, (i, 0, order))
    return (d + r) ** lag - kept


def letters(*names: str) -> Any:
    """Return matrices over the neurons."""
    return [MatrixSymbol(name, neurons, neurons) for name in names]


def remainder_step() -> Proof:
    """Return the step of the induction in norms."""
    known, fewer, local, recurrent = letters("E_k", "E_{k-1}", "D", "R")
    most, most_fewer = Symbol("B_k"), Symbol("B_{k-1}")
    d, r = local_norm, recurrent_norm
    split = Norm(known) * Norm(local) + Norm(fewer) * Norm(recurrent)
    return Proof(
        Norm(known * local + fewer * recurrent),
        (
            ("≤", split, "submultiplicativity"),
            ("≤", most * d + most_fewer * r, "hypothesis, largest norms"),
        ),
        {
            d: Interval(0, oo),
            r: Interval(0, oo),
            most: Interval(0, oo),
            most_fewer: Interval(0, oo),
        },
        given={Norm(local): d, Norm(recurrent): r, Norm(known): most, Norm(fewer): most_fewer},
    )


def derivation() -> Derivation:
    """Return the section."""
    whole, kept, fewer, local, recurrent = letters("M", "S_k", "S_{k-1}", "D", "R")
    left_out = (whole - kept) * local + (whole - fewer) * recurrent
    swapped = local * (whole - kept) + recurrent * (whole - fewer)
    step, d, r = remainder_step(), local_norm, recurrent_norm
    here, below = (remainder_bound(order, ell) for order in (_ORDER, _ORDER - 1))
    grown = Relation(
        Kind.IDENTITY, d * here + r * below, remainder_bound(_ORDER, ell + 1), _DOMAINS
    )
    start = Relation(Kind.IDENTITY, remainder_bound(_ORDER, Integer(0)), S.Zero, _DOMAINS)
    items = (
        Text(
            r"The terms up to order $k$ add up to $S_k$, and $E_k = M - S_k$ is left out. One more "
            r"factor, the oldest, stands on the right and is $D$ or $R$: "
            r"$M \mapsto M (D + R)$ and $S_k \mapsto S_k D + S_{k-1} R$, with $S_{-1} = 0$. "
            r"At lag 0 the product is $I$, and so is every $S_k$ with $k \ge 0$. The rest follows "
            r"by induction on $\ell$, for every order $k$ and every number of neurons."
        ),
        matrix_claim(
            "left_out",
            whole * (local + recurrent) - (kept * local + fewer * recurrent),
            left_out,
            title="What is left out, one factor later",
            wrong={"the newest factor on the right": swapped},
        ),
        step.claim(
            "remainder_step",
            title="Its norm",
            text=r"$d$ and $r$ are the largest norms, $B_k$ bounds $\|E_k\|$ so far; $B_{-1}$ is "
            r"the bound $(d + r)^{\ell}$ of the whole product.",
            wrong={
                "each bound with the other part": step.replaced(
                    1, Symbol("B_k") * r + Symbol("B_{k-1}") * d
                )
            },
        ),
        claim(
            "bound_at_lag_0",
            start,
            title="The bound at lag 0",
            text="Nothing is left out there.",
            wrong={"without the term of order 0": S.One},
        ),
        claim(
            "bound_step",
            grown,
            title="The bound, one factor later",
            text="Pascal's rule, for every order and lag.",
            wrong={"an order more is kept": remainder_bound(_ORDER + 1, ell + 1)},
        ),
    )
    found = Derivation("every_lag", "Expansion and remainder at every lag and order", items)
    names = {str(letter): NamedMatrix(letter) for letter in (whole, kept, fewer, local, recurrent)}
    before = whole * (local + recurrent) - (kept * local + fewer * recurrent)
    return with_readings(
        found,
        {
            "left_out": read_back(said(before, "=", left_out), others=names),
            "remainder_step": _step_reading(),
            "bound_at_lag_0": of_relation(start),
            "bound_step": of_relation(grown),
        },
    )


def _step_reading() -> ReadBack:
    """‖E_k D + E_{k−1} R‖ ≤ ‖D‖ ‖E_k‖ + ‖E_{k−1}‖ ‖R‖ ≤ B_k d + B_{k−1} r."""
    known, fewer, local, recurrent = letters("E_k", "E_{k-1}", "D", "R")
    most, most_fewer = Symbol("B_k", nonnegative=True), Symbol("B_{k-1}", nonnegative=True)
    apart = Norm(local) * Norm(known) + Norm(fewer) * Norm(recurrent)
    return read_back(
        said(
            Norm(known * local + fewer * recurrent),
            "≤",
            apart,
            "≤",
            most * local_norm + most_fewer * recurrent_norm,
        ),
        words=["submultiplicativity", "hypothesis, largest norms"],
        own={most_fewer: "B_{k-1}"},
        others={str(each): NamedMatrix(each) for each in (known, fewer, local, recurrent)},
    )


def derivations(order: int = 1) -> Sequence[Derivation]:
    """Return the section; the order of expansions is a symbol here."""
    return [derivation()]


__all__ = ["derivation", "derivations", "remainder_bound", "remainder_step"]
