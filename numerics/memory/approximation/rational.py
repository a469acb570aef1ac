"""Exponential sums by rational approximation: AAA on the transform, and the matrix pencil.

The transform of a sum is rational, Σ a_i/(w_i + w), so poles of a rational approximation of
R(w) are rates. AAA: Nakatsukasa, Sète, Trefethen (SIAM J. Sci. Comput. 40, 2018), as in
``scipy.interpolate.AAA``. Matrix pencil in the form of Kung (Asilomar 1978): the leading singular
vectors of the Hankel matrix of samples, as in the approximation of Adamjan, Arov and Krein, shifted
by one sample.
"""

from __future__ import annotations

import warnings
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import AAA
from scipy.linalg import hankel

from longlag.numerics.memory.approximation.exponential_sum import (
    ExponentialSum,
    checked_terms,
    grid,
    judged,
    positive_mass,
)
from longlag.numerics.memory.integrals import density
from longlag.theory.errors import LonglagError
from longlag.theory.memory import Kernel

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

_POINTS, _SAMPLES = 160, 400
#: Imaginary parts that are rounding, beside the real ones.
_REAL = 1e-8
_RANK = 1e-12


def rational(kernel: Kernel, terms: int, *, oscillating: bool = False) -> ExponentialSum:
    """Return the sum whose rates are the poles of an AAA approximation of R(w).

    Args:
        kernel: with numbers for all parameters.
        terms: the number m of exponentials, at most; poles that are no rates are dropped.
        oscillating: keep conjugate pairs; without, only real rates.

    Raises:
        LonglagError: none of the poles is a rate, or a kernel that is not integrable.

    >>> from longlag.theory.memory import KERNELS
    >>> kernel = KERNELS["polynomial"].at({"c": 1, "tau": 1, "omega": 1})
    >>> rational(kernel, 10).l1_error < 0.05
    True
    """
    checked_terms(terms)
    positive_mass(kernel)
    nodes = grid(kernel)
    share = np.cumsum(np.abs(nodes.rho) * nodes.weights)
    late = float(np.interp(0.9999 * share[-1], share, nodes.times))
    early = float(np.interp(0.001 * share[-1], share, nodes.times))
    points = np.geomspace(0.01 / late, 10 / early, _POINTS)
    transform = np.exp(-np.multiply.outer(points, nodes.times)) @ (nodes.rho * nodes.weights)
    with warnings.catch_warnings():
        # That the tolerance is not reached with so few terms is expected.
        warnings.simplefilter("ignore", RuntimeWarning)
        found = AAA(points, transform, max_terms=terms + 1, rtol=1e-13)
    return _from_rates(kernel, -found.poles(), oscillating, "AAA on the transform")


def matrix_pencil(kernel: Kernel, terms: int, *, oscillating: bool = True) -> ExponentialSum:
    """Return the sum whose rates are the eigenvalues of a shift of Hankel singular vectors.

    Args:
        kernel: with numbers for all parameters.
        terms: the number m of exponentials, at most.
        oscillating: keep conjugate pairs; without, only real rates.

    Raises:
        LonglagError: none of the eigenvalues is a rate, or a kernel that is not integrable.

    >>> from longlag.theory.memory import KERNELS
    >>> matrix_pencil(KERNELS["airy"], 10).l1_error < 0.01
    True
    """
    checked_terms(terms)
    positive_mass(kernel)
    vectors, step = _hankel_vectors(kernel)
    leading = vectors[:, :terms]
    powers = np.linalg.eigvals(leading[:-1].T @ leading[1:])
    powers = powers[np.abs(powers) > 0].astype(np.complex128)
    rates = -np.log(powers) / step
    return _from_rates(kernel, rates, oscillating, "matrix pencil")


@lru_cache(maxsize=32)
def _hankel_vectors(kernel: Kernel) -> tuple[Array, float]:
    """The singular vectors of the Hankel matrix of samples, and the time between these."""
    nodes = grid(kernel)
    share = np.cumsum(np.abs(nodes.rho) * nodes.weights)
    last = 1.5 * float(np.interp(0.999999 * share[-1], share, nodes.times))
    # A kernel may be infinite at 0.
    times = np.linspace(0, last, _SAMPLES + 1)[1:]
    # Past the window the samples are taken for 0, which makes every eigenvalue a decaying one.
    _, sizes, right = np.linalg.svd(hankel(density(kernel)(times)))
    # Vectors of smaller singular values are rounding.
    return right[sizes > _RANK * sizes[0]].T, float(times[1] - times[0])


def _from_rates(
    kernel: Kernel, candidates: Complex, oscillating: bool, method: str
) -> ExponentialSum:
    """Keep the rates among complex candidates, and fit amplitudes."""
    nodes = grid(kernel)
    # A unit slower than the whole kernel is one that should not be there.
    stable = candidates[np.real(candidates) > 5 / nodes.times[-1]]
    is_real = np.abs(np.imag(stable)) <= _REAL * np.abs(stable)
    real = np.real(stable[is_real])
    pairs = stable[np.imag(stable) > _REAL * np.abs(stable)]
    # An eigenvalue without its conjugate is one at the Nyquist frequency, no oscillation of ρ.
    conjugates = [np.any(np.abs(stable - p.conj()) <= 1e-6 * abs(p)) for p in pairs]
    pairs = pairs[np.asarray(conjugates, dtype=bool)] if oscillating else pairs[:0]
    if len(real) + len(pairs) == 0:
        raise LonglagError(
            f"kernel {kernel.name!r}",
            f"none of the {len(candidates)} poles by {method} is a positive rate",
            "allow oscillating=True, or use refine(kernel, log_spaced(kernel, terms))",
        )
    root = nodes.fit_weights()
    decays = np.exp(-np.multiply.outer(nodes.times, real))
    waves = np.exp(-np.multiply.outer(nodes.times, pairs))
    # The real basis e^{−wt}, e^{−αt}cos βt, e^{−αt}sin βt.
    columns = root[:, None] * np.concatenate([decays, waves.real, -waves.imag], axis=1)
    norms = np.linalg.norm(columns, axis=0)
    norms[norms == 0] = 1.0
    fitted = np.linalg.lstsq(columns / norms, root * nodes.rho, rcond=_RANK)[0] / norms
    count, half = len(real), len(pairs)
    if not half:
        return judged(kernel, fitted, real, method)
    wave = 0.5 * (fitted[count : count + half] + 1j * fitted[count + half :])
    amplitudes = np.concatenate([fitted[:count], wave, wave.conj()])
    return judged(kernel, amplitudes, np.concatenate([real, pairs, pairs.conj()]), method)
