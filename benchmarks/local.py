"""Exact products of cells without a recurrent part against the elementwise products alone."""

from __future__ import annotations

import torch
from sympy import Interval, cos, exp, sin
from torch import Tensor

from benchmarks.timing import Row, at_least, at_most, medians
from longlag.numerics import measure_transport
from longlag.numerics.lags.exact import exact_means
from longlag.numerics.lags.local import LocalProducts, local_means
from longlag.numerics.lags.products import block_diagonal
from longlag.numerics.lags.rank_one import delta_rule, rank_one_means
from longlag.numerics.networks.network import Network
from longlag.numerics.networks.sampling import sample_network
from longlag.theory import Cell, drive, parameter, sigmoid, state

_STEPS, _SIZE, _LAGS = 1024, 128, 512
_BY_MATRICES = 256, 128
_RANK_ONE = 512, 128, 32
_LONG, _FEW = 10**6, tuple(2**power for power in range(17))


def gates(steps: int, states: int, size: int = _SIZE) -> Tensor:
    """Slow blocks, so that no lag can be left out: D of shape (T, 1, S, S, H)."""
    random = torch.Generator().manual_seed(0)
    local = torch.randn(steps, 1, states, states, size, generator=random, dtype=torch.float64)
    local *= 0.02
    local.diagonal(dim1=2, dim2=3).add_(0.97)
    return local


def products_alone(local: Tensor, max_lag: int) -> Tensor:
    """The products as one would write them, lag after lag, and nothing that is read off them.

    A pair of states is taken for a complex mode, whose products are those of complex numbers.
    """
    factors = local[..., 0, 0, :]
    if local.shape[-2] == 2:
        factors = torch.complex(factors, local[..., 1, 0, :])
    product = factors
    for _ in range(max_lag - 1):
        product = product[1:] * factors[: len(product) - 1]
    return product


def elementwise() -> list[Row]:
    """Numbers and pairs against their products alone; numbers against matrices."""
    rows = []
    for states, lags in ((1, _LAGS), (2, 128)):
        local = gates(_STEPS, states)
        seconds = medians(
            {
                "here": lambda local=local, lags=lags: local_means(  # type: ignore[misc]
                    local, lags, modulus=local.shape[-2] > 1
                ),
                "alone": lambda local=local, lags=lags: products_alone(local, lags),  # type: ignore[misc]
            },
            repeats=5,
            warmup=1,
        )
        what = f"R = 0, S={states}, T={_STEPS}, H={_SIZE}, lags to {lags}: all readings"
        ratio = seconds["here"] / seconds["alone"]
        rows.append(at_most(what, "products alone, PyTorch", ratio, 3))
    steps, lags = _BY_MATRICES
    local = gates(steps, 1)
    dense = block_diagonal(local)
    seconds = medians(
        {
            "here": lambda: local_means(local, lags),
            "matrices": lambda: exact_means(dense, max_lag=lags),
        },
        repeats=3,
        warmup=1,
    )
    what = f"R = 0, T={steps}, H={_SIZE}, lags to {lags}"
    ratio = seconds["matrices"] / seconds["here"]
    return [*rows, at_least(what, "the same by exact products of matrices", ratio, 50)]


def measured() -> list[Row]:
    """What a user calls, from drives to report, for a gate and for a complex mode."""
    h, re, im = state("h"), state("re"), state("im")
    a, u = sigmoid(drive("a")), drive("u")
    nu = parameter("nu", Interval(0.001, 0.01), per_neuron=True)
    theta = parameter("theta", Interval(0, 3), per_neuron=True)
    cells = (
        (Cell("gated", {h: (1 - a) * h + a * u}), _LAGS),
        (
            Cell(
                "mode",
                {
                    re: exp(-nu) * (cos(theta) * re - sin(theta) * im) + u,
                    im: exp(-nu) * (sin(theta) * re + cos(theta) * im),
                },
            ),
            128,
        ),
    )
    rows = []
    for cell, lags in cells:
        generator = torch.Generator().manual_seed(0)
        network = sample_network(cell, generator, size=_SIZE, batch=(1,), steps=_STEPS)
        local = gates(_STEPS, len(cell.states))

        def report(network: Network = network, lags: int = lags) -> object:
            return measure_transport(network, max_lag=lags)

        def alone(local: Tensor = local, lags: int = lags) -> object:
            return products_alone(local, lags)

        seconds = medians({"report": report, "alone": alone}, repeats=5, warmup=1)
        what = f"measure_transport, {cell.name}, T={_STEPS}, H={_SIZE}, lags to {lags}"
        ratio = seconds["report"] / seconds["alone"]
        rows.append(at_most(what, "products alone, PyTorch", ratio, 3))
    return rows


def rank_one() -> list[Row]:
    """Factors of a delta rule in pairs of vectors against the same as matrices."""
    random = torch.Generator().manual_seed(0)
    steps, size, lags = _RANK_ONE
    key = torch.randn(steps, 1, size, generator=random, dtype=torch.float64)
    key /= key.norm(dim=-1, keepdim=True)
    alpha, beta = (torch.full((steps, 1), value, dtype=torch.float64) for value in (0.99, 0.7))
    factors = delta_rule(alpha, beta, key)
    w, u, v = factors
    dense = torch.diag_embed(w) + u[..., :, None] * v[..., None, :]
    seconds = medians(
        {
            "pairs": lambda: rank_one_means(factors, max_lag=lags),
            "matrices": lambda: exact_means(dense, max_lag=lags),
        },
        repeats=3,
        warmup=1,
    )
    what = f"α(I − βkkᵀ), T={steps}, K={size}, lags to {lags}"
    ratio = seconds["matrices"] / seconds["pairs"]
    return [at_least(what, "exact products of matrices", ratio, 3)]


def streamed() -> list[Row]:
    """A million steps in pieces, at lags of powers of two, against one lag's products alone."""
    piece = gates(_FEW[-1], 1, size=8)
    count = -(-_LONG // len(piece))

    def windows() -> object:
        products = LocalProducts(_FEW)
        for _ in range(count):
            products.add(piece)
        return products.means()

    def once() -> None:
        for _ in range(count):
            for _ in _FEW:
                piece * piece

    seconds = medians({"windows": windows, "once": once}, repeats=1, warmup=0)
    what = f"T={count * len(piece)}, H=8, {len(_FEW)} lags to {_FEW[-1]}, in pieces"
    ratio = seconds["windows"] / seconds["once"]
    return [at_most(what, "one product for each factor and lag", ratio, 64)]


def run() -> list[Row]:
    """All of them."""
    return [*elementwise(), *measured(), *rank_one(), *streamed()]
