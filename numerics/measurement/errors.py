"""How far the expansions are from the exact diagonal, product by product."""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from longlag.numerics.measurement.run import Run
from longlag.numerics.rates import neuron_product


class ExpansionErrors(NamedTuple):
    """Relative errors of the diagonal, ‖diag M − rates‖₁/‖diag M‖₁, at lags 1…L."""

    zeroth: Tensor
    first_order: Tensor


def sample_anchors(steps: int, batch: int, count: int, *, max_lag: int) -> Int[Tensor, "pairs two"]:
    """Return pairs (anchor, sequence), evenly spread over the anchors that reach every lag.

    Args:
        steps: the number of steps T.
        batch: the number of sequences.
        count: how many pairs; fewer where there are not as many.
        max_lag: the longest lag.
    """
    anchors = steps - max_lag + 1
    count = min(count, anchors * batch)
    places = torch.linspace(0, anchors * batch - 1, count, dtype=torch.float64).round().long()
    return torch.stack([max_lag - 1 + places % anchors, places // anchors], -1)


def expansion_errors(
    run: Run,
    local: Float[Tensor, "T B S S H"],
    recurrent: Float[Tensor, "T B S S H"],
    pairs: Int[Tensor, "pairs two"],
    *,
    max_lag: int,
    new: int,
    previous: int,
) -> ExpansionErrors:
    """Return the relative errors of both expansions at some anchors, by explicit products.

    Unlike a difference of envelopes, in which errors of opposite sign cancel between neurons and
    anchors, this compares every diagonal entry with its own expansion.

    Args:
        run: the network.
        local: D by neuron.
        recurrent: the diagonal of R by neuron.
        pairs: anchors and sequences, as ``sample_anchors`` gives them.
        max_lag: the longest lag.
        new: the position of the state at the new end.
        previous: the position of the state at the old end.
    """
    times, sequences = pairs[:, 0].to(local.device), pairs[:, 1].to(local.device)
    states, size = local.shape[-2], local.shape[-1]
    rows = slice(new * size, (new + 1) * size)
    eye = torch.eye(states * size, dtype=torch.float64, device=local.device)
    product = eye[rows].expand(len(pairs), -1, -1)
    gamma = torch.eye(states, dtype=torch.float64, device=local.device)[..., None].expand(
        len(pairs), states, states, size
    )
    correction = torch.zeros_like(gamma)
    found = []
    for step in range(max_lag):
        product = product @ run.at(times - step, sequences).double()
        d, rho = (part[times - step, sequences].double() for part in (local, recurrent))
        correction = neuron_product(correction, d) + neuron_product(gamma, rho)
        gamma = neuron_product(gamma, d)
        exact = torch.diagonal(product, previous * size, dim1=-2, dim2=-1)
        zeroth, first = (p[..., new, previous, :] for p in (gamma, gamma + correction))
        total = exact.abs().sum()
        wrong = torch.stack([(exact - zeroth).abs().sum(), (exact - first).abs().sum()])
        # Nothing transported and nothing predicted is no error.
        found.append(torch.where(wrong == 0, 0, wrong / total))
    zeroth, first = torch.stack(found, -1).cpu()
    return ExpansionErrors(zeroth, first)
