"""What a fit says in a sentence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from longlag.numerics.fitting import Comparison, curve_of_sequences, fit_laws


def test_a_law_that_likelihood_prefers_is_told_beside_the_one_that_held_out_lags_prefer() -> None:
    lags = np.arange(1.0, 40)
    noise = 1 + 0.05 * np.random.default_rng(0).normal(size=(30, lags.size))
    report = fit_laws(curve_of_sequences(lags, np.exp(-0.1 * lags) * noise), replicates=40)
    other = next(name for name in report.not_rejected if name != report.best.name)
    preferred = Comparison(other, report.best.name, "Vuong", 9.0, 1e-9, other, "")
    told = replace(report, comparisons=(preferred,)).verdict()
    assert f"over all lags {other} fit better" in told
    assert other not in told.partition("not told apart from it: ")[2]
