"""What grows: a piece of work for each size, and the operations that its algorithm should take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log2

import torch
from sympy import Add, Expr, Integer, Interval, Mul, Symbol, symbols, tanh
from sympy.core.cache import clear_cache

from benchmarks.place import Place
from benchmarks.timing import Yardstick
from longlag.derivations.document import render
from longlag.numerics import measure_transport
from longlag.numerics.lags.products import expand
from longlag.theory import Cell, drive, jacobian, recurrent, sigmoid, state
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.scalar.parameters import positive
from longlag.theory.spectra.catalogue.mixture import mixture
from longlag.theory.spectra.spectrum import law_of
from longlag.theory.statement import (
    CheckedClaim,
    CheckedDerivation,
    Derivation,
    Kind,
    Level,
    Relation,
    Settings,
    Verdict,
)
from longlag.theory.transport.jacobian import derive_jacobian
from longlag.theory.verify import claim, verify
from longlag.theory.window.window import derived_window, learnability_window

_SIZE, _STEPS, _SEQUENCES, _LAGS = 32, 128, 2, 32
#: Steps of a sequence that is longer than all lags.
_LONG = 512
_FACTORS, _WIDTH = 48, 48


@dataclass(frozen=True)
class Case:
    """Work whose cost grows with one quantity.

    Args:
        what: is done.
        quantity: that grows, in words.
        sizes: of the quick selection.
        more: sizes beyond it.
        prepare: makes the work of one size, which is then timed.
        operations: how many the algorithm should take, up to a factor.
        told: the exponent that they have in the end.
        why: in words.
        yardstick: which one its seconds are divided by, where runs are compared.
    """

    what: str
    quantity: str
    sizes: tuple[int, ...]
    more: tuple[int, ...]
    prepare: Callable[[int], Callable[[], object]]
    operations: Callable[[int], float]
    told: float
    why: str
    yardstick: Yardstick = "arrays"


def _transport(
    *, size: int = _SIZE, steps: int = _STEPS, sequences: int = _SEQUENCES, lags: int = _LAGS
) -> Callable[[], object]:
    place = Place(torch.device("cpu"), torch.float64, size, steps, sequences, lags)
    network = place.network("gru")
    return lambda: measure_transport(network, max_lag=lags)


def products(
    *, size: int = _SIZE, steps: int = _STEPS, sequences: int = _SEQUENCES, lags: int = _LAGS
) -> float:
    """B (T log₂ L H³ + T L H²), the multiplications of divide and conquer; performance.md, §3.3."""
    return sequences * steps * (log2(lags) * size**3 + lags * size**2)


def _expansion(order: int) -> Callable[[], object]:
    generator = torch.Generator().manual_seed(0)
    local, crossing = (
        torch.randn(_FACTORS, _WIDTH, _WIDTH, generator=generator, dtype=torch.float64) / _WIDTH
        for _ in range(2)
    )
    return lambda: expand(local, crossing, order)


def _cell(gates: int) -> Callable[[], object]:
    h = state("h")
    update = Add(
        *(
            sigmoid(recurrent(f"s{k}", h) + drive(f"s{k}"))
            * tanh(recurrent(f"n{k}", h) + drive(f"n{k}"))
            for k in range(gates)
        )
    )

    def work() -> object:
        derive_jacobian.cache_clear()
        clear_cache()
        return jacobian(Cell(f"gates_{gates}", {h: update}))

    return work


def _window(law: DecayLaw) -> Callable[[], object]:
    def work() -> object:
        derived_window.cache_clear()
        clear_cache()
        return learnability_window(law)

    return work


def _powers(parameters: int) -> DecayLaw:
    return DecayLaw("powers", ell ** -Add(*(positive(f"b{k}") for k in range(parameters))))


def _atoms(count: int) -> DecayLaw:
    return law_of(mixture(count))


def _relation(variables: int) -> Callable[[], object]:
    letters: tuple[Symbol, ...] = symbols(f"x:{variables}", real=True)
    domains = dict.fromkeys(letters, Interval(0, 1))
    relation = Relation(Kind.BOUND, Mul(*letters), Integer(1), domains)

    def work() -> object:
        clear_cache()
        return verify(relation)

    return work


def _document(displays: int) -> Callable[[], object]:
    def relation(k: int) -> Relation:
        x = Symbol("x", positive=True)
        lhs: Expr = (x + k) ** 2
        return Relation(Kind.IDENTITY, lhs, lhs.expand(), {x: Interval(0, 1)})

    claims = tuple(claim(f"square_{k}", relation(k)) for k in range(displays))
    verdict = Verdict(level=Level.PROVED, method="written out")
    checked = CheckedDerivation(
        Derivation("growing", "A growing document", claims),
        Settings(),
        tuple(CheckedClaim(each, verdict, 0.0) for each in claims),
    )
    return lambda: render([checked], "tex", title="Growth")


CASES = (
    Case(
        "measure_transport of a GRU",
        "neurons H",
        (32, 48, 64, 96, 128),
        (192, 256),
        lambda n: _transport(size=n),
        lambda n: products(size=n),
        3,
        "products of matrices, H³",
    ),
    Case(
        "measure_transport of a GRU",
        "steps T",
        (128, 256, 512, 1024, 2048),
        (4096, 8192),
        lambda n: _transport(steps=n),
        lambda n: products(steps=n),
        1,
        "windows of L steps, T/L of them",
    ),
    Case(
        "measure_transport of a GRU",
        "lags L",
        (16, 32, 64, 128, 256),
        (512,),
        lambda n: _transport(steps=_LONG, lags=n),
        lambda n: products(steps=_LONG, lags=n),
        1,
        "a reading for each lag and anchor, L H², beside log L products",
    ),
    Case(
        "measure_transport of a GRU",
        "sequences B",
        (2, 4, 8, 16, 32),
        (64, 128),
        lambda n: _transport(sequences=n),
        lambda n: products(sequences=n),
        1,
        "one after another",
    ),
    Case(
        f"expansion of a product of {_FACTORS} matrices",
        "order",
        (2, 4, 8, 16, 32),
        (40,),
        _expansion,
        lambda n: 2 * n + 1,
        1,
        "truncated jets, two products for an order and a factor",
    ),
    Case(
        "Jacobian of a cell, derived",
        "cell size, pairs of maps",
        (2, 4, 8, 16, 32),
        (64,),
        _cell,
        lambda n: float(n * n),
        2,
        "each of 2n maps is differentiated through a sum of n",
        "symbols",
    ),
    Case(
        "window of a power law",
        "parameters",
        (4, 8, 16, 32, 64),
        (128, 256),
        lambda n: _window(_powers(n)),
        lambda n: float(_powers(n).envelope.count_ops()),
        1,
        "a sum of exponents",
        "symbols",
    ),
    Case(
        "window of a mixture of exponentials",
        "atoms of the spectrum",
        (2, 4, 8, 12, 16),
        (24, 32),
        lambda n: _window(_atoms(n)),
        lambda n: float(_atoms(n).envelope.count_ops()),
        2,
        "each of n weights is divided by a sum of n",
        "symbols",
    ),
    Case(
        "checker, ∏ x ≤ 1 on a box",
        "variables",
        (2, 4, 8, 16, 24),
        (32,),
        _relation,
        lambda n: float(n * n),
        2,
        "each of n variables is moved in a product of n",
        "symbols",
    ),
    Case(
        "document in LaTeX",
        "displays",
        (64, 128, 256, 512, 1024),
        (2048,),
        _document,
        float,
        1,
        "one display after another",
        "symbols",
    ),
)

__all__ = ["CASES", "Case", "products"]
