"""The network of gradient descent, derived from its update and written as a cell."""

from __future__ import annotations

import pytest
from sympy import Derivative, Expr, Function, diff, expand, tanh
from sympy.abc import u, v, w, x, y

from longlag.theory import jacobian
from longlag.theory.descent.activation import ACTIVATIONS, activation
from longlag.theory.descent.model import (
    curvature,
    diagonal_cell,
    gradient_j,
    gradient_k,
    gradient_w,
    hessian_jk,
    hessian_wj,
    hessian_ww,
    input_j,
    input_k,
    previous,
    recursion,
    slope,
    weight,
)

#: H_{t−1} as a function of W, U_j and U_k, and the update of tanh itself.
BEFORE = Function("H")(w, u, v)
ARGUMENT = w * BEFORE + u * x + v * y


def by_hand(expression: Expr) -> Expr:
    """An expression of the recursion with everything spelled out for tanh."""
    known = {
        slope: 1 - tanh(ARGUMENT) ** 2,
        curvature: -2 * tanh(ARGUMENT) * (1 - tanh(ARGUMENT) ** 2),
        previous: BEFORE,
        weight: w,
        input_j: x,
        input_k: y,
        gradient_w: BEFORE.diff(w),
        gradient_j: BEFORE.diff(u),
        gradient_k: BEFORE.diff(v),
        hessian_ww: BEFORE.diff(w, w),
        hessian_wj: BEFORE.diff(w, u),
        hessian_jk: BEFORE.diff(u, v),
    }
    return expression.xreplace(known)


@pytest.mark.parametrize(
    ("kind", "name", "variables"),
    [
        ("gradient", "W", (w,)),
        ("gradient", "U", (u,)),
        ("hessian", "WW", (w, w)),
        ("hessian", "WU", (w, u)),
        ("hessian", "UU", (u, v)),
    ],
)
def test_recursions_are_the_derivatives_of_the_update(
    kind: str, name: str, variables: tuple[object, ...]
) -> None:
    found = by_hand(getattr(recursion(), kind)[name])
    assert expand(found - diff(tanh(ARGUMENT), *variables)) == 0
    assert expand(2 * found - diff(tanh(ARGUMENT), *variables)) != 0


def test_nothing_of_the_recursions_is_left_unnamed() -> None:
    for expression in (*recursion().gradient.values(), *recursion().hessian.values()):
        assert not expression.has(Derivative, Function)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_neurons_do_not_see_each_other(name: str) -> None:
    assert "R = 0" in str(jacobian(diagonal_cell(activation(name))))
