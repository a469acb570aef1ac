"""The network with diagonal recurrence: it starts at 0, and its derivatives are autograd's."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from longlag.numerics.descent.network import DiagonalNetwork, symmetric_start
from longlag.numerics.descent.targets import draw_sequences
from longlag.theory.descent.activation import ACTIVATIONS, activation
from longlag.theory.errors import LonglagError

names = st.sampled_from(sorted(ACTIVATIONS))
sizes = st.integers(1, 5)


def start(name: str, *, half: int, dimension: int, alpha: float, seed: int) -> DiagonalNetwork:
    return symmetric_start(
        activation(name),
        width=2 * half,
        dimension=dimension,
        alpha=alpha,
        generator=torch.Generator().manual_seed(seed),
    )


@given(names, st.integers(1, 40), sizes, st.floats(0, 2), st.integers(0, 99), st.floats(0, 50))
def test_the_symmetric_start_is_zero_whatever_the_inputs(
    name: str, half: int, dimension: int, alpha: float, seed: int, scale: float
) -> None:
    network = start(name, half=half, dimension=dimension, alpha=alpha, seed=seed)
    generator = torch.Generator().manual_seed(seed)
    inputs = scale * draw_sequences(3, 7, dimension, generator)
    assert float(network.outputs(inputs).abs().max()) < 1e-13


def test_without_opposite_signs_it_is_not() -> None:
    network = start("tanh", half=20, dimension=2, alpha=0.9, seed=0)
    inputs = draw_sequences(3, 7, 2, torch.Generator().manual_seed(0))
    half = network.width // 2
    same = DiagonalNetwork(
        network.activation, network.weight, network.input_weight, network.signs[:half].repeat(2)
    )
    assert float(same.outputs(inputs).abs().max()) > 0.1


def test_the_start_has_weights_of_one_size_and_neurons_in_pairs() -> None:
    network = start("tanh", half=500, dimension=2, alpha=0.7, seed=0)
    half = network.width // 2
    assert torch.equal(network.weight.abs(), torch.full((1000,), 0.7, dtype=torch.float64))
    assert torch.equal(network.weight[:half], network.weight[half:])
    assert torch.equal(network.input_weight[:half], network.input_weight[half:])
    assert torch.equal(network.signs[:half], -network.signs[half:])
    assert 0 < int((network.weight[:half] > 0).sum()) < half
    assert float(network.input_weight[:half].var()) == pytest.approx(1, abs=0.15)


@given(names, sizes, st.integers(1, 3), st.floats(0, 1.3), st.integers(0, 99))
def test_neuron_gradients_are_those_of_autograd(
    name: str, half: int, dimension: int, alpha: float, seed: int
) -> None:
    network = start(name, half=half, dimension=dimension, alpha=alpha, seed=seed)
    inputs = draw_sequences(2, 5, dimension, torch.Generator().manual_seed(seed))

    def hidden(weight: torch.Tensor, input_weight: torch.Tensor) -> torch.Tensor:
        return network.with_parameters(weight, input_weight).hidden(inputs)

    by_weight, by_input = torch.func.jacrev(hidden, argnums=(0, 1))(
        network.weight, network.input_weight
    )
    neurons = torch.arange(network.width)
    own = torch.cat(
        (by_weight[:, :, neurons, neurons][..., None], by_input[:, :, neurons, neurons]), -1
    )
    found = network.neuron_gradients(inputs)
    assert float((found - own).abs().max()) < 1e-12 * (1 + float(own.abs().max()))
    # Neurons do not see each other.
    by_weight[:, :, neurons, neurons] = 0
    assert not by_weight.any()


def test_gradients_of_other_weights_are_not() -> None:
    network = start("tanh", half=4, dimension=2, alpha=0.9, seed=0)
    inputs = draw_sequences(2, 5, 2, torch.Generator().manual_seed(0))
    turned = network.with_parameters(-network.weight, network.input_weight)
    gap = network.neuron_gradients(inputs) - turned.neuron_gradients(inputs)
    assert float(gap.abs().max()) > 0.1


def test_outputs_are_the_signed_mean_of_the_neurons() -> None:
    network = start("sin", half=3, dimension=1, alpha=0.5, seed=1)
    network = network.with_parameters(network.weight + torch.arange(6), network.input_weight)
    inputs = draw_sequences(2, 4, 1, torch.Generator().manual_seed(1))
    state = torch.zeros(2, 6, dtype=torch.float64)
    for step in range(4):
        state = torch.sin(network.weight * state + inputs[:, step] @ network.input_weight.mT)
        stated = (network.signs * state).sum(1) / 6**0.5
        assert torch.allclose(network.outputs(inputs)[:, step], stated, rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ({"width": 7}, "width 7"),
        ({"width": 0}, "width 0"),
        ({"alpha": -0.1}, "alpha -0.1"),
        ({"alpha": float("nan")}, "alpha nan"),
        ({"dimension": 0}, "dimension 0"),
    ],
)
def test_starts_that_cannot_be_are_refused(change: dict[str, float], value: str) -> None:
    numbers = {"width": 8, "dimension": 2, "alpha": 0.9, **change}
    with pytest.raises(LonglagError) as refused:
        symmetric_start(activation("tanh"), generator=torch.Generator(), **numbers)  # type: ignore[arg-type]
    assert refused.value.value == value
