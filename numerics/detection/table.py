"""Measure kappa: one estimator at one tail index, or the whole table of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from operator import index
from typing import TYPE_CHECKING, Any

from longlag.numerics.detection.estimators import PROCEDURES
from longlag.numerics.detection.measurement import KappaMeasurement, measure
from longlag.numerics.detection.simulation import Progress, simulate
from longlag.numerics.frames import of_rows
from longlag.theory.errors import LonglagError
from longlag.theory.estimators import ESTIMATORS
from longlag.theory.estimators.concentration import require_error_level, require_tail_index
from longlag.theory.scalar.parameters import require_count
from longlag.theory.typeset.described import described

if TYPE_CHECKING:
    from pandas import DataFrame

#: From 256 on, no estimator's asymptotic law is off by more than the measurement's own error.
SIZES = (256, 512, 1024, 2048, 4096)
REPLICATES = 24_000
ALPHAS = (1.2, 1.5, 1.8, 2.0)
#: Errors on either side of a quantile; with fewer its bootstrap says little.
_FEWEST_BEYOND = 25


@dataclass(frozen=True)
class KappaTable:
    """Measurements of several estimators at several tail indices, on common random numbers."""

    measurements: tuple[KappaMeasurement, ...]

    def __repr__(self) -> str:
        told = f"kappa of {len(self.measurements)} cells, rejected {len(self.disagreements)} times"
        return described(told, "measurements", "at(…)", "to_frame()")

    def to_dict(self) -> dict[str, Any]:
        """Return the measurements as plain numbers, for JSON."""
        return {"measurements": [asdict(each) for each in self.measurements]}

    def to_frame(self) -> DataFrame:
        """Return a frame with a row for each estimator and tail index."""
        rows = [
            {
                "estimator": each.estimator,
                "alpha": each.alpha,
                "kappa": each.kappa,
                "low": each.interval[0],
                "high": each.interval[1],
                "derived": each.derived,
                "rejects": each.rejects(each.derived),
                "level": each.level,
                "replicates": each.replicates,
                "seed": each.seed,
            }
            for each in self.measurements
        ]
        return of_rows(rows, {})

    def at(self, estimator: str, alpha: float) -> KappaMeasurement:
        """Return one of them."""
        found = {(m.estimator, m.alpha): m for m in self.measurements}
        try:
            return found[estimator, float(alpha)]
        except KeyError:
            raise LonglagError(
                f"{estimator!r} at alpha = {alpha}", "the table has no such cell", "measure it"
            ) from None

    @property
    def disagreements(self) -> tuple[KappaMeasurement, ...]:
        """Those that reject the derived exponent: of sound ones a share of 1 - level on average."""
        return tuple(m for m in self.measurements if m.rejects(m.derived))


def measure_kappa(
    estimator: str,
    alpha: float,
    *,
    sizes: Sequence[int] = SIZES,
    replicates: int = REPLICATES,
    false_alarm: float = 0.1,
    miss: float = 0.1,
    level: float = 0.99,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
) -> KappaMeasurement:
    """Measure the concentration exponent of an estimator in stable noise by simulation.

    Args:
        estimator: a name in ``ESTIMATORS``.
        alpha: the tail index, 1 < alpha <= 2.
        sizes: at least two sample sizes, increasing.
        replicates: samples simulated of each size.
        false_alarm: error level without a signal, in (0, 1/2).
        miss: error level with one, in (0, 1/2).
        level: of the confidence interval.
        seed: of the random numbers; the result depends on no other state.
        workers: threads, by default one a core; the result does not depend on it.
        progress: called as ``progress(done, total)``, in draws.

    Raises:
        LonglagError: an unknown estimator, or an argument out of range.

    >>> measured = measure_kappa("median", 1.5, sizes=(64, 256), replicates=4000)
    >>> measured.rejects(1.5), measured.rejects(2), measured.rejects(3)
    (True, False, True)
    """
    table = kappa_table(
        (estimator,),
        (alpha,),
        sizes=sizes,
        replicates=replicates,
        false_alarm=false_alarm,
        miss=miss,
        level=level,
        seed=seed,
        workers=workers,
        progress=progress,
    )
    return table.measurements[0]


def kappa_table(
    estimators: Sequence[str] = tuple(ESTIMATORS),
    alphas: Sequence[float] = ALPHAS,
    *,
    sizes: Sequence[int] = SIZES,
    replicates: int = REPLICATES,
    false_alarm: float = 0.1,
    miss: float = 0.1,
    level: float = 0.99,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
) -> KappaTable:
    """Measure every estimator at every tail index; a cell is what it is alone with its seed.

    Args:
        estimators: names in ``ESTIMATORS``.
        alphas: tail indices, 1 < alpha <= 2.
        sizes: as for :func:`measure_kappa`, and so are all the others.
        replicates: as there.
        false_alarm: as there.
        miss: as there.
        level: as there.
        seed: as there.
        workers: as there.
        progress: as there.

    Raises:
        LonglagError: an unknown estimator, or an argument out of range.
    """
    for name in estimators:
        for alpha in alphas:
            require_tail_index(alpha, ESTIMATORS[name], symbolic=False)
    indices = [float(alpha) for alpha in alphas]
    counts = _require_sizes(sizes, estimators)
    for name, value in (("false_alarm", false_alarm), ("miss", miss)):
        require_error_level(name, value)
    _require_replicates(replicates, false_alarm, miss)
    if not 0 < level < 1:
        raise LonglagError(f"level {level}", "an interval covers with a probability", "give 0.99")
    seed = require_count("seed", seed, "random streams are numbered")
    if workers is not None and workers < 1:
        raise LonglagError(f"workers {workers}", "somebody has to do it", "give 1 or more, or None")
    errors = simulate(
        estimators,
        indices,
        counts,
        replicates=replicates,
        seed=seed,
        workers=workers,
        progress=progress,
    )
    return KappaTable(
        tuple(
            measure(
                name,
                alpha,
                counts,
                [errors[alpha, size, name] for size in counts],
                false_alarm=false_alarm,
                miss=miss,
                level=level,
                seed=seed,
            )
            for name in estimators
            for alpha in indices
        )
    )


def _require_sizes(sizes: Sequence[int], estimators: Sequence[str]) -> tuple[int, ...]:
    fewest = max((PROCEDURES[name].fewest for name in estimators), default=1)
    what, remedy = f"sizes {sizes!r}", "give at least two integers, increasing"
    try:
        counts = tuple(index(size) for size in sizes)
    except TypeError as error:
        raise LonglagError(what, "a sample size is an integer", remedy) from error
    if len(counts) < 2 or any(b <= a for a, b in pairwise(counts)):
        raise LonglagError(what, "a slope needs two sizes or more, in order", remedy)
    if counts[0] < fewest:
        needing = [name for name in estimators if PROCEDURES[name].fewest == fewest]
        raise LonglagError(what, f"{needing[0]} needs {fewest} samples or more", "start there")
    return counts


def _require_replicates(replicates: int, false_alarm: float, miss: float) -> None:
    share = min(min(2 * level, 1 - 2 * level) for level in (false_alarm, miss))
    try:
        enough = index(replicates) * share >= _FEWEST_BEYOND
    except TypeError:
        enough = False
    if not enough:
        raise LonglagError(
            f"replicates {replicates!r}",
            f"a quantile at these error levels needs {_FEWEST_BEYOND} errors on either side",
            f"give {-int(-_FEWEST_BEYOND // share)} or more",
        )
