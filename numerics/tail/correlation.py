"""For how many samples the data remember, from signs, so that no tail enters."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from jaxtyping import Float
from scipy.fft import irfft, next_fast_len, rfft

from longlag.numerics.tail.data import check_data, check_level, half_width

MINIMUM = 100

_MOST_LAGS = 1000


@dataclass(frozen=True, kw_only=True)
class Dependence:
    """The dependence of samples on earlier ones, in signs and in magnitudes.

    Args:
        estimator: "sign autocorrelation".
        n: the number of samples.
        lags: how many lags were looked at.
        level: the chance that independent data show nothing; the bound holds over all lags.
        bound: an autocorrelation of signs beyond this is not by chance.
        sign_correlation: of sign(x − median), the largest in absolute value over the lags.
        sign_time: 1 + 2 Σ|ρ|, in samples, ρ the correlation that normal data with these signs
            have; 1 where no lag exceeds the bound, and too small where memory outlasts the lags.
        magnitude_correlation: the same of sign(|x − median| − its median).
        magnitude_time: the same: for how long large values come together.
        time: the longer of the two times.
    """

    estimator: str
    n: int
    lags: int
    level: float
    bound: float
    sign_correlation: float
    sign_time: float
    magnitude_correlation: float
    magnitude_time: float
    time: float


def dependence(data: Float[np.ndarray, " n"], *, level: float = 0.999) -> Dependence:
    """Measure the correlation time of signs and of magnitudes.

    A normal pair of correlation ρ has signs of correlation (2/π) arcsin ρ (Sheppard 1899); ρ is
    recovered from it and summed up to the first lag that is lost in noise. Signs exist under any
    tail, where the ordinary autocorrelation is that of a few outliers.

    Args:
        data: samples in the order in which they were recorded, shape (n,), n >= 100.
        level: the chance that independent data show nothing.

    Raises:
        LonglagError: bad data.

    >>> dependence(np.random.default_rng(0).normal(size=1000)).time
    1.0
    """
    check_level(level)
    data = check_data(data, estimator="sign autocorrelation", minimum=MINIMUM)
    lags = min(data.size // 4, _MOST_LAGS)
    # Two series, and every lag of each, share the chance 1 − level of a false alarm.
    bound = half_width(1 - (1 - level) / (2 * lags)) / sqrt(data.size)
    deviation = data - np.median(data)
    sign_correlation, sign_time = _memory(deviation, lags, bound)
    size = np.abs(deviation)
    magnitude_correlation, magnitude_time = _memory(size - np.median(size), lags, bound)
    return Dependence(
        estimator="sign autocorrelation",
        n=data.size,
        lags=lags,
        level=level,
        bound=bound,
        sign_correlation=sign_correlation,
        sign_time=sign_time,
        magnitude_correlation=magnitude_correlation,
        magnitude_time=magnitude_time,
        time=max(sign_time, magnitude_time),
    )


def _memory(centred: Float[np.ndarray, " n"], lags: int, bound: float) -> tuple[float, float]:
    """Return the largest autocorrelation of the signs and the correlation time."""
    signs = np.sign(centred)
    signs -= signs.mean()  # ties at the median leave more of one sign
    if not signs.any():
        return 0.0, 1.0
    padded = next_fast_len(signs.size + lags, real=True)
    power = np.abs(rfft(signs, padded)) ** 2
    products = irfft(power, padded)[: lags + 1]
    correlation = np.clip(products[1:] / products[0], -1, 1)
    largest = float(correlation[np.argmax(np.abs(correlation))])
    if abs(largest) <= bound:
        return largest, 1.0
    # From the largest on, ρ counts until it is within two standard errors of 0.
    normal = np.sin(np.pi / 2 * correlation)
    beyond = np.flatnonzero(np.abs(correlation) < 2 / sqrt(signs.size))
    lost = beyond[beyond > np.argmax(np.abs(correlation))]
    end = int(lost[0]) if lost.size else lags
    return largest, 1 + 2 * float(np.abs(normal[:end]).sum())
