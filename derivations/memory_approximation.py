"""How many exponentials a memory needs: what bounds say, and what the best sums found need."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
import sympy

from longlag.numerics.memory.approximation import ExponentialSum, best_sum, laplace_quadrature
from longlag.numerics.memory.integrals import mass
from longlag.theory.memory import KERNELS, Kernel, time
from longlag.theory.memory.rate_bound import (
    constant,
    derivative_identity,
    rate_bound,
    weighted_derivatives,
)
from longlag.theory.memory.rate_truncation import (
    balanced_count,
    error,
    omega,
    proved_exponent,
    slowest_rate_bound,
)
from longlag.theory.notation import Glossary, Notation
from longlag.theory.statement import (
    Claim,
    Derivation,
    Figure,
    Kind,
    Level,
    Relation,
    Settings,
    Source,
    Statement,
    Table,
    Text,
    Verdict,
)
from longlag.theory.verify import verify

PAPER = Source("JMLR 23(42), 2022")
GLOSSARY = Glossary(
    r"$H_t(x) = \int_0^\infty x_{t-s}^\top \rho(s)\, ds$; errors are relative to "
    r"$\int |\rho|\, dt$ where $\varepsilon$ is written.",
    (
        Notation(r"\rho", "memory kernel"),
        Notation("y", r"response to a unit step, $y' = \rho$"),
        Notation("m", "number of units, that is of exponentials"),
        Notation(r"a_i,\ w_i", "amplitude and rate of a unit"),
        Notation(r"\omega", r"power of polynomial memory, $\rho \sim t^{-(1+\omega)}$"),
        Notation(r"\beta,\ \gamma", "exponential decay and size of the derivatives of $y$"),
        Notation(r"\alpha", "number of derivatives, the smoothness"),
    ),
)

#: ω ↦ units for 1 %: those known, and those that the sums found here need.
KNOWN: Mapping[float, int] = {1.0: 8, 0.5: 12, 0.25: 22, 0.125: 36}
FOUND: Mapping[float, int] = {1.0: 5, 0.5: 9, 0.25: 16, 0.125: 29}
TARGET = 0.01
_METHODS = ("refined_quadrature",)
_WIDTHS = (1, 2, 3, 4, 6, 8, 12, 16, 22)
_ALPHAS, _BOUND_WIDTHS = (1, 2, 3), (3, 6, 12)


def polynomial(power: float) -> Kernel:
    """Return (1 + t)^{−(1+ω)}."""
    return KERNELS["polynomial"].at({"c": 1, "tau": 1, "omega": power})


@lru_cache(maxsize=8)
def curve(power: float) -> tuple[ExponentialSum, ...]:
    """Return the refined sums for (1 + t)^{−(1+ω)}, up to 1 %."""
    widths = {m for m in _WIDTHS if m < FOUND[power]} | {FOUND[power]}
    return tuple(best_sum(polynomial(power), m, methods=_METHODS) for m in sorted(widths))


@lru_cache(maxsize=1)
def decaying_kernels() -> tuple[Kernel, ...]:
    """Return memories that decay exponentially, to which the rate bound applies."""
    tempered = Kernel("tempered", sympy.exp(-time) / (1 + time))
    delayed = KERNELS["delayed"].at({"a": 1, "b": 1, "c": 1, "s": 1, "omega": 0.25})
    return tempered, delayed, KERNELS["two_parts"]


def representation_verdict(settings: Settings, *, shift: float = 0.0) -> Verdict:
    """Compare polynomial memory with its Laplace representation at random points.

    Args:
        settings: points, seed and digits.
        shift: is added to the power of s, for a wrong version.
    """
    generator = np.random.default_rng(settings.seed)
    worst, where, digits = 0.0, "", min(settings.digits, 25)
    with mpmath.workdps(digits):
        for _ in range(settings.examples):
            power, tau, t = (float(x) for x in generator.uniform(0.1, 4, size=3))
            exponent = power + shift

            def integrand(s: Any, p: float = exponent, x: float = t / tau) -> Any:
                return s**p * mpmath.exp(-s * (1 + x))

            integral = mpmath.quad(integrand, [0, 0.01, 1, 4, mpmath.inf])
            direct = mpmath.mpf(1 + mpmath.mpf(t) / tau) ** -(1 + mpmath.mpf(power))
            gap = float(abs(integral / mpmath.gamma(1 + power) / direct - 1))
            if gap >= worst:
                worst, where = gap, f"omega = {power:.4g}, t/tau = {t / tau:.4g}"
    return _judged(settings, worst, 1e-10, f"quadrature in {digits} digits", where, Level.COMPUTED)


def derivative_verdict(settings: Settings, *, factor: int = 1) -> Verdict:
    """Prove the derivatives of g for α = 1..4.

    Args:
        settings: points, seed and digits.
        factor: multiplies one side, for a wrong version.
    """
    routes = []
    for alpha in (1, 2, 3, 4):
        identity = derivative_identity(alpha)
        routes.append(verify(Relation(identity.kind, identity.lhs, factor * identity.rhs,
                                      identity.domains), settings))  # fmt: skip
    return next((route for route in routes if not route.holds), routes[-1])


def bound_verdict(
    settings: Settings, kernels: Sequence[Kernel] | None = None, *, shrink: float = 1.0
) -> Verdict:
    """Compare the errors of computed sums with the derived bound at the best β.

    Args:
        settings: the seed is told.
        kernels: which; by default those that decay exponentially.
        shrink: multiplies the bound, for a wrong version.
    """
    worst, where, points = 0.0, "", 0
    needed = dict.fromkeys(_ALPHAS, 0.0)
    for kernel in kernels or decaying_kernels():
        gammas = {alpha: weighted_derivatives(kernel, alpha).best()[1] for alpha in _ALPHAS}
        for m in _BOUND_WIDTHS:
            reached = best_sum(kernel, m, methods=("refined_log_spaced",)).l1_error * mass(kernel)
            for alpha, gamma in gammas.items():
                points += 1
                needed[alpha] = max(needed[alpha], reached * m**alpha / gamma)
                ratio = reached / (shrink * rate_bound(alpha, m, gamma))
                if ratio > worst:
                    worst, where = ratio, f"{kernel.name}, m = {m}, alpha = {alpha}"
    constants = ", ".join(f"C({a}) = {needed[a]:.2g} of {float(constant(a)):.3g}" for a in _ALPHAS)
    method = f"error over bound at the best beta; the sums need {constants}"
    return _judged(settings, worst, 1.0, method, where, Level.MEASURED, points)


def unit_verdict(settings: Settings, *, power: float = 1.0) -> Verdict:
    """Ask whether γ/β^power changes with the unit of time as the error does, that is not.

    Args:
        settings: the seed is told.
        power: 1 for the published factor 1/β, 0 for the derived bound.
    """
    scale, m = 4, 3
    reached, size = [], []
    for factor in (sympy.Integer(1), sympy.Integer(scale)):
        rho = factor * (time * sympy.exp(-time) / (1 + time)).subs(time, factor * time)
        kernel = Kernel("hump", rho)
        beta, gamma = weighted_derivatives(kernel, 1).best(power)
        reached.append(best_sum(kernel, m, methods=("refined_log_spaced",)).l1_error * mass(kernel))
        size.append(gamma / beta**power)
    change = (size[1] / size[0]) / (reached[1] / reached[0])
    where = (
        f"rho -> {scale} rho({scale}t): the error stays {reached[1]:.3g}, the bound is multiplied "
        f"by {size[1] / size[0]:.3g}, and by 1/lambda with any other factor lambda"
    )
    # Times at which suprema are sought are not rescaled.
    method = f"te^(-t)/(1+t) in two units of time, m = {m}"
    return _judged(settings, abs(change - 1), 0.05, method, where, Level.MEASURED)


def truncation_verdict(settings: Settings, *, power: int = -1) -> Verdict:
    """Derive the count of the truncation argument.

    Args:
        settings: points, seed and digits.
        power: −1; with another the exponent of ε is wrong.
    """
    domains = {omega: sympy.Interval.open(0, 1), error: sympy.Interval.open(0, 1)}
    claimed = omega * error ** (power / omega)
    return verify(Relation(Kind.IDENTITY, balanced_count(), claimed, domains), settings)


def exponent_verdict(settings: Settings, *, shift: int = 1) -> Verdict:
    """Derive the exponent of the count that the proved bound gives, for α = 1..4.

    Args:
        settings: points, seed and digits.
        shift: 1; another one is a wrong version.
    """
    domains = {omega: sympy.Interval.open(0, 1)}
    routes = [
        verify(Relation(Kind.IDENTITY, proved_exponent(a), (a + shift + omega) / (a * omega),
                        domains), settings)
        for a in (1, 2, 3, 4)
    ]  # fmt: skip
    return next((route for route in routes if not route.holds), routes[-1])


def necessary_verdict(settings: Settings) -> Verdict:
    """Ask whether sums with fewer than ω ε^{−1/ω} units reach ε."""
    worst, where = 0.0, ""
    for power in KNOWN:
        for found in curve(power):
            least = power * found.l1_error ** (-1 / power)
            if least / found.terms > worst:
                worst = least / found.terms
                where = (
                    f"omega = {power:g}: {found.terms} exponentials reach {found.l1_error:.2%}, "
                    f"for which {least:.2g} were necessary"
                )
    method = "refined quadratures, claimed count over count"
    return _judged(settings, worst, 1.0, method, where, Level.MEASURED)


def count_verdict(
    settings: Settings, counts: Mapping[float, int] = KNOWN, *, refined: bool = False
) -> Verdict:
    """Ask whether so many exponentials reach 1 %.

    Args:
        settings: the seed is told.
        counts: ω ↦ the number of units.
        refined: whether the quadrature is refined; without, no amplitude or rate is fitted.
    """
    worst, where = 0.0, ""
    for power, m in counts.items():
        kernel = polynomial(power)
        rule = best_sum(kernel, m, methods=_METHODS) if refined else laplace_quadrature(kernel, m)
        if rule.l1_error > worst:
            worst, where = rule.l1_error, f"omega = {power:g}, {m} units: {rule.l1_error:.3%}"
    method = "refined quadrature" if refined else "trapezoidal rule in ln s"
    return _judged(settings, worst, TARGET, method, where, Level.MEASURED, len(counts))


def log_squared_verdict(settings: Settings, *, factor: float = 1 / 3) -> Verdict:
    """Compare counts with a multiple of (1/ω) ln²(1/ε), for ε up to 5 %.

    Args:
        settings: the seed is told.
        factor: the multiple; too small a one is a wrong version.
    """
    worst, where, points = 0.0, "", 0
    for power in KNOWN:
        for found in curve(power):
            if found.l1_error > 0.05:
                continue
            points += 1
            ratio = found.terms / (factor / power * math.log(found.l1_error) ** 2)
            if ratio > worst:
                worst, where = ratio, f"omega = {power:g}, m = {found.terms}"
    return _judged(settings, worst, 1.0, "count over bound", where, Level.MEASURED, points)


def slow_unit_verdict(settings: Settings, *, shrink: float = 1.0) -> Verdict:
    """Compare the slowest unit of every sum with what it cannot exceed.

    Args:
        settings: the seed is told.
        shrink: multiplies the bound, for a wrong version.
    """
    worst, where, points = 0.0, "", 0
    for power in KNOWN:
        for found in curve(power):
            if found.l1_error >= 0.5:
                continue
            points += 1
            total = float(np.abs(found.amplitudes).sum())
            limit = shrink * slowest_rate_bound(power, found.l1_error, total)
            if found.smallest_rate / limit > worst:
                worst = found.smallest_rate / limit
                where = f"omega = {power:g}, m = {found.terms}: {found.smallest_rate:.2g}"
    return _judged(settings, worst, 1.0, "rate over bound", where, Level.MEASURED, points)


def count_rows(settings: Settings) -> list[list[str]]:
    """Return the rows of the table of counts."""
    rows = []
    for power, known in KNOWN.items():
        found = best_sum(polynomial(power), FOUND[power], methods=_METHODS)
        total = float(np.abs(found.amplitudes).sum())
        limit = slowest_rate_bound(power, TARGET, total)
        rows.append([
            f"{power:g}", f"{known}", f"{found.terms}", f"{found.l1_error:.2%}",
            _tex(power * TARGET ** (-1 / power)), _tex(found.smallest_rate), _tex(limit),
        ])  # fmt: skip
    return rows


def error_figure(settings: Settings) -> Any:
    """Draw the error against the number of units, the truncation bound beside the sums found."""
    figure, axes = _canvas()
    for index, power in enumerate(KNOWN):
        sums = curve(power)
        widths = np.array([found.terms for found in sums])
        axes.loglog(widths, [found.l1_error for found in sums], "o-", ms=3, color=f"C{index}",
                    label=rf"$\omega = {power:g}$")  # fmt: skip
        smooth = np.geomspace(1, 40, 50)
        # The sum of both terms at the best T; at ω = 1 its limit.
        flat = (1 - power) ** (power - 1) if power < 1 else 1.0
        axes.loglog(smooth, np.minimum(flat * smooth**-power, 1), ":", color=f"C{index}")
    axes.axhline(TARGET, color="0.6", lw=0.8)
    axes.set_xlabel("units m")
    axes.set_ylabel(r"relative $L^1$ error")
    axes.set_title("best sums found (points), bound by truncation (dotted)", fontsize=9)
    axes.legend(fontsize=8)
    return figure


def rate_figure(settings: Settings) -> Any:
    """Draw the smallest rate against the error, beside what it cannot exceed."""
    figure, axes = _canvas()
    for index, power in enumerate(KNOWN):
        sums = [found for found in curve(power) if found.l1_error < 0.4]
        errors = [found.l1_error for found in sums]
        axes.loglog(errors, [found.smallest_rate for found in sums], "o-", ms=3,
                    color=f"C{index}", label=rf"$\omega = {power:g}$")  # fmt: skip
        limits = [
            slowest_rate_bound(power, found.l1_error, float(np.abs(found.amplitudes).sum()))
            for found in sums
        ]
        axes.loglog(errors, limits, ":", color=f"C{index}")
    axes.set_xlabel(r"relative $L^1$ error")
    axes.set_ylabel("smallest rate")
    axes.set_title("slowest unit of the sums (points), its upper bound (dotted)", fontsize=9)
    axes.legend(fontsize=8)
    return figure


def derivation() -> Derivation:
    """Return the section."""
    known = "/".join(str(m) for m in KNOWN.values())
    found = "/".join(str(m) for m in FOUND.values())
    powers = "/".join(f"{power:g}" for power in KNOWN)
    decays = r"$e^{\beta t} y^{(k)} \to 0$, $\sup_t |e^{\beta t} y^{(k)}|/\beta^k \le \gamma$"
    derivatives = r"$k = 1, \dots, \alpha + 1$"
    items = (
        Text(
            r"Linear, continuous, causal, regular and time-homogeneous functionals are "
            r"$H_t(x) = \int_0^\infty x_{t-s}^\top \rho(s)\, ds$ with $\rho \in L^1$ (Riesz). A "
            r"diagonal linear network represents $\hat\rho(t) = \sum_i a_i e^{-w_i t}$, and "
            r"$\sup_t |H_t(x) - \hat H_t(x)| \le \|\rho - \hat\rho\|_{L^1} \sup |x|$, with "
            r"equality for the worst $x$. So the question is how many exponentials a kernel needs "
            r"in $L^1$."
        ),
        _claim(
            "derivatives_of_g", Kind.IDENTITY,
            r"\frac{d^\alpha}{du^\alpha} \frac{\rho(t)}{u} = (-1)^\alpha e^{\beta t} "
            r"\sum_{k=0}^{\alpha} s_k \Bigl(\frac{\alpha+1}{\beta}\Bigr)^k "
            r"\rho^{(k)}(t)",
            derivative_verdict, "Sums of exponentials are polynomials",
            r"In $u = e^{-\beta t/(\alpha+1)}$ a sum with the rates $j\beta/(\alpha+1)$ is $u$ "
            r"times a polynomial, and $\int|\rho - \hat\rho|dt = \frac{\alpha+1}{\beta} \int_0^1 "
            r"|\rho/u - p| du$.",
            (r"$u = e^{-\beta t/(\alpha+1)}$", r"$\sum_k s_k x^k = \prod_{j=1}^{\alpha}(x+j)$",
             r"$\alpha \le 4$"),
        ),
        _claim(
            "rate_bound", Kind.BOUND,
            r"\sup_t \|H_t - \hat H_t\| \le \Bigl(\frac{\pi}{4}\Bigr)^{\alpha} "
            r"\frac{(2\alpha+1)!}{\alpha!} \frac{\gamma d}{m(m-1)\cdots(m-\alpha+1)} \le "
            r"C(\alpha) \frac{\gamma d}{m^\alpha}",
            bound_verdict, "The rate bound with a constant",
            r"Jackson's theorem in the form of Favard and Achieser on $[0,1]$; $C(\alpha)$ is the "
            r"coefficient times $\alpha^\alpha/\alpha!$. With $\gamma$ that "
            r"of $\rho$ in place of $y$, $\sup|e^{\beta t}\rho^{(k)}|/\beta^k$, the right side is "
            r"$C(\alpha)\gamma d/(\beta m^\alpha)$, the published form. The approximants have "
            r"rates from $\beta/(\alpha+1)$ on: memory that decays exponentially needs no slow "
            r"units. The verdict tells the smallest $C(\alpha)$ that the sums found need.",
            (f"{decays} for {derivatives}", r"$m \ge \alpha$", r"$|x| \le 1$"),
        ),
        _claim(
            "rate_bound_published", Kind.BOUND,
            r"\sup_t \|H_t - \hat H_t\| \le C(\alpha) \frac{\gamma d}{\beta m^\alpha}",
            unit_verdict, r"The factor $1/\beta$",
            r"With $\gamma$ that of the step response, $\rho \to \lambda\rho(\lambda t)$ changes "
            r"neither error nor $\gamma$, and divides the right side by $\lambda$: no $C(\alpha)$ "
            r"serves all $\lambda$.",
            (f"{decays} for {derivatives}",), PAPER, expected=False,
        ),
        _claim(
            "truncation", Kind.IDENTITY,
            r"T^{-\omega} = \varepsilon, \quad \frac{\omega}{m} T^{1-\omega} = \varepsilon "
            r"\quad\Longrightarrow\quad m = \omega\, \varepsilon^{-1/\omega}",
            truncation_verdict, "Truncation",
            r"Polynomial memory has no $\gamma$. Cut at $T$, its tail is lost and the rest costs "
            r"the rate bound. The minimum over $T$ is $(1-\omega)^{\omega-1} m^{-\omega}$, at "
            r"$T = m/(1-\omega)$: the same exponent. From $\omega = 1$ on the two terms say "
            r"nothing of the kind: the second no longer grows with $T$.",
            (r"$0 < \omega < 1$",), PAPER,
        ),
        _claim(
            "truncation_proved", Kind.IDENTITY,
            r"A T^{-\omega} + B \frac{T^{\alpha+1}}{m^\alpha} = \varepsilon "
            r"\quad\Longrightarrow\quad m \propto \varepsilon^{-(\alpha+1+\omega)/(\alpha\omega)}",
            exponent_verdict, "Truncation, with the proved bound",
            r"Tapered by $e^{-t/T}$, with $\beta = 1/T$. Sufficient, and for large $\alpha$ the "
            r"exponent is $1/\omega$ again.",
            (r"minimised over $T$", r"$0 < \omega < 1$", r"$\alpha \le 4$"),
        ),
        _claim(
            "exponentially_many", Kind.BOUND,
            r"m \ge \omega\, \varepsilon^{-1/\omega}",
            necessary_verdict, "Exponentially many neurons",
            "The count belongs to the bound. Sums of exponentials do not need it.",
            (r"$\rho = (1+t)^{-(1+\omega)}$", r"for every sum with relative error $\varepsilon$"),
            PAPER, expected=False,
        ),
        _claim(
            "laplace_representation", Kind.IDENTITY,
            r"\Bigl(1 + \frac{t}{\tau}\Bigr)^{-(1+\omega)} = \frac{1}{\Gamma(1+\omega)} "
            r"\int_0^\infty s^\omega e^{-s} e^{-st/\tau}\, ds",
            representation_verdict, "Polynomial memory is a mixture",
            r"A trapezoidal rule in $\ln s$ converges exponentially: its rates are log-spaced.",
        ),
        _claim(
            "counts", Kind.BOUND,
            rf"m = {known} \text{{ exponentials: }} \varepsilon \le 1\,\% \text{{ at }} "
            rf"\omega = {powers}",
            count_verdict, "Counts by quadrature",
            "Neither amplitudes nor rates are fitted, only the two ends of the rule.",
        ),
        _claim(
            "fewer", Kind.BOUND,
            rf"m = {found} \text{{ exponentials: }} \varepsilon \le 1\,\% \text{{ at }} "
            rf"\omega = {powers}",
            lambda settings: count_verdict(settings, FOUND, refined=True), "Counts when refined",
            "Rates and amplitudes by nonlinear least squares, reweighted towards $L^1$. These are "
            "upper bounds on the fewest: the true optimum is not known.",
        ),
        _claim(
            "log_squared", Kind.BOUND,
            r"m \le \frac{1}{3\omega} \ln^2 \frac{1}{\varepsilon}",
            log_squared_verdict, "How counts grow",
            "Polynomially in the length of memory and in the digits, not exponentially.",
            (r"$\varepsilon \le 5\,\%$",),
        ),
        _claim(
            "slow_units", Kind.BOUND,
            r"w_{\min}\, e^{w_{\min} T} \le \frac{\omega}{\varepsilon} \sum_i |a_i|, \qquad "
            r"T = (2\varepsilon)^{-1/\omega} - 1",
            slow_unit_verdict, "Where the curse is",
            r"Half of the mass $2\varepsilon/\omega$ beyond $T$ has to be held by the sum, "
            r"whatever $m$. So $w_{\min} \lesssim (2\varepsilon)^{1/\omega}$ up to a logarithm: "
            r"the exponential is in the time scale of the slowest unit, which a perturbation of "
            r"its size makes unstable.",
            (r"$\varepsilon < 1/2$",),
        ),
        Table(
            "counts_for_one_per_cent",
            "Units for 1 % of $(1+t)^{-(1+\\omega)}$: known and found with its error, what the "
            "truncation argument asks for, the smallest rate of the sum found, and what no sum "
            "with these amplitudes and 1 % can exceed. Checked in the claims above.",
            (r"$\omega$", "known", "found", "error", r"$\omega\varepsilon^{-1/\omega}$",
             r"$w_{\min}$", r"$w_{\min}$ at most"),
            count_rows,
        ),
        Figure(
            "approximation_error",
            "Error against the number of units: the sums found beside the bound by truncation.",
            error_figure,
        ),
        Figure(
            "smallest_rate",
            "The slowest unit of the sums found, beside the rate that it cannot exceed.",
            rate_figure,
        ),
    )  # fmt: skip
    return Derivation(
        "memory_approximation", "Approximation by exponentials", items, glossary=GLOSSARY
    )


def _claim(
    name: str,
    kind: Kind,
    tex: str,
    check: Callable[[Settings], Verdict],
    title: str,
    text: str,
    assumptions: tuple[str, ...] = (),
    source: Source | None = None,
    *,
    expected: bool = True,
) -> Claim:
    statement = Statement(name, kind, tex, assumptions, *([source] if source else []))
    return Claim(statement, check, title=title, text=text, expected_to_hold=expected)


def _canvas() -> tuple[Any, Any]:
    from matplotlib.figure import Figure as Canvas

    figure = Canvas(figsize=(6.0, 3.6), layout="constrained")
    return figure, figure.add_subplot()


def _judged(
    settings: Settings, worst: float, tolerance: float, method: str, where: str, level: Level,
    points: int | None = None,
) -> Verdict:  # fmt: skip
    holds = worst <= tolerance
    return Verdict(
        level=level if holds else Level.REFUTED,
        method=method,
        points=points,
        error=worst,
        tolerance=tolerance,
        seed=settings.seed,
        counterexample="" if holds else where,
    )


def _tex(number: float) -> str:
    power = math.floor(math.log10(number))
    if -3 <= power <= 3:
        return f"{float(f'{number:.2g}'):g}"
    return rf"${number / 10**power:.1f} \cdot 10^{{{power}}}$"
