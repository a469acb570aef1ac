"""Gradients of generated windows: to second order, masked, batched, compiled."""

# mypy: allow-untyped-calls

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from sympy import Symbol, exp
from torch import Tensor

from longlag.numerics import generate
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.window.window import KAPPA, learnability_window
from tests.numerics.codegen.laws import (
    ALL_LAWS,
    DECAYING,
    QUANTITIES,
    functions,
    moderate,
    samples_for,
    start,
)


def tensors(name: str, lags: tuple[float, ...] = (2.7, 9.0)) -> list[Tensor]:
    """Logarithms of N, A, κ and the parameters themselves, for windows of these lengths."""
    samples = [samples_for(name, start(name) + lag) for lag in lags]
    pairs = [samples, *([value] * 2 for value in (*QUANTITIES.values(), *moderate(name).values()))]
    numbers = [torch.tensor(pair, dtype=torch.float64) for pair in pairs]
    quantities, own = numbers[:3], numbers[3:]
    return [part.clone().requires_grad_() for part in [*(q.log() for q in quantities), *own]]


def of_tensors(name: str, what: str = "log_horizon") -> Callable[..., Tensor]:
    generated, names = functions(name, "torch"), list(moderate(name))

    def function(*values: Tensor) -> Tensor:
        samples, cost, kappa = (value.exp() for value in values[:3])
        own = dict(zip(names, values[3:], strict=True))
        found: Tensor = getattr(generated, what)(samples, own, cost=cost, kappa=kappa)
        return found

    return function


@pytest.mark.parametrize("name", DECAYING)
def test_windows_differentiate_twice_by_every_argument(name: str) -> None:
    inputs = tensors(name)
    assert torch.autograd.gradcheck(of_tensors(name), inputs)
    assert torch.autograd.gradcheck(of_tensors(name, "horizon"), inputs, rtol=1e-3, atol=1e-4)
    assert torch.autograd.gradgradcheck(of_tensors(name), inputs, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", DECAYING)
def test_the_derivative_by_the_samples_is_the_local_exponent(name: str) -> None:
    inputs = tensors(name)
    log_horizon = of_tensors(name)(*inputs)
    (slope,) = torch.autograd.grad(log_horizon.sum(), inputs[:1])
    wanted = functions(name, "torch").local_exponent(
        log_horizon.detach(), moderate(name), kappa=QUANTITIES["kappa"]
    )
    assert slope.numpy() == pytest.approx(wanted.numpy(), rel=1e-12)
    exact = learnability_window(ALL_LAWS[name]).local_exponent
    own = {s: moderate(name)[s.name] for s in ALL_LAWS[name].parameters}
    for place, lag in enumerate((2.7, 9.0)):
        values = {**own, KAPPA: QUANTITIES["kappa"], ell: start(name) + lag}
        assert float(slope[place]) == pytest.approx(float(exact.subs(values)), rel=1e-11)


def outside(name: str) -> Tensor:
    """Numbers of samples whose windows are empty, and at a floor infinite."""
    status = functions(name, "torch").status
    samples = torch.tensor([1e-30, 1e-9, 1e60, 1e300], dtype=torch.float64)
    return samples[status(samples, moderate(name), **QUANTITIES) != 1]


@pytest.mark.parametrize("small", [1.0, 1e-3])
@pytest.mark.parametrize("name", ALL_LAWS)
def test_empty_and_infinite_windows_have_no_gradient(name: str, small: float) -> None:
    given = [torch.tensor(v * small, dtype=torch.float64) for v in moderate(name).values()]
    inputs = [outside(name), *(torch.tensor(v).double() for v in QUANTITIES.values()), *given]
    leaves = [value.clone().requires_grad_() for value in inputs]
    own = dict(zip(moderate(name), leaves[3:], strict=True))
    generated = functions(name, "torch")
    status = generated.status(leaves[0], own, cost=leaves[1], kappa=leaves[2])
    for what in ("horizon", "log_horizon"):
        found = getattr(generated, what)(leaves[0], own, cost=leaves[1], kappa=leaves[2])
        if not found.requires_grad:
            assert name == "constant"
            continue
        slopes = torch.autograd.grad(found[status != 1].sum(), leaves, allow_unused=True)
        assert all(slope is None or (slope == 0).all() for slope in slopes)


@pytest.mark.parametrize("name", DECAYING)
def test_empty_windows_do_not_spoil_the_gradient_of_others(name: str) -> None:
    lone = tensors(name, (2.7, 2.7))
    mixed = [value.detach().clone() for value in lone]
    mixed[0][1] = -70.0
    mixed = [value.requires_grad_() for value in mixed]
    for what in ("horizon", "log_horizon"):
        alone = torch.autograd.grad(of_tensors(name, what)(*lone)[0], lone)
        beside = torch.autograd.grad(of_tensors(name, what)(*mixed)[0], mixed)
        assert all(torch.equal(one, other) for one, other in zip(alone, beside, strict=True))


@pytest.mark.filterwarnings("error:There is a performance drop:UserWarning")
@pytest.mark.parametrize("name", ALL_LAWS)
def test_vmap_and_both_modes_of_differentiation(name: str) -> None:
    function, inputs = of_tensors(name), [value.detach() for value in tensors(name)]
    assert torch.equal(torch.vmap(function)(*inputs), function(*inputs))
    first = torch.vmap(function, in_dims=(0, *[None] * (len(inputs) - 1)))
    assert torch.equal(first(inputs[0], *(v[0] for v in inputs[1:])), function(*inputs))
    if name not in DECAYING:
        return
    every = tuple(range(len(inputs)))
    forward = torch.func.jacfwd(function, argnums=every)(*inputs)
    reverse = torch.func.jacrev(function, argnums=every)(*inputs)
    for one, other in zip(forward, reverse, strict=True):
        assert torch.allclose(one, other, rtol=1e-11, atol=1e-13)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tempered_power", "two_exponentials"])
def test_compiles_to_one_graph(name: str) -> None:
    inputs = tensors(name)
    torch.compiler.reset()
    for what in ("status", "log_horizon"):
        compiled = torch.compile(of_tensors(name, what), fullgraph=True, backend="aot_eager")
        assert torch.allclose(compiled(*inputs), of_tensors(name, what)(*inputs), rtol=1e-14)
    slopes = [
        torch.autograd.grad(function(*inputs).sum(), inputs)
        for function in (compiled, of_tensors(name))
    ]
    for one, other in zip(*slopes, strict=True):
        assert torch.allclose(one, other, rtol=1e-13, atol=1e-15)


def test_a_typed_root_has_no_gradient_where_the_window_is_empty() -> None:
    # SymPy pulls a root into the branches of a guard, and then it is taken of the hidden one too.
    tau = Symbol("tau", positive=True)
    functions = generate(DecayLaw("gaussian", exp(-((ell / tau) ** 2))), "torch")
    samples = torch.tensor([0.5, 100.0], dtype=torch.float64, requires_grad=True)
    horizon = functions.horizon(samples, {"tau": 20.0}, cost=2.0, kappa=3.0)
    horizon.sum().backward()
    assert samples.grad is not None
    assert samples.grad[0] == 0
    assert torch.isfinite(samples.grad).all()
