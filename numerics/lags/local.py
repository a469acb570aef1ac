"""Products of factors without a recurrent part, exact at every lag: a neuron is on its own.

Where R = 0 the transport is M = ∏ D, neuron by neuron a number or an S×S block, so that all anchors
and lags cost O(T L H) and no matrix is formed. Factors come piece by piece, of which the last L − 1
are kept: a run of any length passes in memory that the longest lag alone decides.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.compiled import load_library
from longlag.numerics.lags.exact import ExactMeans
from longlag.numerics.lags.local_window import window_products
from longlag.numerics.lags.rates import neuron_product
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.parameters import require_count

#: Anchors that the compiled function takes together, whose products stay in the nearest cache.
_TILE = 16
#: It multiplies blocks in registers.
_MOST_STATES = 3
#: Numbers that PyTorch works on together, for the same reason.
_ENTRIES = 1 << 15
#: Norms between these have squares that are normal numbers.
_SAFE_LOW, _SAFE_HIGH = 1e-139, 1e139
#: Windows of one lag cost as much as so many steps of the recursion over lags.
_WINDOW_COST = 16


class LocalMeans(NamedTuple):
    """What every product of local factors amounts to, by lag, in float64.

    Args:
        exact: means of the diagonal of the block and of its norm, as of exact products.
        modulus: (L, H) means of the spectral norm ‖·‖₂ of a neuron's S×S block: of a rotating pair
            |λ|^ℓ, at whatever phase. None where it was not asked for.
    """

    exact: ExactMeans
    modulus: Tensor | None


class LocalProducts:
    """Means over all anchors of the products of factors that are given piece by piece.

    Args:
        lags: the longest lag L, for 1 … L; or the lags that are wanted, each at the cost of a few
            products for every factor, however long it is.
        new: the position of the state at the new end.
        previous: the position of the state at the old end.
        modulus: read the norm of each neuron's block, too.
        per_anchor: keep every anchor, which takes memory for each.

    >>> products = LocalProducts(3)
    >>> for _ in range(4):
    ...     products.add(torch.full((5, 1, 1, 2), -0.5))
    >>> found = products.means().exact
    >>> found.signed[:, 0].tolist(), found.absolute[:, 0].tolist()
    ([-0.5, 0.25, -0.125], [0.5, 0.25, 0.125])
    """

    def __init__(
        self,
        lags: int | Sequence[int],
        *,
        new: int = 0,
        previous: int = 0,
        modulus: bool = False,
        per_anchor: bool = False,
    ) -> None:
        wanted = [lags] if isinstance(lags, int) else lags
        counts = [require_count("lag", lag, "it counts factors", least=1) for lag in wanted]
        self.lags = tuple(range(1, counts[0] + 1) if isinstance(lags, int) else counts)
        if not self.lags or list(self.lags) != sorted(set(self.lags)):
            raise LonglagError(
                f"lags {list(self.lags)[:8]}", "they rise, at least one", "sort them, each once"
            )
        self.new, self.previous = new, previous
        self.with_modulus, self.with_anchors = modulus, per_anchor
        self.steps = 0
        self._kept: Tensor | None = None
        self._batch: tuple[int, ...] = ()
        self._sums: dict[str, Tensor] = {}
        self._anchors: list[tuple[Tensor, Tensor]] = []

    @property
    def longest(self) -> int:
        """The longest lag."""
        return self.lags[-1]

    def add(self, local: Float[Tensor, "t *batch S S H"]) -> None:
        """Take the factors of the next steps, those of a piece that is longer than L at best.

        Args:
            local: D by neuron, time forward, as ``Generated.diagonals`` gives it.

        Raises:
            LonglagError: a shape that does not fit, values that are not finite.
        """
        piece = self._checked(local)
        before = 0 if self._kept is None else len(self._kept)
        factors = piece if self._kept is None else torch.cat([self._kept, piece])
        rows = len(self.lags)
        anchors = len(piece) if self.with_anchors else 0
        kept = torch.full((2, rows, anchors, piece.shape[1]), torch.nan, dtype=torch.float64)
        if rows * _WINDOW_COST < self.longest:
            self._add_windows(factors, before, kept)
        elif self._compiled(factors):
            self._add_compiled(factors, before, kept)
        else:
            self._add_recursively(factors, before, kept)
        if self.with_anchors:
            self._anchors.append((kept[0], kept[1]))
        self.steps += len(piece)
        self._kept = factors[max(0, len(factors) - self.longest + 1) :].clone()

    def means(self) -> LocalMeans:
        """Return the means over anchors ℓ−1 … T−1 and sequences of all factors so far.

        Raises:
            LonglagError: fewer factors than the longest lag, a product that overflows.
        """
        if self.steps < self.longest:
            raise LonglagError(
                f"lag {self.longest}",
                f"{self.steps} factors have no product of as many",
                "give more of them, or shorter lags",
            )
        lags = torch.tensor(self.lags, dtype=torch.float64, device=self._sums["norms"].device)
        sequences = math.prod(self._batch)
        count = (self.steps - lags + 1) * sequences
        by_neuron = {name: self._sums[name] / count[:, None] for name in ("absolute", "signed")}
        if not bool(by_neuron["absolute"].isfinite().all()):
            wrong = (~by_neuron["absolute"].isfinite().all(1)).nonzero()[0]
            raise LonglagError(
                f"lag {self.lags[int(wrong)]}",
                "a product over this lag overflows double precision",
                "leave it and longer ones out",
            )
        each: list[Tensor | None] = [None, None]
        if self.with_anchors:
            shape = (len(self.lags), self.steps, *self._batch)
            each = [
                torch.cat(parts, 1).reshape(shape) for parts in zip(*self._anchors, strict=True)
            ]
        exact = ExactMeans(
            **by_neuron,
            frobenius=self._sums["norms"] / count,
            per_anchor=each[0],
            frobenius_per_anchor=each[1],
        )
        modulus = self._sums.get("modulus")
        return LocalMeans(exact, None if modulus is None else modulus / count[:, None])

    def _checked(self, local: Tensor) -> Float[Tensor, "t B S S H"]:
        shape = tuple(local.shape)
        if local.ndim < 4 or shape[-2] != shape[-3] or 0 in shape:
            raise LonglagError(
                f"local of shape {shape}",
                "products need one S×S block per step and neuron",
                "give shape (T, *batch, S, S, H) with nothing empty",
            )
        for name, position in (("new", self.new), ("previous", self.previous)):
            if not 0 <= position < shape[-2]:
                raise LonglagError(
                    f"{name} {position}",
                    f"the states have positions 0 to {shape[-2] - 1}",
                    "give one of them",
                )
        piece = local.detach().double().reshape(shape[0], -1, *shape[-3:])
        if not bool(torch.isfinite(piece).all()):
            raise LonglagError(
                "local with a value that is not finite",
                "a transport is a product of finite factors",
                "look for the step at which the run diverges",
            )
        if self._kept is None:
            self._batch = shape[1:-3]
            neurons = {"dtype": torch.float64, "device": piece.device}
            names = ("absolute", "signed", *(["modulus"] if self.with_modulus else []))
            for name in names:
                self._sums[name] = torch.zeros(len(self.lags), shape[-1], **neurons)  # type: ignore[call-overload]
            self._sums["norms"] = torch.zeros(len(self.lags), **neurons)  # type: ignore[call-overload]
        elif self._kept.shape[1:] != piece.shape[1:]:
            raise LonglagError(
                f"local of shape {shape}",
                f"the pieces before have (..., {', '.join(map(str, self._kept.shape[1:]))})",
                "give pieces of one run",
            )
        return piece.contiguous()

    def _compiled(self, factors: Tensor) -> bool:
        """Whether the compiled function takes such factors: on the CPU, at every lag."""
        whole = self.lags == tuple(range(1, self.longest + 1))
        most = 2 if self.with_modulus else _MOST_STATES
        able = whole and factors.shape[-2] <= most and factors.device.type == "cpu"
        return able and _library() is not None

    def _add_compiled(self, factors: Tensor, before: int, kept: Tensor) -> None:
        library = _library()
        assert library is not None
        rows, sequences, states, _, size = factors.shape
        room = torch.empty((_TILE * states**2 + 1) * size, dtype=torch.float64)
        sums = [self._sums[name] for name in ("absolute", "signed", "norms")]
        moduli = self._sums["modulus"].data_ptr() if self.with_modulus and states > 1 else None
        each = (kept[0].data_ptr(), kept[1].data_ptr()) if self.with_anchors else (None, None)
        place = self.new * states + self.previous
        library.local_products(
            factors.data_ptr(),
            *(rows, sequences, states, size, place, before, self.longest, _TILE),
            *(array.data_ptr() for array in (room, *sums)),
            moduli,
            *each,
        )
        if self.with_modulus and states == 1:
            self._sums["modulus"] = self._sums["absolute"]

    def _add_recursively(self, factors: Tensor, before: int, kept: Tensor) -> None:
        """One factor more at every lag, for some anchors at a time."""
        total, sequences, states, _, size = factors.shape
        together = max(1, _ENTRIES // (sequences * states**2 * size))
        rows = {lag: row for row, lag in enumerate(self.lags)}
        for first in range(before, total, together):
            end = min(first + together, total)
            product = factors.new_zeros(end - first, sequences, states, states, size)
            product.diagonal(dim1=2, dim2=3).fill_(1)
            for lag in range(1, min(self.longest, end) + 1):
                start = max(first, lag - 1)
                older = factors[start - lag + 1 : end - lag + 1]
                product = neuron_product(product[start - end :], older)
                if lag in rows:
                    place = slice(start - before, end - before)
                    self._add(product, rows[lag], kept[:, rows[lag], place])

    def _add_windows(self, factors: Tensor, before: int, kept: Tensor) -> None:
        """Windows of the lags that there are factors for, of which those that end earlier go."""
        reached = [lag for lag in self.lags if lag <= len(factors)]
        for row, products in enumerate(window_products(factors, reached)):
            lag = self.lags[row]
            known = max(0, before - lag + 1)
            self._add(products[known:], row, kept[:, row, max(0, lag - 1 - before) :])

    def _add(self, product: Float[Tensor, "a B S S H"], row: int, kept: Tensor) -> None:
        """Add the products of one lag at some anchors to the sums."""
        entry = product[..., self.new, self.previous, :]
        size = entry.abs()
        self._sums["absolute"][row] += size.sum((0, 1))
        self._sums["signed"][row] += entry.sum((0, 1))
        norm = torch.linalg.vector_norm(entry, dim=-1)
        if not bool(((norm > _SAFE_LOW) & (norm < _SAFE_HIGH)).all()):
            peak = size.amax(-1, keepdim=True)
            scaled = torch.where(peak > 0, entry / peak, 0.0)
            norm = peak[..., 0] * torch.linalg.vector_norm(scaled, dim=-1)
        self._sums["norms"][row] += norm.sum()
        if self.with_modulus:
            self._sums["modulus"][row] += block_norms(product).sum((0, 1))
        if self.with_anchors:
            kept[0], kept[1] = size.sum(-1).cpu(), norm.cpu()


def block_norms(blocks: Float[Tensor, "*batch S S H"]) -> Float[Tensor, "*batch H"]:
    """Return the spectral norm of every neuron's block.

    A 2×2 matrix is the sum of a rotation and a reflection, each scaled, and its norm the sum of
    the two scales, without a subtraction: √((a+d)² + (c−b)²)/2 + √((a−d)² + (b+c)²)/2.

    >>> turn = torch.tensor([[0.6, -0.8], [0.8, 0.6]])[..., None]
    >>> block_norms(0.5 * turn).tolist()
    [0.5]
    """
    states = blocks.shape[-2]
    if states == 1:
        return blocks[..., 0, 0, :].abs()
    if states == 2:
        (a, b), (c, d) = (row.unbind(-2) for row in blocks.unbind(-3))
        return (torch.hypot(a + d, c - b) + torch.hypot(a - d, b + c)) / 2
    return torch.linalg.matrix_norm(blocks.movedim(-1, -3), 2)


def local_means(
    local: Float[Tensor, "T *batch S S H"],
    lags: int | Sequence[int],
    *,
    new: int = 0,
    previous: int = 0,
    modulus: bool = False,
    per_anchor: bool = False,
) -> LocalMeans:
    """Return means of the products of factors that are all there; see ``LocalProducts``.

    Args:
        local: D by neuron, time forward.
        lags: the longest lag, or those that are wanted.
        new: the position of the state at the new end.
        previous: the position of the state at the old end.
        modulus: read the norm of each neuron's block, too.
        per_anchor: keep every anchor.

    Raises:
        LonglagError: as ``LocalProducts``.
    """
    products = LocalProducts(
        lags, new=new, previous=previous, modulus=modulus, per_anchor=per_anchor
    )
    products.add(local)
    return products.means()


@lru_cache(maxsize=1)
def _loaded() -> str:
    return files("longlag.numerics.lags").joinpath("local.c").read_text("utf-8")


def _library() -> ctypes.CDLL | None:
    library = load_library(_loaded(), "local")
    if library is not None:
        pointer, number = ctypes.c_void_p, ctypes.c_int64
        library.local_products.argtypes = [pointer, *[number] * 8, *[pointer] * 7]
        library.local_products.restype = None
    return library


__all__ = ["LocalMeans", "LocalProducts", "block_norms", "local_means"]
