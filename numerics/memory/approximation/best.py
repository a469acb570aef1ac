"""The best sum of exponentials that the known methods find for a memory kernel.

The true optimum in L¹ is not known; every number here is an upper bound on the error of the best
sum with so many terms, and ``terms_needed`` an upper bound on the fewest terms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from longlag.numerics.memory.approximation.exponential_sum import (
    ExponentialSum,
    checked_terms,
    judged,
)
from longlag.numerics.memory.approximation.laplace import (
    REPRESENTATIONS,
    Representation,
    laplace_quadrature,
)
from longlag.numerics.memory.approximation.rational import matrix_pencil, rational
from longlag.numerics.memory.approximation.refine import log_spaced, refine
from longlag.numerics.memory.approximation.spans import refined_log_spaced
from longlag.theory.errors import LonglagError
from longlag.theory.memory import Kernel
from longlag.theory.registry import Registry


class Method(NamedTuple):
    """A way to approximate a kernel by so many exponentials, which may decline and say why.

    Args:
        find: takes the kernel and the number of terms.
        oscillates: whether it may return conjugate pairs.
    """

    find: Callable[[Kernel, int], ExponentialSum]
    oscillates: bool = False


#: An error that no further term makes smaller: what is left is rounding.
_EXACT = 1e-13

METHODS: Registry[Method] = Registry("method of approximation")
METHODS.register("laplace_quadrature", Method(laplace_quadrature))
METHODS.register(
    "refined_quadrature", Method(lambda kernel, m: refine(kernel, laplace_quadrature(kernel, m)))
)
METHODS.register("refined_log_spaced", Method(refined_log_spaced))
METHODS.register("refined_rational", Method(lambda kernel, m: refine(kernel, rational(kernel, m))))
METHODS.register(
    "oscillating_rational", Method(lambda k, m: rational(k, m, oscillating=True), oscillates=True)
)
METHODS.register("matrix_pencil", Method(matrix_pencil, oscillates=True))


def best_sum(
    kernel: Kernel, terms: int, *, oscillating: bool = False, methods: Sequence[str] | None = None
) -> ExponentialSum:
    """Return the sum with the smallest L¹ error that the methods find.

    Args:
        kernel: with numbers for all parameters.
        terms: the number m of exponentials, at most: a larger sum contains the smaller ones, so
            that errors never rise with it.
        oscillating: allow conjugate pairs, which a diagonal network with real rates has not.
        methods: names of registered methods, asked for sums of just so many terms; by default all
            that may be used, for every number of terms.

    Raises:
        LonglagError: a kernel that is not integrable, or one that every method declines.

    >>> from longlag.theory.memory import KERNELS
    >>> best_sum(KERNELS["airy"], 8, oscillating=True).l1_error < 1e-3
    True
    """
    checked_terms(terms)
    chosen = _chosen(oscillating, methods)
    if methods is not None:
        return _best_sum(kernel, terms, chosen)
    best = _best_sum(kernel, 1, chosen)
    for more in range(2, terms + 1):
        if best.l1_error < _EXACT:
            break
        best = min(best, _best_sum(kernel, more, chosen), key=lambda one: one.l1_error)
    return best


def terms_needed(
    kernel: Kernel,
    error: float,
    max_terms: int = 64,
    *,
    oscillating: bool = False,
    methods: Sequence[str] | None = None,
) -> ExponentialSum:
    """Return the sum with the fewest terms that reaches a relative L¹ error.

    The number is doubled until the error is reached and then bisected, as if errors fell with every
    term, which they nearly do.

    Args:
        kernel: with numbers for all parameters.
        error: relative to the mass of the kernel, between 0 and 1.
        max_terms: when to give up.
        oscillating: as for ``best_sum``.
        methods: as for ``best_sum``.

    Raises:
        LonglagError: an error outside (0, 1), or one that is not reached.

    >>> from longlag.theory.memory import KERNELS
    >>> kernel = KERNELS["polynomial"].at({"c": 1, "tau": 1, "omega": 1})
    >>> terms_needed(kernel, 0.01).terms
    5
    """
    checked_terms(max_terms)
    if not 0 < error < 1:
        raise LonglagError(
            f"error {error:g}",
            "it is relative to the mass of the kernel, which no sum at all reaches with 1",
            "give a number between 0 and 1",
        )

    def found(terms: int) -> ExponentialSum:
        return _best_sum(kernel, terms, chosen)

    chosen = _chosen(oscillating, methods)
    few, many = 0, 1
    while (best := found(many)).l1_error > error:
        if many == max_terms:
            raise LonglagError(
                f"error {error:g} of kernel {kernel.name!r}",
                f"with {max_terms} terms the best sum found has {best.l1_error:.3g}",
                "raise max_terms or the error"
                + ("" if oscillating else ", or allow oscillating=True"),
            )
        few, many = many, min(2 * many, max_terms)
    while many - few > 1:
        middle = (few + many) // 2
        candidate = found(middle)
        if candidate.l1_error <= error:
            many, best = middle, candidate
        else:
            few = middle
    return best


def _chosen(oscillating: bool, methods: Sequence[str] | None) -> tuple[str, ...]:
    """The names that are asked for, or those of all methods that may be used."""
    if methods is not None:
        return tuple(methods)
    return tuple(name for name in METHODS if oscillating or not METHODS[name].oscillates)


@lru_cache(maxsize=4096)
def _best_sum(kernel: Kernel, terms: int, methods: tuple[str, ...]) -> ExponentialSum:
    found, reasons = [], []
    for name in methods:
        try:
            found.append(METHODS[name].find(kernel, terms))
        except LonglagError as error:
            reasons.append(error)
    if not found:
        # Each says why; the first is as good as any, and a kernel that is not integrable has one.
        raise (
            reasons[0]
            if reasons
            else LonglagError(
                "no methods", "an approximation needs one", f"choose among {', '.join(METHODS)}"
            )
        )
    return min(found, key=lambda one: one.l1_error)


__all__ = [
    "METHODS",
    "REPRESENTATIONS",
    "ExponentialSum",
    "Method",
    "Representation",
    "best_sum",
    "judged",
    "laplace_quadrature",
    "log_spaced",
    "matrix_pencil",
    "rational",
    "refine",
    "terms_needed",
]
