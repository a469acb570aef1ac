"""Products of all windows of a few lengths, in a few products a factor however long the windows.

A window of 2k factors is two windows of k side by side, so that every length takes as many products
as it has binary digits, all windows at once. Where it must, a product carries an exponent of its
own: nothing on the way leaves the numbers of a double unless the window does. Prefix sums of
logarithms would lose as many digits as they have before the point, and signs and zeros besides;
here nothing is subtracted. Derived here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import add
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.lags.rates import neuron_product

#: Blocks with a largest entry between these may be multiplied as they are.
_SAFE_LOW, _SAFE_HIGH = 1e-140, 1e140


class _Windows(NamedTuple):
    """Products of windows of one length: blocks, times 2^power where exponents had to be taken."""

    length: int
    value: Float[Tensor, "m B S S H"]
    power: Float[Tensor, "m B H"] | None


def window_products(
    factors: Float[Tensor, "n B S S H"], lengths: Sequence[int]
) -> Iterator[Float[Tensor, "m B S S H"]]:
    """Yield the products of as many factors in turn as each length says, the newest on the left.

    Args:
        factors: D by neuron, time forward, in float64; at least as many as the longest window has.
        lengths: of the windows, rising.

    Yields:
        Of length k, product i is D_{i+k−1} ⋯ D_i, for i = 0 … n − k.

    >>> twos = torch.full((6, 1, 1, 1, 1), 2.0, dtype=torch.float64)
    >>> [products.flatten().tolist() for products in window_products(twos, [3, 5])]
    [[8.0, 8.0, 8.0, 8.0], [32.0, 32.0]]
    """
    single = _Windows(1, *_normalised(factors))
    found: _Windows | None = None
    for length in lengths:
        more = length - (0 if found is None else found.length)
        # Lengths that double need no windows but the last.
        rest = found if found is not None and more == found.length else _of_length(single, more)
        found = rest if found is None else _joined(rest, found)
        yield _scaled(found.value, found.power)


def _of_length(single: _Windows, length: int) -> _Windows:
    """Windows of some length, digit by digit of it."""
    found, doubled = None, single
    while True:
        if length & doubled.length:
            found = doubled if found is None else _joined(doubled, found)
        if found is not None and found.length == length:
            return found
        doubled = _joined(doubled, doubled)


def _joined(newer: _Windows, older: _Windows) -> _Windows:
    """Windows of both lengths, the newer part right behind the older one."""
    count = len(older.value) - newer.length
    right, left = slice(0, count), slice(older.length, older.length + count)
    value, shift = _normalised(neuron_product(newer.value[left], older.value[right]))
    parts = (
        shift,
        None if newer.power is None else newer.power[left],
        None if older.power is None else older.power[right],
    )
    known = [part for part in parts if part is not None]
    return _Windows(newer.length + older.length, value, reduce(add, known) if known else None)


def _normalised(
    blocks: Float[Tensor, "*batch S S H"],
) -> tuple[Float[Tensor, "*batch S S H"], Tensor | None]:
    """Blocks that may be multiplied, and the powers of two that were taken out, if any were."""
    size = blocks.abs().amax((-3, -2))
    if bool((((size >= _SAFE_LOW) & (size <= _SAFE_HIGH)) | (size == 0)).all()):
        return blocks, None
    _, power = torch.frexp(size)
    return _scaled(blocks, -power), power


def _scaled(blocks: Tensor, power: Tensor | None) -> Tensor:
    """Blocks times powers of two, in two steps: 2^power itself may be no double."""
    if power is None:
        return blocks
    half = torch.div(power, 2, rounding_mode="floor")
    for part in (half, power - half):
        blocks = torch.ldexp(blocks, part[..., None, None, :])
    return blocks


__all__ = ["window_products"]
