"""How far the expansions are from the exact diagonal, product by product."""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from longlag.numerics.lags.rates import neuron_product
from longlag.numerics.measurement.run import Run


class ExpansionErrors(NamedTuple):
    """Relative errors of the diagonal, ‖diag M − rates‖₁/‖diag M‖₁, at lags 1…L."""

    zeroth: Tensor
    first_order: Tensor


def sample_anchors(steps: int, batch: int, count: int, *, max_lag: int) -> Int[Tensor, "pairs two"]:
    """Return pairs (anchor, sequence), newest anchor first.

    They are evenly spread over the anchors that reach every lag; where those are fewer than asked
    for, earlier ones that reach the shorter lags fill up.

    Args:
        steps: the number of steps T.
        batch: the number of sequences.
        count: how many pairs; fewer where there are not as many.
        max_lag: the longest lag.
    """
    reaching = steps - max_lag + 1
    pairs = _spread(range(max_lag - 1, steps), batch, min(count, reaching * batch))
    pairs += _spread(range(max_lag - 1), batch, count - len(pairs))
    return torch.tensor(sorted(pairs, reverse=True))


def _spread(anchors: range, batch: int, count: int) -> list[tuple[int, int]]:
    """Return evenly spread pairs of an anchor and a sequence, as many as there are at most."""
    total = len(anchors) * batch
    count = min(count, total)
    places = torch.linspace(0, max(total - 1, 0), count, dtype=torch.float64).round().long()
    return [(anchors[p % len(anchors)], p // len(anchors)) for p in places.tolist()]


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
        pairs: anchors and sequences, as ``sample_anchors`` gives them; at a lag those count that
            reach it.
        max_lag: the longest lag.
        new: the position of the state at the new end.
        previous: the position of the state at the old end.
    """
    times, sequences = pairs.to(local.device).T
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
        # The newest anchors stand first, so that those which reach no further are the last.
        reaching = int((times >= step).sum())
        times, sequences = times[:reaching], sequences[:reaching]
        product, gamma, correction = (part[:reaching] for part in (product, gamma, correction))
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
