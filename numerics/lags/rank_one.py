"""Products of factors diag(w) + u vᵀ, exact at every lag, in O(ℓ K) a factor and no matrix product.

Of ℓ such factors the product is diag(γ) + Σ_j u_j v_jᵀ with ℓ pairs (Bischof and Van Loan, SIAM J.
Sci. Stat. Comput. 8, 1987, for reflections: the WY form; here for any diagonal, derived here). One
older factor more takes m = M u, after which γ ← γ∘w, v_j ← v_j∘w and the pair (m, v) is new:

    diag M ← diag M ∘ w + m∘v,      c ← w²∘c + 2 w∘v∘(Mᵀm) + v²‖m‖²,      c_q = ‖M e_q‖²,

so that the diagonal and the norm ‖M‖_F² = Σ c are read without forming M. From ℓ = K on M itself is
carried, whose columns are no more numbers than the pairs, at O(K²) a factor.

These are the transports of linear attention with a delta rule, α (I − β k kᵀ), and of relatives,
diag(w) − κ (a∘κ)ᵀ: a matrix state S, of which every column goes the same way, has I ⊗ M.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from longlag.numerics.lags.exact import ExactMeans
from longlag.numerics.precision import in_full_precision
from longlag.theory.errors import LonglagError
from longlag.theory.scalar.parameters import require_count

#: Numbers of a piece of work, products of some anchors.
_ENTRIES = 1 << 20
#: The relative error of ‖M‖_F² from which on it is read off the matrix itself.
_LOST = 1e-13
#: Squares below are no normal numbers, or soon none.
_LEAST = 1e-280


class RankOneFactors(NamedTuple):
    """Factors diag(w) + u vᵀ of every step and sequence, each part of shape (T, *batch, K).

    Args:
        diagonal: w.
        left: u.
        right: v.
    """

    diagonal: Tensor
    left: Tensor
    right: Tensor


def delta_rule(
    alpha: Float[Tensor, "T ..."], beta: Float[Tensor, "T ..."], key: Float[Tensor, "T *batch K"]
) -> RankOneFactors:
    """Return the factors α (I − β k kᵀ) of a gated delta rule.

    Args:
        alpha: what all of the state keeps.
        beta: how much of what stands at the key is replaced.
        key: k, of whatever length.

    >>> one = torch.ones(1)
    >>> factors = delta_rule(one, one, torch.tensor([[0.6, 0.8]]))
    >>> [[round(x, 3) for x in row] for row in rank_one_product(factors).tolist()]
    [[0.64, -0.48], [-0.48, 0.36]]
    """
    scale = alpha[..., None]
    return RankOneFactors(scale.expand(key.shape), -scale * beta[..., None] * key, key)


def decayed_rule(
    decay: Float[Tensor, "T *batch K"],
    removal: Float[Tensor, "T *batch K"],
    key: Float[Tensor, "T *batch K"],
) -> RankOneFactors:
    """Return the factors diag(w) − κ (a∘κ)ᵀ, of RWKV-7 where κ is a unit key.

    Args:
        decay: w.
        removal: a, the rate at which each entry of the key is taken out.
        key: κ.
    """
    return RankOneFactors(decay, -key, removal * key)


@in_full_precision
def rank_one_means(
    factors: RankOneFactors, *, max_lag: int, per_anchor: bool = False
) -> ExactMeans:
    """Return exact means of the diagonal and of the norm of every product over a lag.

    Args:
        factors: time forward.
        max_lag: the longest lag L, at most T.
        per_anchor: keep every anchor.

    Returns:
        Means over the anchors t = ℓ−1 … T−1 and the sequences, in float64.

    Raises:
        LonglagError: parts that do not fit each other, values that are not finite, a lag beyond the
            factors, a product that overflows.

    >>> ones = torch.ones(3, 4)
    >>> found = rank_one_means(RankOneFactors(0.5 * ones, 0 * ones, ones), max_lag=2)
    >>> found.absolute[:, 0].tolist(), found.frobenius.tolist()
    ([0.5, 0.25], [1.0, 0.5])
    """
    parts = _checked(factors)
    steps, sequences, size = parts.diagonal.shape
    require_count("max_lag", max_lag, "it counts factors", least=1, most=steps)
    kept = {"dtype": torch.float64, "device": parts.diagonal.device}
    sums = torch.zeros(2, max_lag, size, **kept)  # type: ignore[call-overload]
    norms = torch.zeros(max_lag, **kept)  # type: ignore[call-overload]
    each = None
    if per_anchor:
        each = torch.full((2, max_lag, steps, sequences), torch.nan, **kept)  # type: ignore[call-overload]
    together = max(1, _ENTRIES // (sequences * size * 2 * min(max_lag, size)))
    for first in range(0, steps, together):
        end = min(first + together, steps)
        product = _Product(sequences, end - first, size, min(max_lag, size), kept)
        for lag in range(1, min(max_lag, end) + 1):
            start = max(first, lag - 1)
            older = slice(start - lag + 1, end - lag + 1)
            product.multiply(*(part[older] for part in parts))
            diagonal, norm = product.diagonal, product.norms()
            size_of = diagonal.abs()
            sums[0, lag - 1] += size_of.sum((0, 1))
            sums[1, lag - 1] += diagonal.sum((0, 1))
            norms[lag - 1] += norm.sum()
            if each is not None:
                each[0, lag - 1, start:end], each[1, lag - 1, start:end] = size_of.sum(-1), norm
    count = (steps - torch.arange(max_lag, **kept)) * sequences  # type: ignore[call-overload]
    absolute, signed = sums / count[:, None]
    if not bool((absolute.isfinite().all(1) & norms.isfinite()).all()):
        lag = 1 + int((~(absolute.isfinite().all(1) & norms.isfinite())).nonzero()[0])
        raise LonglagError(
            f"max_lag={max_lag}",
            f"products over lag {lag} overflow float64",
            f"choose max_lag < {lag}",
        )
    shape = (max_lag, steps, *factors.diagonal.shape[1:-1])
    anchors = (None, None) if each is None else tuple(part.reshape(shape) for part in each)
    return ExactMeans(absolute, signed, norms / count, *anchors)


def rank_one_product(factors: RankOneFactors) -> Float[Tensor, "*batch K K"]:
    """Return the product of all factors, the newest on the left.

    Args:
        factors: time forward.

    Raises:
        LonglagError: as ``rank_one_means``.
    """
    parts = _checked(factors)
    steps, sequences, size = parts.diagonal.shape
    kept = {"dtype": torch.float64, "device": parts.diagonal.device}
    product = _Product(sequences, 1, size, min(steps, size), kept)
    for now in range(steps - 1, -1, -1):
        product.multiply(*(part[now : now + 1] for part in parts))
    return product.matrix().reshape(*factors.diagonal.shape[1:-1], size, size)


@dataclass
class _Pairs:
    """Σ_j u_j v_jᵀ with room for some pairs more, shape (a, B, room, K)."""

    left: Tensor
    right: Tensor
    count: int = 0

    def __getitem__(self, some: slice) -> _Pairs:
        return _Pairs(self.left[some], self.right[some], self.count)


class _Product:
    """Products of some anchors (a, B) so far, as diag(γ) + Σ u vᵀ, or from K factors on as M."""

    def __init__(
        self, sequences: int, anchors: int, size: int, room: int, kept: dict[str, object]
    ) -> None:
        shape = (anchors, sequences)
        self.gamma = torch.ones(*shape, size, **kept)  # type: ignore[call-overload]
        self.diagonal = torch.ones_like(self.gamma)
        #: Squares of the norms of columns, and a bound on the error of their sum.
        self.columns = torch.ones_like(self.gamma)
        self.error = torch.zeros(*shape, **kept)  # type: ignore[call-overload]
        empty = (torch.empty(*shape, room, size, **kept) for _ in range(2))  # type: ignore[call-overload]
        self.pairs: _Pairs | None = _Pairs(*empty)
        self.dense: Tensor | None = None

    def multiply(self, w: Tensor, u: Tensor, v: Tensor) -> None:
        """Take one older factor more; the first anchors go where there is none for them."""
        if gone := len(self.gamma) - len(w):
            self._leave(slice(gone, None))
        if self.pairs is not None and self.pairs.count == self.pairs.left.shape[-2]:
            self.dense, self.pairs = self.matrix(), None
        m = self._times(u)
        self.diagonal = self.diagonal * w + m * v
        if self.dense is not None:
            self.dense = self.dense * w[..., None, :] + m[..., :, None] * v[..., None, :]
            return
        pairs = self.pairs
        assert pairs is not None
        terms = (
            w.square() * self.columns,
            2 * w * v * self._transposed(m),
            v.square() * m.square().sum(-1, keepdim=True),
        )
        self.columns = terms[0] + terms[1] + terms[2]
        rounded = sum(term.abs().sum(-1) for term in terms) * torch.finfo(w.dtype).eps
        self.error = w.square().amax(-1) * self.error + rounded
        self.gamma = self.gamma * w
        pairs.right[..., : pairs.count, :] *= w[..., None, :]
        pairs.left[..., pairs.count, :], pairs.right[..., pairs.count, :] = m, v
        pairs.count += 1

    def norms(self) -> Float[Tensor, "a B"]:
        """Return ‖M‖_F of every product."""
        if self.dense is not None:
            return _norms(self.dense)
        squares = self.columns.sum(-1)
        # What is left over after terms have cancelled, and what has no square, is read off M.
        if bool(((self.error > _LOST * squares) | (squares < _LEAST)).any()):
            matrix = self.matrix()
            self.columns = matrix.square().sum(-2)
            self.error = self.columns.sum(-1) * torch.finfo(squares.dtype).eps
            return _norms(matrix)
        return squares.sqrt()

    def matrix(self) -> Float[Tensor, "a B K K"]:
        """Return M."""
        if self.dense is not None:
            return self.dense
        assert self.pairs is not None
        left, right = (
            part[..., : self.pairs.count, :] for part in (self.pairs.left, self.pairs.right)
        )
        return torch.diag_embed(self.gamma) + left.mT @ right

    def _times(self, u: Tensor) -> Tensor:
        if self.dense is not None:
            return (self.dense @ u[..., None])[..., 0]
        return self._through(u, transposed=False)

    def _transposed(self, m: Tensor) -> Tensor:
        return self._through(m, transposed=True)

    def _through(self, x: Tensor, *, transposed: bool) -> Tensor:
        """M x or Mᵀ x by the pairs."""
        assert self.pairs is not None
        sides = (self.pairs.left, self.pairs.right)
        left, right = (
            part[..., : self.pairs.count, :] for part in (sides[::-1] if transposed else sides)
        )
        along = right @ x[..., None]
        return self.gamma * x + (left.mT @ along)[..., 0]

    def _leave(self, some: slice) -> None:
        self.gamma, self.diagonal = self.gamma[some], self.diagonal[some]
        self.columns, self.error = self.columns[some], self.error[some]
        self.pairs = None if self.pairs is None else self.pairs[some]
        self.dense = None if self.dense is None else self.dense[some]


def _norms(matrices: Float[Tensor, "*batch K K"]) -> Float[Tensor, "*batch"]:
    """‖·‖_F of matrices whose squares need not be representable."""
    peak = matrices.abs().amax((-2, -1))
    scaled = matrices / torch.where(peak > 0, peak, 1.0)[..., None, None]
    return peak * torch.linalg.matrix_norm(scaled)


def _checked(factors: RankOneFactors) -> RankOneFactors:
    """The factors with one axis of sequences, in float64."""
    shape = tuple(factors.diagonal.shape)
    for name, part in factors._asdict().items():
        if tuple(part.shape) != shape or len(shape) < 2 or 0 in shape or part.is_complex():
            raise LonglagError(
                f"{name} of shape {tuple(part.shape)}",
                f"parts of a factor are real and of one shape (T, ..., K); diagonal has {shape}",
                "expand or reshape it",
            )
        if not bool(torch.isfinite(part).all()):
            raise LonglagError(
                f"{name} with a value that is not finite",
                "a transport is a product of finite factors",
                "look for the step at which the run diverges",
            )
    flat = (part.detach().double().reshape(shape[0], -1, shape[-1]) for part in factors)
    return RankOneFactors(*flat)


__all__ = ["RankOneFactors", "decayed_rule", "delta_rule", "rank_one_means", "rank_one_product"]
