"""Time scales of the neurons: how fast each forgets by its own local path, and in truth."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.lags.local import block_norms
from longlag.numerics.lags.rates import neuron_product


def leak_time_scales(
    local: Float[Tensor, "T B S S H"], *, new: int, previous: int, coupled: Sequence[int] = ()
) -> Float[Tensor, " H"]:
    """Return τ_q of the local path, Γ ~ e^{−ℓ/τ_q}: −1/mean ln|d| for one state per neuron.

    For several states it is the growth rate of the block of Γ over the whole run, the mean over
    the sequences. A gate that was ever exactly 0 gives 0, one that never leaks infinity; a
    negative value says that the local path grows.

    Args:
        local: D by neuron.
        new: the position of the state at the new end.
        previous: the position of the state at the old end.
        coupled: the states that turn together with both, whose block is read by its norm.
    """
    together = len(coupled) > 1
    if together:
        states = torch.tensor(coupled, device=local.device)
        local = local[..., states[:, None], states, :]
        new, previous = (list(coupled).index(place) for place in (new, previous))
    return scales_of(condensed(local), len(local), new=new, previous=previous, together=together)


def condensed(
    local: Float[Tensor, "T B S S H"], logarithm: Float[Tensor, "T B H"] | None = None
) -> tuple[Float[Tensor, "one B S S H"], Float[Tensor, "one B H"]]:
    """Return the product of all factors, scaled, and the logarithm of its scale.

    Args:
        local: D by neuron, or products of it that were condensed before.
        logarithm: of their scales.
    """
    smallest = torch.finfo(torch.float64).tiny
    product = local.double()
    if logarithm is None:
        logarithm = torch.zeros((), dtype=torch.float64, device=local.device)
    while True:
        size = product.abs().amax((-3, -2))
        logarithm = logarithm + size.log()
        product = product / size.clamp(min=smallest)[..., None, None, :]
        if len(product) == 1:
            return product, logarithm
        even = len(product) // 2 * 2
        # The last factor has no neighbour where their number is odd.
        united = neuron_product(product[1:even:2], product[0:even:2])
        product = torch.cat([united, product[even:]])
        both = logarithm[1:even:2] + logarithm[0:even:2]
        logarithm = torch.cat([both, logarithm[even:]])


def scales_of(
    whole: tuple[Float[Tensor, "one B S S H"], Float[Tensor, "one B H"]],
    steps: int,
    *,
    new: int,
    previous: int,
    together: bool = False,
) -> Float[Tensor, " H"]:
    """Return the time scales that the product of all factors shows.

    Args:
        whole: as ``condensed`` returns it.
        steps: how many factors it has.
        new: the position of the state at the new end.
        previous: the position of the state at the old end.
        together: read the norm of the block in place of an entry, which for states that turn
            together has whatever phase the last step has: −1/ln|λ| of a complex mode λ.
    """
    product, logarithm = whole
    read = block_norms(product) if together else product[..., new, previous, :].abs()
    growth = (logarithm + read.log())[0].mean(0)
    return torch.where(growth == 0, torch.inf, -steps / growth)


class LocalPath:
    """The product of all local factors of a run that comes piece by piece, and what it shows.

    Args:
        new: the position of the state at the new end.
        previous: the position of the state at the old end.
        coupled: the states that turn together with both; others are left out where there are some.
        turning: whether to follow by how much they turn.
    """

    def __init__(
        self, *, new: int, previous: int, coupled: Sequence[int] = (), turning: bool = False
    ) -> None:
        self._coupled, self._together = tuple(coupled), len(coupled) > 1
        self._new, self._previous = new, previous
        if self._together:
            self._new, self._previous = (self._coupled.index(place) for place in (new, previous))
        self._turning = turning and self._together
        self._whole: tuple[Tensor, Tensor] | None = None
        self._turned: list[Tensor] = []
        self.steps = 0

    def add(self, local: Float[Tensor, "T B S S H"]) -> None:
        """Take the factors of the next steps."""
        if self._together:
            states = torch.tensor(self._coupled, device=local.device)
            local = local[..., states[:, None], states, :]
        part = condensed(local)
        if self._whole is not None:
            both = zip(self._whole, part, strict=True)
            part = condensed(*(torch.cat(pair) for pair in both))
        self._whole = part
        if self._turning:
            self._turned = [sum(self._turned, mean_angles(local) * len(local))]
        self.steps += len(local)

    def scales(self) -> Float[Tensor, " H"]:
        """Return the time scales τ_q of all factors so far, as ``leak_time_scales``."""
        assert self._whole is not None
        return scales_of(
            self._whole, self.steps, new=self._new, previous=self._previous, together=self._together
        ).cpu()

    def angles(self) -> Float[Tensor, " H"] | None:
        """Return radians a step, as ``mean_angles``; None where they are not followed."""
        return self._turned[0].cpu() / self.steps if self._turned else None


def mean_angles(local: Float[Tensor, "T B S S H"]) -> Float[Tensor, " H"]:
    """Return by how many radians neurons turn at a step: arg λ of the leading eigenvalue.

    Args:
        local: blocks of at least two states.

    Returns:
        Means over steps and sequences, from 0 to π; a real mode has 0, or π where it alternates.
    """
    if local.shape[-2] == 2:
        (a, b), (c, d) = (row.unbind(-2) for row in local.unbind(-3))
        half = (a + d) / 2
        # The discriminant, as a sum that is exact where the mode is a rotation.
        square = ((a - d) / 2) ** 2 + b * c
        turning = torch.atan2((-square).clamp(min=0).sqrt(), half)
        angle = torch.where(square < 0, turning, torch.where(half < 0, torch.pi, 0.0))
    else:
        modes = torch.linalg.eigvals(local.movedim(-1, -3))
        leading = modes.abs().argmax(-1, keepdim=True)
        angle = modes.gather(-1, leading)[..., 0].angle().abs()
    return angle.mean((0, 1))


def folding_lags(per_neuron: Float[Tensor, "lags H"]) -> Float[Tensor, " H"]:
    """Return the first lag at which a neuron's mean rate is below 1/e; infinity if it never is.

    Args:
        per_neuron: mean absolute rates at lags 1, 2, ….
    """
    below = per_neuron < torch.tensor(-1.0, dtype=torch.float64).exp()
    first = below.int().argmax(0).double() + 1
    return torch.where(below.any(0), first, torch.inf)
