"""Cells of ours that torchrecurrent has too: an implementation that shares nothing with ours.

Of the catalogue it has the diagonal gate (UGRNN), the leaky integrator (FastRNN with β = 1 − α) and
the LSTM (peephole LSTM without peepholes); plain and GRU are compared with torch's own modules.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torchrecurrent
from torch import Tensor, nn
from torch.func import jacrev

from longlag.numerics.generate import generate
from longlag.numerics.networks.network import Network
from longlag.theory.cells import PAPER_CELLS as CELLS

H, D, N = 5, 3, 4


def _filled(module: nn.Module, zero: tuple[str, ...] = ()) -> nn.Module:
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            drawn = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
            parameter.copy_(torch.zeros_like(drawn) if name in zero else 0.7 * drawn)
    return module


def _drives(module: nn.Module, x: Tensor, gates: tuple[str, ...]) -> dict[str, Tensor]:
    every = x @ module.weight_ih.T + module.bias_ih + module.bias_hh
    return dict(zip(gates, every.chunk(len(gates), -1), strict=True))


def _weights(module: nn.Module, gates: tuple[str, ...]) -> dict[str, Tensor]:
    return dict(zip(gates, module.weight_hh.chunk(len(gates), 0), strict=True))


def diag_gate(x: Tensor, h: Tensor) -> tuple[Network, Callable]:
    """Its gate keeps and ours lets in: the weights of the gate change their sign."""
    module = _filled(torchrecurrent.UGRNNCell(D, H, dtype=torch.float64))
    gates = ("n", "z")
    drive, weight = _drives(module, x, gates), _weights(module, gates)
    drive["z"], weight["z"] = -drive["z"], -weight["z"]
    return Network(CELLS["diag_gate"], {"h": h}, drive, weight, {}), lambda h: (module(x, h),)


def leaky(x: Tensor, h: Tensor) -> tuple[Network, Callable]:
    module = _filled(torchrecurrent.FastRNNCell(D, H, dtype=torch.float64))
    with torch.no_grad():
        module.beta.copy_(-module.alpha)
    alpha = {"alpha": torch.sigmoid(module.alpha).detach()[0]}
    drive, weight = _drives(module, x, ("n",)), _weights(module, ("n",))
    return Network(CELLS["leaky"], {"h": h}, drive, weight, alpha), lambda h: (module(x, h),)


def lstm(x: Tensor, h: Tensor) -> tuple[Network, Callable]:
    module = _filled(torchrecurrent.PeepholeLSTMCell(D, H, dtype=torch.float64), ("weight_ph",))
    gates = ("i", "f", "g", "o")
    state = {"h": h[..., :H], "c": h[..., H:]}
    network = Network(CELLS["lstm"], state, _drives(module, x, gates), _weights(module, gates), {})
    return network, lambda both: module(x, (both[..., :H], both[..., H:]))


PEERS = {"diag_gate": diag_gate, "leaky": leaky, "lstm": lstm}


@pytest.mark.parametrize("name", PEERS)
def test_step_and_jacobian_are_those_of_the_other_implementation(name: str) -> None:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(N, D, generator=generator, dtype=torch.float64)
    width = H * len(CELLS[name].states)
    h = torch.randn(N, width, generator=generator, dtype=torch.float64)
    network, theirs = PEERS[name](x, h)
    functions = generate(CELLS[name])
    with torch.no_grad():
        step = functions.step(*network.arguments)
        for ours, their in zip(step.values(), theirs(h), strict=True):
            torch.testing.assert_close(ours, their, rtol=1e-13, atol=1e-13)
        jacobian = functions.jacobian(*network.arguments)
    whole = jacrev(lambda state: torch.cat(theirs(state), -1))(h)
    autograd = torch.stack([whole[i, :, i] for i in range(N)]).detach()
    torch.testing.assert_close(jacobian, autograd, rtol=1e-12, atol=1e-13)


def test_a_gate_of_the_other_sign_is_noticed() -> None:
    generator = torch.Generator().manual_seed(0)
    x, h = (torch.randn(N, k, generator=generator, dtype=torch.float64) for k in (D, H))
    network, theirs = diag_gate(x, h)
    network.drive["z"].neg_()
    step = generate(CELLS["diag_gate"]).step(*network.arguments)
    assert not torch.allclose(step["h"], theirs(h)[0], rtol=1e-2)
