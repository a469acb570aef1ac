"""Constants and cutoff of gradient descent: wrong versions of each line are refuted."""

from __future__ import annotations

import pytest
from sympy import Rational, S, sqrt

from longlag.derivations.descent.constants import CLAIMED, gradient_relations, recursion_relations
from longlag.derivations.descent.constants_checks import activation_verdict, refusal_verdict
from longlag.theory.descent.activation import ACTIVATIONS, activation
from longlag.theory.descent.model import previous
from longlag.theory.statement import Kind, Level, Relation, Settings
from longlag.theory.verify import verify

SETTINGS = Settings()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_constants_of_every_registered_activation_agree_with_a_grid(name: str) -> None:
    assert activation_verdict(SETTINGS, name=name, claimed=activation(name).constants).holds


@pytest.mark.parametrize("name", CLAIMED)
@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("factor", [Rational(99, 100), Rational(101, 100)])
def test_a_constant_off_by_a_hundredth_is_refuted(name: str, order: int, factor: Rational) -> None:
    first, second, third = (
        constant * (factor if order == k else 1) for k, constant in enumerate(CLAIMED[name])
    )
    verdict = activation_verdict(SETTINGS, name=name, claimed=(first, second, third))
    assert verdict.level is Level.REFUTED
    assert f"s_{order}" in verdict.counterexample


def test_a_constant_that_the_grid_cannot_tell_is_not_said_to_be_known() -> None:
    near = (S.One, S.One, 4 / (3 * sqrt(3)) * (1 + Rational(1, 10**7)))
    assert activation_verdict(SETTINGS, name="tanh", claimed=near).level is Level.UNDECIDED


def test_what_has_no_constants_is_refuted_with_its_reason() -> None:
    assert "unbounded" in refusal_verdict(SETTINGS, names=("softplus",)).counterexample
    assert refusal_verdict(SETTINGS, names=("tanh",)).holds


@pytest.mark.parametrize("name", gradient_relations())
def test_a_missing_term_of_a_recursion_is_refuted(name: str) -> None:
    relation = gradient_relations()[name]
    assert verify(relation, SETTINGS).level is Level.PROVED
    wrong = Relation(
        Kind.IDENTITY,
        relation.lhs,
        relation.rhs + previous,
        {**relation.domains, previous: S.Reals},
    )
    assert verify(wrong, SETTINGS).level is Level.REFUTED


@pytest.mark.parametrize("relation", recursion_relations(S(2)))
def test_a_larger_term_of_the_past_is_refuted(relation: Relation) -> None:
    assert verify(relation, SETTINGS).level is Level.REFUTED
