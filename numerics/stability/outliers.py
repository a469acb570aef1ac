r"""Single eigenvalues outside of the bulk: of a row that all neurons share, and of a fixed memory.

A row w of independent entries makes λ outside of the bulk an eigenvalue where F(λ) = wᵀ y(λ) = 1.
F is a Gaussian function with K(λ, μ) = E F(λ) F(μ), which the recursion for second moments gives;
its Laurent coefficients are drawn, and 1 = F(λ) solved. E|F|² = 1 is where ρ(G(λ)) = 1 with the row
among the maps. A memory of few entries that reads a Gaussian network has outliers likewise. Derived
here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from longlag.numerics.stability.boundary import boundary_radius
from longlag.numerics.stability.factors import Factors, Reals

#: Points on the circle, how far outside of the bulk it is, and terms of a series in r/λ.
_POINTS, _OUTSIDE, _LINKS = 128, 1.02, 20


def row_covariance(factors: Factors, gains: Reals, radius: float) -> Reals:
    """Return the covariance of f_n, n = 1 … N, of F(λ) = Σ f_n (R/λ)^n, shape (N, N).

    Args:
        factors: of a network, its row the last of the maps.
        gains: g, shape (K,), that of the row the last.
        radius: R, outside of the bulk.
    """
    points = radius * np.exp(2j * np.pi * np.arange(_POINTS) / _POINTS)
    shifted = points[:, None, None, None] * np.eye(factors.states) - factors.local
    solved = np.linalg.solve(
        shifted, np.broadcast_to(factors.after, (_POINTS, *factors.after.shape))
    )
    response = factors.nested + factors.before @ solved
    pairs = (
        gains[:, None, None, None] ** 2
        * np.einsum("pqkl,rqkl->klpr", response, response, optimize=True)
        / factors.size
    )
    inner = np.moveaxis(pairs[:-1, :-1], (0, 1), (2, 3))
    taken = np.moveaxis(pairs[:-1, -1], 0, 2)
    passed = np.linalg.solve(np.eye(len(gains) - 1) - inner, taken[..., None])[..., 0]
    whole = pairs[-1, -1] + np.einsum("lpr,prl->pr", pairs[-1, :-1], passed)
    count = _POINTS // 2 - 1
    turn = np.exp(2j * np.pi * np.outer(np.arange(1, count + 1), np.arange(_POINTS)) / _POINTS)
    found: Reals = (turn @ whole @ turn.T).real / _POINTS**2
    return found


def row_radii(factors: Factors, gains: Reals, seed: int, draws: int) -> Reals:
    """Return the largest |λ| of the bulk or an outlier, in each of some draws of the row.

    Args:
        factors, gains: as for ``row_covariance``.
        seed: of the draws.
        draws: how many.
    """
    bulk = boundary_radius(factors.only(factors.maps[:-1]), gains[:-1])
    radius = _OUTSIDE * bulk
    root = _root(row_covariance(factors, gains, radius))
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        laurent = root @ generator.standard_normal(len(root))
        # 1 = Σ f_n w^n with w = R/λ.
        zeros = np.abs(np.roots([*-laurent[::-1], 1.0]))
        found.append(max(bulk, radius / zeros.min(initial=np.inf)))
    return np.array(found)


class Memory(NamedTuple):
    """A fixed memory z of few entries beside a network h, λ h = b W h + b V λ z.

    Args:
        memory: M, what z keeps, shape (n, n).
        fed: L, what z takes of h, shape (n, P).
        crossed: b V, what h takes of z after the step, shape (P, n).
        spread: b, shape (P,).
        variance: v, of the entries of W.
    """

    memory: Reals
    fed: Reals
    crossed: Reals
    spread: Reals
    variance: float

    def bulk(self) -> float:
        """Return r = √(v Σ b²), the radius of the network by itself."""
        return float(np.sqrt(self.variance * (self.spread**2).sum()))

    def squares(self) -> float:
        """Return E‖J‖_F² over W: no other part of J is drawn anew."""
        kept = np.concatenate([self.memory, self.fed], 1)
        through = self.crossed @ kept
        return float((kept**2).sum() + (through**2).sum() + self.bulk() ** 2 * len(self.spread))


def memory_radii(given: Memory, seed: int, draws: int) -> Reals:
    r"""Return the largest |λ| of the memory or of the bulk, in each of some draws.

    λ z = (M + L b V + Σ_{n≥1} (r/λ)^n Ξ_n) z, since L (λ − b W)^{−1} b V λ is a power series in
    b W. Each Ξ_n is normal with rows of covariance L diag(b²) Lᵀ and columns of v V ᵀdiag(b²) V/r²,
    independent over n. A chain of shifts makes it a matrix of numbers.

    Args:
        given: the memory.
        seed: of the draws.
        draws: how many.
    """
    size, links, bulk = len(given.memory), _LINKS, given.bulk()
    left = _root((given.fed * given.spread**2) @ given.fed.T)
    right = _root(given.crossed.T @ given.crossed) * np.sqrt(given.variance) / bulk
    generator = np.random.default_rng(seed)
    chain = np.zeros((size * links, size * links))
    chain[size:, :-size] = bulk * np.eye(size * (links - 1))
    chain[:size, :size] = given.memory + given.fed @ given.crossed
    found = []
    for _ in range(draws):
        for link in range(1, links):
            normal = generator.standard_normal((size, size))
            chain[:size, size * link : size * (link + 1)] = left @ normal @ right.T
        found.append(max(bulk, float(np.abs(np.linalg.eigvals(chain)).max())))
    return np.array(found)


def _root(covariance: Reals) -> Reals:
    """A matrix whose product with its transpose a covariance is."""
    values, vectors = np.linalg.eigh(covariance)
    found: Reals = vectors * np.sqrt(np.maximum(values, 0))
    return found


def rank_one_radius(local: Reals, after: Reals, before: Reals) -> float:
    """Return the largest root of 1 = Σ_q b_q c_q/(λ − D_q): of D + b cᵀ, exactly.

    Args:
        local: D, shape (n,).
        after: b.
        before: c.
    """
    # Equal D are roots of all but one of their number: they would blur as roots of a polynomial.
    distinct, places = np.unique(local, return_inverse=True)
    products = np.bincount(places, weights=after * before)
    characteristic = np.poly(distinct)
    for place, product in enumerate(products):
        characteristic = np.polysub(characteristic, product * np.poly(np.delete(distinct, place)))
    repeated = distinct[np.bincount(places) > 1]
    return float(np.abs([*np.roots(characteristic), *repeated]).max())


__all__ = ["memory_radii", "rank_one_radius", "row_covariance", "row_radii"]
