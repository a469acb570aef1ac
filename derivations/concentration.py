"""How many samples detect a mean in stable noise: κ derived for each estimator, and simulated."""

from __future__ import annotations

import random
from functools import lru_cache

import numpy as np
from sympy import Expr

from longlag.numerics.checks import combine
from longlag.numerics.concentration import fewest_samples as fewest
from longlag.numerics.concentration import fisher_information, required_samples
from longlag.numerics.detection import KappaMeasurement, KappaTable, kappa_table
from longlag.numerics.stable import quantile, sample
from longlag.theory import concentration
from longlag.theory.concentration import fewest_samples, tail_constant
from longlag.theory.estimators import ESTIMATORS, Estimator
from longlag.theory.estimators.estimator import alpha as tail_index
from longlag.theory.estimators.estimator import density_at_zero, samples, signal
from longlag.theory.formula import formula
from longlag.theory.notation import WINDOW
from longlag.theory.statement import (
    Claim,
    Derivation,
    Item,
    Kind,
    Level,
    Relation,
    Settings,
    Source,
    Statement,
    Table,
    Text,
    Verdict,
    failure_rate_bound,
)
from longlag.theory.verify import verify

#: Where exponents are told apart: at α = 2 all of them agree.
ALPHA = 1.5
_TABLE_ALPHAS = ("6/5", "3/2", "9/5", "2")
_SIZES = (256, 1024, 4096)
_REPLICATES = 8000
_INTERVAL = 0.999
#: Replicates of one test at the derived sample size, and how many standard errors it may be off.
_TRIALS, _DEVIATIONS = 40_000, 4
_NUMERIC = (1.2, 1.5, 1.8, 2.0)

LE_CAM = Source("Le Cam 1973", "two-point bound; constants derived here")
SYMBOLS = (
    r"$m = c f(\ell)$ is the mean to be detected, $\sigma$ the scale of the noise, $q_i$ and $z_i$ "
    r"the upper quantiles at the error levels $\delta_i$ of the standard stable and of the normal "
    r"law, $r_i$ those of the stable law whose jumps are clipped at 1, $V$ the asymptotic variance "
    r"and $I$ the Fisher information at scale 1"
)


@lru_cache(maxsize=8)
def simulated_exponents(seed: int) -> KappaTable:
    """Return κ of every estimator at α = 1.5, by simulation."""
    return kappa_table(
        tuple(ESTIMATORS), (ALPHA,), sizes=_SIZES, replicates=_REPLICATES, level=_INTERVAL,
        seed=seed,
    )  # fmt: skip


def simulated(estimator: str, seed: int) -> KappaMeasurement:
    """Return κ of one estimator at α = 1.5, by simulation."""
    return simulated_exponents(seed).at(estimator, ALPHA)


def kappa_verdict(estimator: str, stated: Expr, settings: Settings) -> Verdict:
    """Compare a stated exponent with the simulated one of an estimator.

    Args:
        estimator: a name in ``ESTIMATORS``.
        stated: κ over the tail index, or a number.
        settings: the seed of the simulation.

    Returns:
        measured where the 99.9 % interval holds the stated exponent, else refuted with the numbers.
    """
    found = simulated(estimator, settings.seed)
    number = float(stated.subs(tail_index, ALPHA))
    low, high = found.interval
    numbers = (
        f"{estimator.replace('_', ' ')}: κ = {found.kappa:.3f}, {100 * found.level:g} % interval "
        f"[{low:.3f}, {high:.3f}] from N = {found.sizes[0]} to {found.sizes[-1]}, "
        f"{found.replicates} replicates"
    )
    if found.rejects(number):
        return Verdict(
            level=Level.REFUTED, method=f"simulation at α = {ALPHA:g}", seed=settings.seed,
            counterexample=f"α = {ALPHA:g}, where it says κ = {number:g}; {numbers}",
        )  # fmt: skip
    method = f"simulation at α = {ALPHA:g}, {numbers}"
    return Verdict(level=Level.MEASURED, method=method, seed=settings.seed)


def error_level_verdict(settings: Settings, *, excess: float = 1.0) -> Verdict:
    """Simulate both errors of the mean's test at the derived number of samples.

    Args:
        settings: the seed.
        excess: by what the number of samples is multiplied; another than 1 is a wrong version.
    """
    levels = (0.1, 0.05)
    strength = 0.8
    needed = required_samples("mean", ALPHA, strength, false_alarm=levels[0], miss=levels[1])
    count = round(excess * needed)
    rng = np.random.default_rng(np.random.SeedSequence(settings.seed, spawn_key=(1,)))
    means = sample(ALPHA, (_TRIALS, count), rng).mean(-1)
    threshold = float(quantile(1 - levels[0], ALPHA)) * count ** (1 / ALPHA - 1)
    found = (float((means > threshold).mean()), float((means + strength < threshold).mean()))
    # Rounding the number of samples moves the second error by less than a standard error.
    errors = [
        abs(rate - level) / (level * (1 - level) / _TRIALS) ** 0.5
        for rate, level in zip(found, levels, strict=True)
    ]
    numbers = (
        f"α = {ALPHA:g}, N = {count}, {_TRIALS} replicates: errors {found[0]:.4f} and "
        f"{found[1]:.4f} where {levels[0]:g} and {levels[1]:g} are asked for"
    )
    holds = max(errors) <= _DEVIATIONS
    return Verdict(
        level=Level.MEASURED if holds else Level.REFUTED,
        method=f"simulation, within {_DEVIATIONS} standard errors" + (f"; {numbers}" * holds),
        seed=settings.seed,
        counterexample="" if holds else numbers,
    )


def information_verdict(settings: Settings, *, factor: float = 1.0) -> Verdict:
    """Compare the Fisher information with ∫ p'²/p dx by Fourier inversion of p and p'.

    Args:
        settings: not used; the quadrature has no randomness.
        factor: on the information; another than 1 is a wrong version.
    """
    found = [factor * fisher_information(alpha) for alpha in _NUMERIC]
    errors = [
        abs(value / _information_by_inversion(alpha) - 1)
        for value, alpha in zip(found, _NUMERIC, strict=True)
    ]
    numbers = ", ".join(f"{value:.3f}" for value in found)
    listed = ", ".join(f"{alpha:g}" for alpha in _NUMERIC)
    method = f"Fourier inversion of p and p'; I = {numbers} at α = {listed}"
    return _numeric_verdict(max(errors), 1e-3, method, f"α among {listed}")


def _information_by_inversion(alpha: float) -> float:
    t = np.arange(0.005, 45 ** (1 / alpha), 0.005)
    weight = np.exp(-(t**alpha)) * 0.005 / np.pi
    x, step = np.linspace(0, 60, 2001, retstep=True)
    phase = np.multiply.outer(x, t)
    density = np.cos(phase) @ weight + 0.0025 / np.pi
    slope = np.sin(phase) @ (weight * t)
    kept = density > 1e-9
    return float(2 * step * (slope[kept] ** 2 / density[kept]).sum())


def lower_bound_verdict(settings: Settings, *, factor: float = 1.0) -> Verdict:
    """Compare the bound for any test with what each estimator needs, at random numbers.

    Args:
        settings: examples and seed.
        factor: on the bound; a large one is a wrong version.
    """
    generator = random.Random(settings.seed)
    tightest = 0.0
    for _ in range(settings.examples):
        alpha, strength = generator.uniform(1.1, 2), generator.uniform(0.01, 0.1)
        levels = {name: generator.uniform(0.01, 0.2) for name in ("false_alarm", "miss")}
        bound = factor * fewest(alpha, strength, **levels)
        for name in ESTIMATORS:
            share = bound / required_samples(name, alpha, strength, **levels)
            tightest = max(tightest, share)
            if not share <= 1:
                where = f"{name}, alpha = {alpha:.4g}, m = {strength:.4g} sigma, {levels}"
                return _numeric_verdict(share, 1.0, "float64", where)
    return Verdict(
        level=Level.COMPUTED,
        method=f"float64, every estimator; the bound reaches {100 * tightest:.0f} % of the need",
        points=settings.examples,
        seed=settings.seed,
        failure_rate=failure_rate_bound(settings.examples),
    )


def _numeric_verdict(error: float, tolerance: float, method: str, where: str) -> Verdict:
    holds = error <= tolerance
    return Verdict(
        level=Level.COMPUTED if holds else Level.REFUTED,
        method=method,
        error=error,
        tolerance=tolerance,
        counterexample="" if holds else where,
    )


def relation_claim(
    name: str, relation: Relation, tex: str, *, title: str, text: str = "",
    source: Source | None = None, expected_to_hold: bool = True,
) -> Claim:  # fmt: skip
    """Return a claim that ``verify`` judges.

    Args:
        name: of the statement.
        relation: what is judged.
        tex: what is displayed.
        title: above the display.
        text: behind the title.
        source: where it is published; without one it is derived here.
        expected_to_hold: False for what does not survive.
    """
    statement = Statement(name, relation.kind, tex)
    if source is not None:
        statement = Statement(name, relation.kind, tex, source=source)
    return Claim(
        statement, lambda settings: verify(relation, settings), title, text, expected_to_hold
    )


def _estimator_claim(estimator: Estimator) -> Claim:
    per_signal = estimator.error.subs(samples, 1) * sum(estimator.quantiles) / signal
    sign = "=" if estimator.exact else r"\sim"
    tex = rf"N {sign} \left[{formula(per_signal)}\right]^{{\kappa}}, \qquad " + (
        rf"\kappa = {formula(estimator.kappa)}"
    )

    def check(settings: Settings) -> Verdict:
        solved = verify(concentration.sample_size(estimator.name), settings)
        return combine([solved, kappa_verdict(estimator.name, estimator.kappa, settings)])

    name = estimator.name.replace("_", " ")
    return Claim(
        Statement(f"kappa_{estimator.name}", Kind.IDENTITY, tex, source=estimator.source),
        check,
        title=name.capitalize(),
        text=f"{estimator.description[0].upper()}{estimator.description[1:]}."
        + ("" if estimator.exact else " For many samples."),
    )


def _kappa_rows(settings: Settings) -> list[list[str]]:
    rows = []
    for name, estimator in ESTIMATORS.items():
        found = simulated(name, settings.seed)
        low, high = found.interval
        derived = [f"${formula(concentration.kappa(_rational(a), name))}$" for a in _TABLE_ALPHAS]
        measured = f"{found.kappa:.2f} [{low:.2f}, {high:.2f}]"
        rows.append([name.replace("_", " "), f"${formula(estimator.kappa)}$", *derived, measured])
    return rows


def _rational(text: str) -> Expr:
    from sympy import Rational

    return Rational(text)


def detection() -> Derivation:
    """Return the section: N at given error levels, κ of each estimator, the bound for any test."""
    law = concentration.mean_characteristic_function()
    price = concentration.price_of_confidence()
    density = concentration.centre_density()
    items: list[Item] = [
        Text(
            r"Per lag a statistic has the mean $m = c f(\ell)$ and symmetric $\alpha$-stable noise "
            r"with characteristic function $e^{-\sigma^{\alpha}|t|^{\alpha}}$, $1 < \alpha \le 2$, "
            "independent over $N$ sequences. A test tells the mean from 0 with the error levels "
            rf"$\delta_1$ (found where there is none) and $\delta_2$ (missed). Here {SYMBOLS}. "
            r"Telling $+m$ from $-m$ by the sign at error $p$ is the case $2m$, "
            r"$\delta_1 = \delta_2 = p$."
        ),
        relation_claim(
            "mean_law", law, rf"{formula(law.lhs)} = {formula(law.rhs)}",
            title="The law of the mean of $N$ draws",
            text="Characteristic functions of both sides: the mean is stable again, its scale "
            r"$\sigma N^{1/\alpha - 1}$.",
            source=ESTIMATORS["mean"].source,
        ),
        *[_estimator_claim(estimator) for estimator in ESTIMATORS.values()],
        Claim(
            Statement("error_levels", Kind.IDENTITY,
                      r"P\bigl(\bar\psi_N > t \bigr) = \delta_1, \quad "
                      r"P\bigl(\bar\psi_N + m < t \bigr) = \delta_2 "
                      r"\quad \text{at } N = \Bigl(\frac{\sigma (q_1 + q_2)}{m}\Bigr)"
                      r"^{\alpha/(\alpha-1)}, \quad t = \sigma q_1 N^{1/\alpha - 1}"),
            error_level_verdict,
            title="Both error levels at that $N$",
            text="The formula of the mean is exact at every $N$, not only for large ones.",
        ),
        Table(
            "exponents",
            rf"The exponent $\kappa$: derived, at four tail indices, and simulated at "
            rf"$\alpha = {ALPHA:g}$ with its 99.9 % interval. Checked line by line above.",
            ("estimator", r"$\kappa$", *(rf"$\alpha = {a}$" for a in _TABLE_ALPHAS),
             rf"simulated, $\alpha = {ALPHA:g}$"),
            _kappa_rows,
        ),
        relation_claim(
            "centre_density", density,
            r"p(0) = \frac{1}{\pi} \int_0^{\infty} e^{-t^{\alpha}} \, dt = "
            rf"{formula(density_at_zero)}",
            title="The density at the centre", text="It decides the error of the median.",
        ),
        relation_claim(
            "tail", concentration.tail_normalisation(),
            r"P(X > x) \sim c_{\alpha} x^{-\alpha}, \quad "
            rf"c_{{\alpha}} = {formula(tail_constant)}, \quad "
            r"2 c_{\alpha} \int_0^{\infty} x^{-\alpha} \sin x \, dx = 1",
            title="The constant of the tail",
            text="Checked is the last equation, which fixes the constant.",
            source=Source("Zolotarev 1986", "univariate stable laws"),
        ),
        relation_claim(
            "price_of_confidence", price,
            rf"\frac{{d \ln N}}{{d \ln(1/\delta)}} \to {formula(price.rhs)}",
            title="The price of confidence, for the mean",
            text=r"With $q_{\delta} \sim (c_{\alpha}/\delta)^{1/\alpha}$ and both error levels "
            r"$\delta$: polynomial in $1/\delta$.",
        ),
        relation_claim(
            "normal_price", concentration.normal_price_of_confidence(),
            r"z_{\delta}^2 \le 2 \ln \frac{1}{2 \delta}",
            title="The price of confidence, for a bounded influence",
            text=r"$N$ is proportional to $z_{\delta}^2$: logarithmic in $1/\delta$.",
        ),
        *_lower_bound_items(),
    ]  # fmt: skip
    return Derivation("detection", "Detection and concentration", tuple(items), glossary=WINDOW)


def _lower_bound_items() -> list[Item]:
    smallest = concentration.smallest_exponent()
    return [
        Claim(
            Statement("information", Kind.DEFINITION,
                      r"I = \int \frac{p'(x)^2}{p(x)} \, dx < \infty",
                      source=Source("DuMouchel 1973", "Ann. Statist. 1")),
            information_verdict,
            title="Fisher information of the location",
            text="It is finite, so the location family is regular.",
        ),
        Claim(
            Statement("lower_bound", Kind.BOUND, rf"N \ge {formula(fewest_samples)}",
                      (r"$m \le \sigma$",), LE_CAM),
            lower_bound_verdict,
            title="A bound for any test",
            text="Checked against what each estimator needs, and with both error levels.",
        ),
        relation_claim(
            "smallest_exponent", smallest,
            r"\frac{d \ln N_{\min}}{d \ln(1/m)} \to 2",
            title=r"No test has $\kappa < 2$",
            text="$N_{\\min}$ is the right side of the bound.",
            source=LE_CAM,
        ),
    ]  # fmt: skip
