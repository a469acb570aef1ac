"""What a check lets pass follows from the rounding of the cell, and nothing wrong passes by it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Expr, Heaviside, Rational, S, sqrt, tanh

from longlag.derivations.rates.wrong_versions import nothing_leaks, sign_flipped, transposed
from longlag.numerics.checks import CHECKS, subject
from longlag.theory import (
    Cell,
    average,
    axis,
    drive,
    hold,
    mean,
    recurrent,
    sigmoid,
    softmax,
    state,
    surrogate,
    total,
)
from longlag.theory.language.norms import layer_norm
from longlag.theory.statement import Level, Settings

h, c = state("h"), state("c")
FEW = Settings(examples=4)


def norms_in_series() -> Cell:
    """An LSTM with LayerNorm on every pre-activation and the cell state: 1/ε at one neuron."""

    def normal(name: str) -> Expr:
        return layer_norm(recurrent(name, h) + drive(name), name)

    i, f, o = (sigmoid(normal(name)) for name in "ifo")
    new = f * c + i * tanh(normal("g"))
    return Cell("normal_lstm", {h: o * tanh(layer_norm(new, "c")), c: new})


CELL = norms_in_series()


@pytest.mark.parametrize("check", ["jacobian", "parts", "backends", "float32"])
@pytest.mark.parametrize("split", ["leak", "gate"])
def test_a_true_jacobian_with_two_norms_in_series_passes(check: str, split: str) -> None:
    verdict = CHECKS[check].run(subject(CELL, split=split), FEW)  # type: ignore[arg-type]
    assert verdict.holds
    assert verdict.error is not None
    assert verdict.tolerance is not None
    # What passed is said.
    assert verdict.error <= verdict.tolerance < (1 if check == "float32" else 1e-6)


@pytest.mark.parametrize("wrong", [sign_flipped, nothing_leaks, transposed])
def test_a_wrong_one_does_not(wrong) -> None:  # type: ignore[no-untyped-def]
    verdict = CHECKS["jacobian"].run(wrong(subject(CELL)), FEW)
    assert verdict.level is Level.REFUTED
    assert verdict.error is not None
    assert verdict.error > 1e3 * (verdict.tolerance or 0)


N, P = axis("N"), axis("P")


def test_an_exponential_beyond_single_precision_is_no_error_of_the_jacobian() -> None:
    n = state("n", N)
    weight = softmax(6 * n + 6 * drive("q", N), over=N)
    assert CHECKS["float32"].run(subject(Cell("memory", {n: weight * n})), Settings()).holds


def test_the_remainder_of_a_norm_over_one_entry_is_rounding_alone() -> None:
    W, k = state("W", N, P), drive("k", N)
    z = total(W * k, over=N)
    centred = z - average(z, over=P)
    scale = sqrt(average(centred**2, over=P) + Rational(1, 10**5))
    error = centred / scale - drive("v", P)
    back = error - centred / scale * average(error * centred / scale, over=P)
    cell = Cell("learner", {W: W - sigmoid(drive("eta", shared=True)) * k * back / scale})
    assert CHECKS["slope"].run(subject(cell, split="gate"), FEW).holds


@pytest.mark.parametrize(
    "value", [surrogate(Heaviside(h), S.One), recurrent("u", S.One), recurrent("u", hold(S(2)))]
)
def test_a_number_stands_where_an_expression_may(value: Expr) -> None:
    found = subject(Cell("number", {h: value + tanh(recurrent("n", h))}))
    for check in ("update", "jacobian", "parts", "backends"):
        assert CHECKS[check].run(found, FEW).holds


def test_an_error_of_a_billionth_is_refuted_where_rounding_is_far_below() -> None:
    small = Cell("small", {h: (1 - sigmoid(drive("z"))) * h + sqrt(1 + mean(h**2, "m"))})
    found = subject(small)
    off = replace(found, layout=lambda matrix: matrix * (1 + 1e-9))
    assert CHECKS["jacobian"].run(found, FEW).holds
    assert CHECKS["jacobian"].run(off, FEW).level is Level.REFUTED
