"""Checks of the cells that PyTorch ships, against the real modules."""

from __future__ import annotations

from typing import Any

import torch

from longlag.numerics.checks.check import Check, Subject, scaled_gap, subject
from longlag.numerics.lags.products import trajectory
from longlag.numerics.networks.binding import bind
from longlag.numerics.networks.network import Network
from longlag.theory.cells import CELLS
from longlag.theory.registry import Registry
from longlag.theory.statement import Level, Settings, Verdict

#: Cell name ↦ the torch module that computes it. A new pair is one line.
MODULES: Registry[type[torch.nn.Module]] = Registry("torch module")
MODULES.register("plain", torch.nn.RNN)
MODULES.register("gru", torch.nn.GRU)
MODULES.register("lstm", torch.nn.LSTM)


def module_discrepancy(found: Subject, network: Network) -> float:
    """States of the generated step against the outputs of a two-layer torch module, each layer.

    Args:
        found: the subject; its cell has an entry in ``MODULES``.
        network: sets size, steps and randomness; its numbers are not used.
    """
    kind = MODULES[found.cell.name]
    seed = int(1e6 * abs(float(next(iter(network.state.values())).sum())))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        module: Any = kind(3, network.size, num_layers=2, batch_first=True).double()
        x = torch.randn(2, network.steps, 3, dtype=torch.float64)
    gaps = []
    for layer in (0, 1):
        bound = bind(module, layer=layer)
        bound_network = bound.network(x)
        run = trajectory(found.generated, bound_network)
        last = {name: value[-1] for name, value in run.state.items()}
        new = found.generated.step(*run.at(run.steps - 1, last).arguments)
        outputs = torch.cat([run.state["h"][1:], new["h"][None]]).transpose(0, 1)
        result, final = module(x)
        if layer == 1:
            gaps.append(scaled_gap(outputs, result.detach()))
        # An LSTM hands its pair of states back as a tuple, in the order of the cell's states.
        finals = final if isinstance(final, tuple) else (final,)
        for name, value in zip(found.cell.states, finals, strict=True):
            gaps.append(scaled_gap(new[name], value[layer].detach()))
    return max(gaps)


def module_verdict(name: str, settings: Settings) -> Verdict:
    """Return the verdict of a registered cell against its torch module."""
    kind = MODULES[name]
    check = Check(
        "module",
        f"generated step against torch.nn.{kind.__name__}",
        f"torch.nn.{kind.__name__}, two layers, float64",
        Level.MEASURED,
        1e-12,
        module_discrepancy,
    )
    return check.run(subject(CELLS[name]), settings)
