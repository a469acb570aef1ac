"""Cells that torch.nn lacks, as plain PyTorch modules written by hand: a second, independent word.

Nothing here comes from longlag. Every module maps an input (..., D) and a state (..., H) to the
new state; ``named`` says which of its tensors the theory calls by which name.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

Named = dict[str, Tensor]


def affine(inputs: int, size: int) -> nn.Linear:
    return nn.Linear(inputs, size, dtype=torch.float64)


def matrix(size: int) -> nn.Linear:
    return nn.Linear(size, size, bias=False, dtype=torch.float64)


def constant(value: float) -> nn.Parameter:
    return nn.Parameter(torch.tensor(value, dtype=torch.float64))


class Leaky(nn.Module):
    """The leaky integrator, as an interpolation that starts at the old state."""

    def __init__(self, inputs: int, size: int) -> None:
        super().__init__()
        self.input, self.hidden = affine(inputs, size), matrix(size)
        self.alpha = constant(0.3)

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        return torch.lerp(h, torch.tanh(self.input(x) + self.hidden(h)), self.alpha)

    def named(self, x: Tensor) -> tuple[Named, Named, Named]:
        return {"n": self.input(x)}, {"n": self.hidden.weight}, {"alpha": self.alpha}


class ConstGate(nn.Module):
    """The constant gate, with LayerNorm on the candidate if asked."""

    def __init__(self, inputs: int, size: int, *, normalise: bool = False) -> None:
        super().__init__()
        self.input, self.hidden = affine(inputs, size), matrix(size)
        self.gate = constant(0.2)
        self.norm = nn.LayerNorm(size, dtype=torch.float64) if normalise else None

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        a = self.input(x) + self.hidden(h)
        if self.norm is not None:
            a = self.norm(a)
        return h - self.gate * h + self.gate * torch.tanh(a)

    def named(self, x: Tensor) -> tuple[Named, Named, Named]:
        constants: Named = {"s": self.gate}
        if self.norm is not None:
            constants |= {"n_gain": self.norm.weight, "n_bias": self.norm.bias}
        return {"n": self.input(x)}, {"n": self.hidden.weight}, constants


class SharedGate(nn.Module):
    """One scalar gate for all neurons."""

    def __init__(self, inputs: int, size: int) -> None:
        super().__init__()
        self.input, self.hidden = affine(inputs, size), matrix(size)
        self.gate_input, self.gate_hidden = affine(inputs, 1), affine(size, 1)

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        s = torch.sigmoid(self.gate_input(x) + self.gate_hidden(h))
        return (1 - s) * h + s * torch.tanh(self.input(x) + self.hidden(h))

    def named(self, x: Tensor) -> tuple[Named, Named, Named]:
        drives = {"s": self.gate_input(x) + self.gate_hidden.bias, "n": self.input(x)}
        return drives, {"s": self.gate_hidden.weight.squeeze(0), "n": self.hidden.weight}, {}


class DiagGate(nn.Module):
    """One gate per neuron; gate and candidate come from one stacked map, gate first."""

    def __init__(self, inputs: int, size: int) -> None:
        super().__init__()
        self.input = affine(inputs, 2 * size)
        self.hidden = nn.Linear(size, 2 * size, bias=False, dtype=torch.float64)

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        gate, candidate = (self.input(x) + self.hidden(h)).chunk(2, -1)
        z = torch.sigmoid(gate)
        return (1 - z) * h + z * torch.tanh(candidate)

    def named(self, x: Tensor) -> tuple[Named, Named, Named]:
        drives = dict(zip("zn", self.input(x).chunk(2, -1), strict=True))
        return drives, dict(zip("zn", self.hidden.weight.chunk(2), strict=True)), {}


class ResetBeforeGRU(nn.Module):
    """The GRU of Cho et al. 2014: the candidate's map acts on the state that was reset."""

    def __init__(self, inputs: int, size: int) -> None:
        super().__init__()
        self.input = nn.ModuleDict({gate: affine(inputs, size) for gate in "rzn"})
        self.hidden = nn.ModuleDict({gate: matrix(size) for gate in "rzn"})

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        r = torch.sigmoid(self.input["r"](x) + self.hidden["r"](h))
        z = torch.sigmoid(self.input["z"](x) + self.hidden["z"](h))
        n = torch.tanh(self.input["n"](x) + self.hidden["n"](r * h))
        return h + z * (n - h)

    def named(self, x: Tensor) -> tuple[Named, Named, Named]:
        drives = {gate: self.input[gate](x) for gate in "rzn"}
        return drives, {gate: self.hidden[gate].get_parameter("weight") for gate in "rzn"}, {}


class LayerNormGRU(nn.Module):
    """PyTorch's GRU with LayerNorm on the candidate; every map bears its own bias."""

    def __init__(self, inputs: int, size: int) -> None:
        super().__init__()
        self.input = nn.ModuleDict({gate: affine(inputs, size) for gate in "rzn"})
        self.hidden = nn.ModuleDict({gate: affine(size, size) for gate in "rzn"})
        self.gain = nn.Parameter(torch.ones(size, dtype=torch.float64))
        self.shift = nn.Parameter(torch.zeros(size, dtype=torch.float64))

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        r = torch.sigmoid(self.input["r"](x) + self.hidden["r"](h))
        z = torch.sigmoid(self.input["z"](x) + self.hidden["z"](h))
        a = self.input["n"](x) + r * self.hidden["n"](h)
        n = torch.tanh(functional.layer_norm(a, a.shape[-1:], self.gain, self.shift, eps=1e-5))
        return z * h + (1 - z) * n

    def named(self, x: Tensor) -> tuple[Named, Named, Named]:
        drives: Named = {
            gate: self.input[gate](x) + self.hidden[gate].get_parameter("bias") for gate in "rz"
        }
        drives["n"] = self.input["n"](x)
        drives["hn"] = self.hidden["n"].get_parameter("bias").expand_as(drives["n"])
        weights: Named = {gate: self.hidden[gate].get_parameter("weight") for gate in "rzn"}
        return drives, weights, {"n_gain": self.gain, "n_bias": self.shift}


def layer_norm_const_gate(inputs: int, size: int) -> ConstGate:
    return ConstGate(inputs, size, normalise=True)


#: Cell name ↦ a constructor that takes the number of inputs and of neurons.
MODULES: dict[str, Callable[[int, int], nn.Module]] = {
    "leaky": Leaky,
    "const_gate": ConstGate,
    "shared_gate": SharedGate,
    "diag_gate": DiagGate,
    "gru_reset_before": ResetBeforeGRU,
    "const_gate_layer_norm": layer_norm_const_gate,
    "gru_layer_norm": LayerNormGRU,
}
