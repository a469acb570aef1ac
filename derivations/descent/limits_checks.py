"""What the bounds hide and the start leaves out: samples, random labels, dense recurrence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch

from longlag.derivations.descent.training_runs import HORIZON, SIZE, drawn, guarantee_of
from longlag.numerics.descent.dense import DenseNetwork, dense_start, ridge_error
from longlag.numerics.descent.finite_width import Slope, finite_width_errors, slope_of_repeats
from longlag.numerics.descent.labels import TangentFeatures, grid_features, sampled_features
from longlag.numerics.descent.network import symmetric_start
from longlag.numerics.descent.targets import draw_sequences
from longlag.theory.descent import symbols
from longlag.theory.descent.activation import activation
from longlag.theory.descent.convergence import log_union
from longlag.theory.statement import Level, Settings, Verdict, judged

#: α of the samples, labels and dense networks: below the cutoff, with a memory of ten steps.
ALPHA = 0.9
#: Numbers of sequences, all with the same starts of one width.
SAMPLES_SEEN = tuple(2**k for k in range(2, 9))
SAMPLE_WIDTH, _SAMPLE_STARTS = 128, 64
#: Dimension ↦ numbers of sequences with labels, and how often they are drawn.
LABELS = (4, 8, 16, 32, 64)
DIMENSIONS = (2, 4, 8)
_LABEL_REPEATS = 4
#: Neurons that stand for infinitely many where the dimension is too high for a grid.
LABEL_NEURONS = 2048
DENSE_WIDTHS = (32, 64, 128, 256)
#: Of the growth of gradients over a lag.
_WIDE, DENSE_ALPHAS = 256, (0.4, 0.8, 1.2)
DENSE_RADIUS, DENSE_HORIZON = 0.5, 5
#: A repeat has so many starts for the kernel, and for the rows' ball; and so many repeats.
_KERNEL_STARTS, _ROW_STARTS, _DENSE_REPEATS = 16, 6, 6
#: Of the delay task: width, sequences that are fitted, steps, and the ridge.
DELAY_WIDTH, _DELAY_SAMPLES, DELAY_HORIZON, _RIDGE = 64, 400, 16, 1e-6
#: An error over the variance of the label below which a delay counts as learnt.
LEARNT = 0.1


@dataclass(frozen=True, eq=False)
class SampleErrors:
    """Errors of n samples, over n.

    Args:
        largest: the mean over starts of the largest over samples and steps.
        deviation: the largest standard deviation over starts of one sample and step.
        bounds: e_m.
    """

    largest: np.ndarray
    deviation: float
    bounds: np.ndarray


@cache
def sample_errors(seed: int) -> SampleErrors:
    """Return the errors of more and more samples of one target, at the same starts."""
    target, inputs, generator = drawn(ALPHA, SAMPLES_SEEN[-1], HORIZON, 1, SIZE, seed)
    neurons = _SAMPLE_STARTS * SAMPLE_WIDTH // 2
    errors = finite_width_errors(
        target, inputs, (SAMPLE_WIDTH,), neurons=neurons, generator=generator
    )[SAMPLE_WIDTH]
    largest = errors.abs().amax(2).numpy()
    return SampleErrors(
        np.array([largest[:, :n].max(1).mean() for n in SAMPLES_SEEN]),
        float(errors.square().mean(0).sqrt().max()),
        np.array([guarantee_of(ALPHA, SAMPLE_WIDTH, samples=n).finite_width for n in SAMPLES_SEEN]),
    )


def samples_verdict(settings: Settings, *, power: float) -> Verdict:
    """Compare the largest error of n samples with s √(2 ln 2nT), and this with e_m.

    Args:
        settings: the seed.
        power: of the logarithm.
    """
    found = sample_errors(settings.seed)
    logs = [
        float(log_union().subs({symbols.samples: n, symbols.steps: HORIZON, symbols.delta: 1}))
        for n in SAMPLES_SEEN
    ]
    normal = found.deviation * (2 * np.array(logs)) ** power
    ratio, share = float((found.largest / normal).max()), float((normal / found.bounds).max())
    holds = max(ratio, share) <= 1
    grown = found.largest[-1] / found.largest[0]
    return Verdict(
        level=Level.MEASURED if holds else Level.REFUTED,
        method=f"{_SAMPLE_STARTS} starts: at most {ratio:.2g} of s sqrt(2 ln 2nT), which is "
        f"{share:.2g} of e_m; grown by {grown:.3g}",
        points=len(SAMPLES_SEEN),
        seed=settings.seed,
        counterexample="" if holds else f"{ratio:.3g} times what is allowed",
    )


@dataclass(frozen=True, eq=False)
class LabelSizes:
    """Sizes of transportation maps that fit random signs, over draws and numbers of sequences.

    Args:
        least: √tr K⁻¹, the root mean over labels of yᵀK⁻¹y.
        floor: n/√tr K, which it is at least.
        enough: sup‖v‖ of the least map of one draw of labels.
    """

    least: np.ndarray
    floor: np.ndarray
    enough: np.ndarray

    def exponent(self, confidence: float = 0.95) -> Slope:
        """Return the slope of ln ν in ln n."""
        return slope_of_repeats(LABELS, self.least, confidence=confidence)


@cache
def label_sizes(dimension: int, seed: int) -> LabelSizes:
    """Return how large transportation maps must be to fit random signs."""
    generator = torch.Generator().manual_seed(seed)
    rows = []
    for _ in range(_LABEL_REPEATS):
        inputs = draw_sequences(LABELS[-1], HORIZON, dimension, generator)
        coins = torch.randint(2, (LABELS[-1],), generator=generator, dtype=inputs.dtype)
        features = _features(inputs, generator)
        row = []
        for n in LABELS:
            first = features.first(n)
            row.append(
                (
                    math.sqrt(first.mean_square_size()),
                    math.sqrt(n / first.mean_square_gradient()),
                    first.least_map(2 * coins[:n] - 1).largest,
                )
            )
        rows.append(row)
    return LabelSizes(*np.moveaxis(np.array(rows), 2, 0))


def _features(inputs: torch.Tensor, generator: torch.Generator) -> TangentFeatures:
    if inputs.shape[2] <= 2:
        return grid_features(activation("tanh"), ALPHA, inputs)
    network = symmetric_start(
        activation("tanh"),
        width=2 * LABEL_NEURONS,
        dimension=inputs.shape[2],
        alpha=ALPHA,
        generator=generator,
    )
    return sampled_features(network, inputs)


def labels_verdict(settings: Settings, *, power: float) -> Verdict:
    """Compare the ν of random labels with the floor √n, in size and in growth.

    Args:
        settings: the seed.
        power: of n in the floor, which is n^power over the root mean square gradient.
    """
    exponents, worst, where = [], 0.0, ""
    for dimension in DIMENSIONS:
        sizes = label_sizes(dimension, settings.seed)
        ratio = sizes.floor * np.array(LABELS) ** (power - 0.5) / sizes.least
        start = guarantee_of(ALPHA, LABEL_NEURONS).value(symbols.gradient_start)
        ratio = np.maximum(ratio, np.sqrt(LABELS) / start / sizes.floor)
        slope = sizes.exponent()
        exponents.append(f"{slope.value:.2f} ± {slope.half_width:.2f} at d = {dimension}")
        below = max(float(ratio.max()), 1.0 if slope.value + slope.half_width >= power else 2.0)
        if below > worst:
            worst, where = below, f"d = {dimension}, exponent {slope.value:.2f}"
    holds = worst <= 1 + 1e-9
    return Verdict(
        level=Level.MEASURED if holds else Level.REFUTED,
        method=f"tr K^-1 of {_LABEL_REPEATS} draws, exponents {', '.join(exponents)}",
        points=len(DIMENSIONS) * len(LABELS) * _LABEL_REPEATS,
        seed=settings.seed,
        counterexample="" if holds else where,
    )


@cache
def dense_slopes(seed: int) -> Mapping[str, np.ndarray]:
    """Return the spread and the linearity of dense networks, over repeats and widths.

    ``kernel`` is the deviation of the tangent kernel over starts; ``curved`` and ``row`` are
    distances from the linearisation, where (W, U) moves by ρ in the most curved direction, and
    where the rows of (αW/√m, U) move by ρ/√m in the steepest one.
    """
    generator = torch.Generator().manual_seed(seed)
    inputs = draw_sequences(2, DENSE_HORIZON, 1, generator)
    found = np.zeros((3, _DENSE_REPEATS, len(DENSE_WIDTHS)))
    for repeat in range(_DENSE_REPEATS):
        for place, width in enumerate(DENSE_WIDTHS):
            starts = [
                dense_start(width=width, dimension=1, alpha=ALPHA, generator=generator)
                for _ in range(_KERNEL_STARTS)
            ]
            kernels = torch.stack([start.tangent_kernel(inputs, inputs) for start in starts])
            rows = [
                start.remainder(inputs[0], start.steepest(inputs[0], DENSE_RADIUS))
                for start in starts[:_ROW_STARTS]
            ]
            found[:, repeat, place] = (
                float(kernels.std(0).mean()),
                _curved_remainder(starts[0], inputs[0], generator),
                float(np.sqrt(np.mean(np.square(rows)))),
            )
    return dict(zip(("kernel", "curved", "row"), found, strict=True))


def _curved_remainder(
    start: DenseNetwork, sequence: torch.Tensor, generator: torch.Generator
) -> float:
    forth = start.most_curved(sequence, DENSE_RADIUS, generator)
    back = (-forth[0], -forth[1])
    # One way the third order takes from the second, the other way it adds.
    return max(start.remainder(sequence, change) for change in (forth, back))


def dense_width_verdict(settings: Settings, *, exponents: tuple[float, float, float]) -> Verdict:
    """Compare slopes in m of dense networks: kernel, linearisation, and that in the rows' ball.

    Args:
        settings: the seed.
        exponents: of m; +1/2 in the last place says that wide networks are less linear there.
    """
    runs = dense_slopes(settings.seed)
    shown, where = [], ""
    for (name, values), exponent in zip(runs.items(), exponents, strict=True):
        slope = slope_of_repeats(DENSE_WIDTHS, values, confidence=0.999)
        shown.append(f"{name} {slope.value:.2f} ± {slope.half_width:.2f}")
        if not slope.covers(exponent):
            where = f"{shown[-1]}, wanted {exponent:g}"
    return Verdict(
        level=Level.REFUTED if where else Level.MEASURED,
        method=f"slopes {', '.join(shown)}",
        points=_DENSE_REPEATS * len(DENSE_WIDTHS),
        seed=settings.seed,
        counterexample=where,
    )


@cache
def dense_growth(alpha: float, seed: int) -> tuple[float, float]:
    """Return by what a dense gradient grows in one step, and the norm of the recurrence.

    The first is the slope over k of ln ‖∂H_T/∂H_{T−k}‖_F, at inputs of 0, where σ' = 1.
    """
    generator = torch.Generator().manual_seed(seed)
    start = dense_start(width=_WIDE, dimension=1, alpha=alpha, generator=generator)
    products = start.transport(torch.zeros(HORIZON, 1, dtype=torch.float64))
    typical = torch.linalg.matrix_norm(products).numpy()
    slope = np.polyfit(np.arange(HORIZON), np.log(typical), 1)[0]
    return float(np.exp(slope)), float(torch.linalg.matrix_norm(products[0], 2))


def dense_growth_verdict(settings: Settings, *, rate: float) -> Verdict:
    """Compare the growth of dense gradients in one step with α, and the norm with 2α.

    Args:
        settings: the seed.
        rate: times α, the growth in one step.
    """
    worst, where = 0.0, ""
    for alpha in DENSE_ALPHAS:
        grown, norm = dense_growth(alpha, settings.seed)
        error = max(abs(grown / (rate * alpha) - 1), abs(norm / (2 * alpha) - 1))
        if error > worst:
            worst, where = error, f"alpha = {alpha}: {grown:.3g} a step, norm {norm:.3g}"
    return judged(
        Level.MEASURED,
        f"transport of {_WIDE} neurons over {HORIZON} steps at zero input",
        worst,
        0.05,
        where,
        points=len(DENSE_ALPHAS),
        seed=settings.seed,
    )


@cache
def delay_errors(seed: int) -> Mapping[str, np.ndarray]:
    """Return the error of fitting x_{T−k} by tangent features, over the variance, for k = 0, 1, …

    ``dense`` has as many neurons as ``diagonal``, and ``many`` diagonal ones have as many
    parameters as the dense network; ``spread`` is as many with weights all over [−α, α].
    """
    generator = torch.Generator().manual_seed(seed)
    inputs = draw_sequences(2 * _DELAY_SAMPLES, DELAY_HORIZON, 1, generator)
    labels = inputs[..., 0].flip(1)
    fitted, kept = slice(0, _DELAY_SAMPLES), slice(_DELAY_SAMPLES, None)
    dense = dense_start(width=DELAY_WIDTH, dimension=1, alpha=ALPHA, generator=generator)
    kernels = {"dense": dense.tangent_kernel(inputs, inputs[fitted])}
    parameters = dense.weight.numel() + dense.input_weight.numel()
    for name, width in (("diagonal", DELAY_WIDTH), ("many", parameters // 2)):
        start = symmetric_start(
            activation("tanh"), width=2 * width, dimension=1, alpha=ALPHA, generator=generator
        )
        kernels[name] = sampled_features(start, inputs).gram()[:, fitted]
    shares = 2 * torch.rand(start.width, generator=generator, dtype=inputs.dtype) - 1
    spread = start.with_parameters(ALPHA * shares, start.input_weight)
    kernels["spread"] = sampled_features(spread, inputs).gram()[:, fitted]
    return {
        name: ridge_error(
            kernel[fitted], kernel[kept], labels[fitted], labels[kept], ridge=_RIDGE
        ).numpy()
        for name, kernel in kernels.items()
    }


def learnt_lags(errors: np.ndarray) -> int:
    """Return how many lags 0, 1, … are learnt before the first that is not."""
    missed = np.flatnonzero(errors > LEARNT)
    return int(missed[0]) if len(missed) else len(errors)


def mixing_verdict(settings: Settings, *, better: Sequence[str]) -> Verdict:
    """Compare how many lags of its input the tangent features of a network tell apart.

    Args:
        settings: the seed.
        better: the networks that tell at least twice as many as ``diagonal``.
    """
    lags = {name: learnt_lags(errors) for name, errors in delay_errors(settings.seed).items()}
    missing = [name for name in better if lags[name] < 2 * lags["diagonal"]]
    shown = ", ".join(f"{name} {count}" for name, count in lags.items())
    return Verdict(
        level=Level.REFUTED if missing else Level.MEASURED,
        method=f"lags with an error below {LEARNT:g}: {shown}",
        points=_DELAY_SAMPLES,
        seed=settings.seed,
        counterexample=", ".join(missing),
    )
