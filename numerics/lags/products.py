"""Numeric transport over a lag: trajectories, ordered products, expansions, rates.

Sequences of matrices run from the newest step to the oldest along the first axis, as the factors
of the product do from left to right.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import torch
from jaxtyping import Float
from sympy import Rational
from torch import Tensor

from longlag.numerics.codegen import Generated
from longlag.numerics.networks.domains import require_inside
from longlag.numerics.networks.network import Network
from longlag.numerics.precision import in_full_precision
from longlag.theory.errors import LonglagError
from longlag.theory.notation import local_norm, recurrent_norm
from longlag.theory.transport.product import Transport


class Parts(NamedTuple):
    """The local and the recurrent part of every step, newest first, shape (ℓ, ..., S·H, S·H)."""

    local: Tensor
    recurrent: Tensor


def trajectory(generated: Generated, network: Network) -> Network:
    """Run a network and return it with the state before each step.

    Args:
        generated: torch functions of its cell.
        network: drives of shape (T, ..., H), states before the first step.

    Returns:
        The same network with states of shape (T, ..., H): ``state[t]`` enters step t.
    """
    for name, value in network.drive.items():
        if value.ndim < 2:
            raise LonglagError(
                f"drive {name!r} of shape {tuple(value.shape)}",
                "a trajectory needs one drive for every time step",
                "give drives of shape (T, ..., H)",
            )
    every = list(generated.states(network.steps, *network.arguments))
    states = {name: torch.stack([each[name] for each in every]) for name in network.state}
    require_inside(network.cell, states)
    return replace(network, state=states)


def parts(generated: Generated, run: Network) -> Parts:
    """Return D and R of every step of a trajectory, newest first; A and G in the gate split.

    Args:
        generated: torch functions of its cell, or of one split of its Jacobian.
        run: the result of ``trajectory``.
    """
    if generated.split == "gate":
        return Parts(*(f(*run.arguments).flip(0) for f in (generated.local, generated.recurrent)))
    local = block_diagonal(generated.diagonals(*run.arguments).local)
    return Parts(local.flip(0), generated.recurrent(*run.arguments).flip(0))


def block_diagonal(fields: Float[Tensor, "*batch S S H"]) -> Float[Tensor, "*batch SH SH"]:
    """Return per-neuron S×S blocks as matrices over states and neurons."""
    matrices = torch.diag_embed(fields).movedim(-2, -3)
    return matrices.flatten(-2, -1).flatten(-3, -2)


def per_neuron(matrix: Float[Tensor, "*batch SH SH"], states: int) -> Float[Tensor, "*batch S S H"]:
    """Return the per-neuron S×S blocks on the diagonal of matrices over states and neurons."""
    size = matrix.shape[-1] // states
    blocks = matrix.unflatten(-1, (states, size)).unflatten(-3, (states, size))
    return torch.diagonal(blocks, dim1=-3, dim2=-1)


@in_full_precision
def ordered_product(matrices: Float[Tensor, "lag *batch n n"]) -> Float[Tensor, "*batch n n"]:
    """Return the product of matrices given newest first: the newest stands on the left."""
    product = torch.eye(matrices.shape[-1], dtype=matrices.dtype, device=matrices.device)
    for matrix in matrices:
        product = product @ matrix
    return product


@in_full_precision
def expand(
    local: Float[Tensor, "lag *batch n n"], recurrent: Float[Tensor, "lag *batch n n"], order: int
) -> Float[Tensor, "terms *batch n n"]:
    """Return the terms of order 0…order of ∏(D_j + εR_j), newest first.

    The recursion P_i ← P_i D + P_{i−1} R over truncated jets costs O(ℓ·order) products; the
    symbolic counterpart is ``theory.transport.PositionSum``.
    """
    size = local.shape[-1]
    identity = torch.eye(size, dtype=local.dtype, device=local.device).expand(local.shape[1:])
    terms = [identity, *(torch.zeros_like(identity) for _ in range(order))]
    for d, r in zip(local, recurrent, strict=True):
        for i in range(order, 0, -1):
            terms[i] = terms[i] @ d + terms[i - 1] @ r
        terms[0] = terms[0] @ d
    return torch.stack(terms)


def remainder_bound(
    transport: Transport, local: Float[Tensor, "lag n n"], recurrent: Float[Tensor, "lag n n"]
) -> float:
    """Return the derived remainder bound at the norms of given parts.

    Args:
        transport: its order is the order of the expansion; the lag is the number of matrices.
        local: the D_j.
        recurrent: the R_j.
    """
    # In exact arithmetic: the closed form is a small difference of large numbers.
    d, r = (Rational(torch.linalg.matrix_norm(part, 2).max().item()) for part in (local, recurrent))
    bound = transport.at(local.shape[0]).remainder_bound
    return float(bound.subs({local_norm: d, recurrent_norm: r}))
