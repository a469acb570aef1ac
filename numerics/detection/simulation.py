"""Errors of the estimators on simulated noise: all estimators on the same draws, in small chunks.

The stream of random numbers of a block of replicates depends on the seed, the tail index, the
sample size and the block, on nothing else: the same cell gives the same numbers alone or in a
table, on one thread or on many.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

import numpy as np
from jaxtyping import Float

from longlag.numerics.detection.estimators import PROCEDURES
from longlag.numerics.stable import sample

#: Told the draws done and the draws in all.
Progress = Callable[[int, int], None]
#: Absolute errors by tail index, sample size and estimator, each sorted.
Errors = dict[tuple[float, int, str], Float[np.ndarray, " replicates"]]

# A chunk and its few temporaries stay in a core's L2 cache.
_CHUNK = 2**15
# A block is a tenth of a second: fine enough for a progress bar and for even shares.
_BLOCK = 2**21


def simulate(
    estimators: Sequence[str],
    alphas: Sequence[float],
    sizes: Sequence[int],
    *,
    replicates: int,
    seed: int,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Errors:
    """Return |estimate| of each estimator in noise of scale 1 about 0.

    Args:
        estimators: names in ``PROCEDURES``.
        alphas: tail indices.
        sizes: sample sizes N.
        replicates: how many samples of each size.
        seed: of the random numbers.
        workers: threads (NumPy works outside the interpreter's lock); by default one a core.
        progress: called in this thread as blocks finish.

    Returns:
        For each (alpha, N, estimator) the sorted absolute errors, shape (replicates,).
    """
    blocks = [
        (alpha, size, start, min(start + _rows(_BLOCK, size), replicates))
        for size in sorted(sizes, reverse=True)
        for alpha in alphas
        for start in range(0, replicates, _rows(_BLOCK, size))
    ]
    errors = {
        (alpha, size, name): np.empty(replicates)
        for alpha in alphas
        for size in sizes
        for name in estimators
    }

    def work(alpha: float, size: int, start: int, stop: int) -> int:
        rng = np.random.default_rng(_stream(seed, alpha, size, start))
        for first in range(start, stop, _rows(_CHUNK, size)):
            last = min(first + _rows(_CHUNK, size), stop)
            draws = sample(alpha, (last - first, size), rng)
            draws.sort(-1)
            for name in estimators:
                estimates = PROCEDURES[name].estimate(draws, alpha)
                errors[alpha, size, name][first:last] = np.abs(estimates)
        return (stop - start) * size

    done, total = 0, replicates * sum(sizes) * len(alphas)
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        futures = [pool.submit(work, *block) for block in blocks]
        try:
            for future in as_completed(futures):
                done += future.result()
                if progress is not None:
                    progress(done, total)
        except BaseException:
            # Else an interrupt would wait for everything that is queued.
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    for values in errors.values():
        values.sort()
    return errors


def _rows(draws: int, size: int) -> int:
    return max(1, draws // size)


def _stream(seed: int, alpha: float, size: int, start: int) -> np.random.SeedSequence:
    bits = int(np.float64(alpha).view(np.uint64))
    return np.random.SeedSequence(seed, spawn_key=(bits, size, start))
