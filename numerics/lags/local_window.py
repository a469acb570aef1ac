"""Products of all windows of one length, in a few products a factor however long the window is.

Factors are cut into blocks as long as the window. A window ends in one block and begins in the one
before: it is the product from its block's first factor to its newest, times the product from its
oldest factor to the end of the block before. Source: van Herk (1992) and Gil and Werman (1993), who
took maxima so; here for products, each with an exponent of its own, so that nothing on the way
leaves the numbers of a double unless the window does. Prefix sums of logarithms would lose as many
digits as they have before the point, and signs and zeros besides; here there is no subtraction.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.lags.rates import neuron_product


def window_products(factors: Float[Tensor, "n B S S H"], length: int) -> Float[Tensor, "m B S S H"]:
    """Return the products of ``length`` factors in turn, the newest on the left.

    Args:
        factors: D by neuron, time forward, in float64; at least as many as the window has.
        length: of the window.

    Returns:
        Product i is D_{i+length−1} ⋯ D_i, for i = 0 … n − length.

    >>> ones = torch.ones(6, 1, 1, 1, 1, dtype=torch.float64)
    >>> window_products(2 * ones, 3).flatten().tolist()
    [8.0, 8.0, 8.0, 8.0]
    """
    count = len(factors)
    blocks = -(-count // length)
    eye = torch.eye(factors.shape[-2], dtype=factors.dtype, device=factors.device)[..., None]
    rest = eye.expand(blocks * length - count, *factors.shape[1:])
    cut = torch.cat([factors, rest]).unflatten(0, (blocks, length))
    values, powers = _normalised(cut)
    newer = _running(values, powers, range(length), newest_first=True)
    older = _running(values, powers, range(length - 1, -1, -1), newest_first=False)
    starts = torch.arange(count - length + 1, device=factors.device)
    ends = starts + length - 1
    left, power_left = (part.flatten(0, 1)[ends] for part in newer)
    right, power_right = (part.flatten(0, 1)[starts] for part in older)
    # A window that is one whole block is the product from its first factor on.
    whole = (starts % length == 0)[:, None, None, None, None]
    right = torch.where(whole, eye, right)
    power_right = torch.where(whole[:, :, 0, 0], 0, power_right)
    return _scaled(neuron_product(left, right), power_left + power_right)


def _running(
    values: Tensor, powers: Tensor, order: range, *, newest_first: bool
) -> tuple[Tensor, Tensor]:
    """Products of the factors of every block so far, in an order, with their exponents."""
    product, power = torch.empty_like(values), torch.empty_like(powers)
    for place, now in enumerate(order):
        value, exponent = values[:, now], powers[:, now]
        if place:
            before = product[:, order[place - 1]], power[:, order[place - 1]]
            pair = (value, before[0]) if newest_first else (before[0], value)
            value, shift = _normalised(neuron_product(*pair))
            exponent = exponent + before[1] + shift
        product[:, now], power[:, now] = value, exponent
    return product, power


def _normalised(
    blocks: Float[Tensor, "*batch S S H"],
) -> tuple[Float[Tensor, "*batch S S H"], Tensor]:
    """Blocks with a largest entry in [1/2, 1), and the powers of two that were taken out."""
    _, power = torch.frexp(blocks.abs().amax((-3, -2)))
    return _scaled(blocks, -power), power


def _scaled(blocks: Tensor, power: Tensor) -> Tensor:
    """Blocks times powers of two, in two steps: 2^power itself may be no double."""
    half = torch.div(power, 2, rounding_mode="floor")
    for part in (half, power - half):
        blocks = torch.ldexp(blocks, part[..., None, None, :])
    return blocks


__all__ = ["window_products"]
