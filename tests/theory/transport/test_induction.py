"""Expansions and their bounds are seen to hold at every lag, and wrong ones are not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from sympy import Expr, Integer, Rational, S, binomial

from longlag.theory import jacobian, transport
from longlag.theory.cells import PAPER_CELLS as CELLS
from longlag.theory.language.matrix import Diagonal, Matrix, add, multiply
from longlag.theory.language.symbols import Parameter
from longlag.theory.notation import ell, local_norm, recurrent_norm
from longlag.theory.transport.induction import bounds_at_every_lag, expands_at_every_lag
from longlag.theory.transport.product import Transport
from tests.own_cells import OWN_CELLS
from tests.theory.language.oracle import EVERY

#: Roots of one number of two kinds, whose products are not recognised.
UNSEEN = {"decay_and_root"}
ALL = {**CELLS, **EVERY, **OWN_CELLS}


@pytest.mark.parametrize("name", sorted(set(ALL) - UNSEEN))
def test_expansion_holds_at_every_lag(name: str) -> None:
    assert all(expands_at_every_lag(transport(ALL[name], order)) for order in (0, 1, 3))


@dataclass(frozen=True)
class _Scaled(Transport):
    """A transport with one of its terms times a number, at every order or one alone."""

    wrong: int = 1
    scale: Expr = S.NegativeOne

    @property
    def terms(self) -> tuple[Matrix, ...]:
        right = Transport(self.jacobian, self.order, self.lag).terms
        return tuple(
            multiply(Diagonal(self.scale), term) if k == self.wrong else term
            for k, term in enumerate(right)
        )


@pytest.mark.parametrize("wrong", [0, 1, 2])
@pytest.mark.parametrize("scale", [Integer(2), Integer(-1), 1 - 1 / ell])
@pytest.mark.parametrize("name", ["leaky", "gru", "lstm", "shared_gate"])
def test_scaled_term_is_not_seen_to_hold(name: str, scale: Expr, wrong: int) -> None:
    found = _Scaled(jacobian(CELLS[name]), 2, wrong=wrong, scale=scale)
    assert not expands_at_every_lag(found)


def test_constants_pulled_out_at_the_wrong_power_are_noticed() -> None:
    found = jacobian(CELLS["leaky"])
    (alpha,) = found.cell.symbols(Parameter)
    assert not expands_at_every_lag(_Scaled(found, 1, wrong=1, scale=alpha))
    assert not expands_at_every_lag(_Scaled(found, 1, wrong=0, scale=1 - alpha))


def test_two_terms_in_one_are_no_term() -> None:
    class Doubled(Transport):
        @property
        def terms(self) -> tuple[Matrix, ...]:
            return tuple(add(term, term) for term in super().terms)

    assert not expands_at_every_lag(Doubled(jacobian(CELLS["gru"]), 1))


@pytest.mark.parametrize("order", range(6))
def test_bound_follows_at_every_lag(order: int) -> None:
    assert bounds_at_every_lag(transport(CELLS["leaky"], order))


@dataclass(frozen=True)
class _Bounded(Transport):
    """A transport that claims a bound of its own."""

    factor: Expr = S.One
    extra: Expr = S.Zero

    @property
    def remainder_bound(self) -> Expr:
        right = Transport(self.jacobian, self.order, self.lag).remainder_bound
        return self.factor * right + self.extra.subs(ell, self.lag)


@pytest.mark.parametrize(
    "change",
    [
        {"factor": Rational(1, 2)},
        {"factor": 1 - Rational(1, 100) / ell},
        {"extra": -(recurrent_norm**2) * local_norm ** (ell - 2)},
        {"extra": binomial(ell, 3) * recurrent_norm**3},
    ],
)
@pytest.mark.parametrize("order", [0, 1, 2])
def test_other_bound_does_not_follow(change: dict[str, Expr], order: int) -> None:
    right = transport(CELLS["leaky"], order)
    assert bounds_at_every_lag(_Bounded(right.jacobian, order))
    wrong = _Bounded(right.jacobian, order, **change)
    assert not bounds_at_every_lag(wrong)
    assert not bounds_at_every_lag(replace(wrong, order=order + 1))
