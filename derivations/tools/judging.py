"""One rule for verdicts on a largest error: it stays within its tolerance, or it refutes."""

from __future__ import annotations

from longlag.theory.statement import Level, Verdict


def judged(
    level: Level,
    method: str,
    error: float,
    tolerance: float,
    where: str,
    *,
    points: int | None = None,
    seed: int | None = None,
) -> Verdict:
    """Return the verdict on the largest error: refuted where it exceeds the tolerance.

    Args:
        level: where it does not, measured or computed, say.
        method: by what route.
        error: the largest discrepancy; nan refutes.
        tolerance: what it may be at most.
        where: the point of the largest discrepancy, a counterexample if it is too large.
        points: how many were looked at.
        seed: of random points.

    >>> judged(Level.COMPUTED, "a sum", 0.5, 0.1, "x = 3").summary()
    'refuted: a sum (largest error 0.5, tolerance 0.1); fails at x = 3'
    """
    holds = error <= tolerance
    return Verdict(
        level=level if holds else Level.REFUTED, method=method, points=points, error=error,
        tolerance=tolerance, seed=seed, counterexample="" if holds else where,
    )  # fmt: skip
