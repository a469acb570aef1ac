"""How many exponentials a memory needs: what bounds say, and what the best sums found need."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from longlag.derivations.memory.approximation_checks import (
    FOUND,
    KNOWN,
    METHODS,
    TARGET,
    bound_verdict,
    count_verdict,
    curve,
    decaying_kernels,
    derivative_verdict,
    exponent_verdict,
    log_squared_verdict,
    necessary_verdict,
    polynomial,
    representation_verdict,
    slow_unit_verdict,
    truncation_verdict,
    unit_verdict,
)
from longlag.numerics.canvas import canvas
from longlag.numerics.memory.approximation.best import best_sum
from longlag.theory.memory.rate_truncation import slowest_rate_bound
from longlag.theory.notation import Entry, Glossary
from longlag.theory.statement import (
    DERIVED_HERE,
    Claim,
    Derivation,
    Figure,
    Kind,
    Reading,
    Settings,
    Source,
    Statement,
    Table,
    Text,
    Verdict,
)

PAPER = Source("JMLR 23(42), 2022")
GLOSSARY = Glossary(
    r"$H_t(x) = \int_0^\infty x_{t-s}^\top \rho(s)\, ds$; errors are relative to "
    r"$\int |\rho|\, dt$ where $\varepsilon$ is written.",
    (
        Entry(r"\rho", "memory kernel"),
        Entry("y", r"response to a unit step, $y' = \rho$"),
        Entry("m", "number of units, that is of exponentials"),
        Entry(r"a_i,\ w_i", "amplitude and rate of a unit"),
        Entry(r"\omega", r"power of polynomial memory, $\rho \sim t^{-(1+\omega)}$"),
        Entry(r"\beta,\ \gamma", "exponential decay and size of the derivatives of $y$"),
        Entry(r"\alpha", "number of derivatives, the smoothness"),
    ),
)


def count_rows(settings: Settings) -> list[list[str]]:
    """Return the rows of the table of counts."""
    rows = []
    for power, known in KNOWN.items():
        found = best_sum(polynomial(power), FOUND[power], methods=METHODS)
        total = float(np.abs(found.amplitudes).sum())
        limit = slowest_rate_bound(power, TARGET, total)
        rows.append(
            [
                f"{power:g}",
                f"{known}",
                f"{found.terms}",
                f"{found.l1_error:.2%}",
                _tex(power * TARGET ** (-1 / power)),
                _tex(found.smallest_rate),
                _tex(limit),
            ]
        )
    return rows


def error_figure(settings: Settings) -> Any:
    """Draw the error against the number of units, the truncation bound beside the sums found."""
    figure, axes = canvas(size=(6.0, 3.6))
    for index, power in enumerate(KNOWN):
        sums = curve(power)
        widths = np.array([found.terms for found in sums])
        axes.loglog(
            widths,
            [found.l1_error for found in sums],
            "o-",
            ms=3,
            color=f"C{index}",
            label=rf"$\omega = {power:g}$",
        )
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
    figure, axes = canvas(size=(6.0, 3.6))
    for index, power in enumerate(KNOWN):
        sums = [found for found in curve(power) if found.l1_error < 0.4]
        errors = [found.l1_error for found in sums]
        axes.loglog(
            errors,
            [found.smallest_rate for found in sums],
            "o-",
            ms=3,
            color=f"C{index}",
            label=rf"$\omega = {power:g}$",
        )
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
            "derivatives_of_g",
            Kind.IDENTITY,
            r"\frac{d^\alpha}{du^\alpha} \frac{\rho(t)}{u} = (-1)^\alpha e^{\beta t} "
            r"\sum_{k=0}^{\alpha} s_k \Bigl(\frac{\alpha+1}{\beta}\Bigr)^k "
            r"\rho^{(k)}(t)",
            derivative_verdict,
            "Sums of exponentials are polynomials",
            r"In $u = e^{-\beta t/(\alpha+1)}$ a sum with the rates $j\beta/(\alpha+1)$ is $u$ "
            r"times a polynomial, and $\int|\rho - \hat\rho|dt = \frac{\alpha+1}{\beta} \int_0^1 "
            r"|\rho/u - p| du$.",
            (
                r"$u = e^{-\beta t/(\alpha+1)}$",
                r"$\sum_k s_k x^k = \prod_{j=1}^{\alpha}(x+j)$",
                r"$\alpha \le 4$",
            ),
            stated={"factor": 1},
            wrong={"twice the right side": {"factor": 2}},
        ),
        _claim(
            "rate_bound",
            Kind.BOUND,
            r"\sup_t \|H_t - \hat H_t\| \le \Bigl(\frac{\pi}{4}\Bigr)^{\alpha} "
            r"\frac{(2\alpha+1)!}{\alpha!} \frac{\gamma d}{m(m-1)\cdots(m-\alpha+1)} \le "
            r"C(\alpha) \frac{\gamma d}{m^\alpha}",
            bound_verdict,
            "The rate bound with a constant",
            r"Jackson's theorem in the form of Favard and Achieser on $[0,1]$; $C(\alpha)$ is the "
            r"coefficient times $\alpha^\alpha/\alpha!$. With $\gamma$ that "
            r"of $\rho$ in place of $y$, $\sup|e^{\beta t}\rho^{(k)}|/\beta^k$, the right side is "
            r"$C(\alpha)\gamma d/(\beta m^\alpha)$, the published form. The approximants have "
            r"rates from $\beta/(\alpha+1)$ on: memory that decays exponentially needs no slow "
            r"units. The verdict tells the smallest $C(\alpha)$ that the sums found need.",
            (f"{decays} for {derivatives}", r"$m \ge \alpha$", r"$|x| \le 1$"),
            stated={"kernels": None, "share": 1.0},
            wrong={
                "a thousandth of the bound": {"kernels": decaying_kernels()[-1:], "share": 1e-3}
            },
        ),
        _claim(
            "rate_bound_published",
            Kind.BOUND,
            r"\sup_t \|H_t - \hat H_t\| \le C(\alpha) \frac{\gamma d}{\beta m^\alpha}",
            unit_verdict,
            r"The factor $1/\beta$",
            r"With $\gamma$ that of the step response, $\rho \to \lambda\rho(\lambda t)$ changes "
            r"neither error nor $\gamma$, and divides the right side by $\lambda$: no $C(\alpha)$ "
            r"serves all $\lambda$.",
            (f"{decays} for {derivatives}",),
            PAPER,
            expected=False,
            stated={"power": 1.0},
        ),
        _claim(
            "truncation",
            Kind.IDENTITY,
            r"T^{-\omega} = \varepsilon, \quad \frac{\omega}{m} T^{1-\omega} = \varepsilon "
            r"\quad\Longrightarrow\quad m = \omega\, \varepsilon^{-1/\omega}",
            truncation_verdict,
            "Truncation",
            r"Polynomial memory has no $\gamma$. Cut at $T$, its tail is lost and the rest costs "
            r"the rate bound. The minimum over $T$ is $(1-\omega)^{\omega-1} m^{-\omega}$, at "
            r"$T = m/(1-\omega)$: the same exponent. From $\omega = 1$ on the two terms say "
            r"nothing of the kind: the second no longer grows with $T$.",
            (r"$0 < \omega < 1$",),
            PAPER,
            stated={"power": -1},
            wrong={"another power of the error": {"power": -2}},
        ),
        _claim(
            "truncation_proved",
            Kind.IDENTITY,
            r"A T^{-\omega} + B \frac{T^{\alpha+1}}{m^\alpha} = \varepsilon "
            r"\quad\Longrightarrow\quad m \propto \varepsilon^{-(\alpha+1+\omega)/(\alpha\omega)}",
            exponent_verdict,
            "Truncation, with the proved bound",
            r"Tapered by $e^{-t/T}$, with $\beta = 1/T$. Sufficient, and for large $\alpha$ the "
            r"exponent is $1/\omega$ again.",
            (r"minimised over $T$", r"$0 < \omega < 1$", r"$\alpha \le 4$"),
            stated={"shift": 1},
            wrong={"one derivative less": {"shift": 0}},
        ),
        _claim(
            "exponentially_many",
            Kind.BOUND,
            r"m \ge \omega\, \varepsilon^{-1/\omega}",
            necessary_verdict,
            "Exponentially many neurons",
            "The count belongs to the bound. Sums of exponentials do not need it.",
            (r"$\rho = (1+t)^{-(1+\omega)}$", r"for every sum with relative error $\varepsilon$"),
            PAPER,
            expected=False,
        ),
        _claim(
            "laplace_representation",
            Kind.IDENTITY,
            r"\Bigl(1 + \frac{t}{\tau}\Bigr)^{-(1+\omega)} = \frac{1}{\Gamma(1+\omega)} "
            r"\int_0^\infty s^\omega e^{-s} e^{-st/\tau}\, ds",
            representation_verdict,
            "Polynomial memory is a mixture",
            r"A trapezoidal rule in $\ln s$ converges exponentially: its rates are log-spaced.",
            stated={"shift": 0.0},
            wrong={"another power of the rate": {"shift": 0.1}},
        ),
        _claim(
            "counts",
            Kind.BOUND,
            rf"m = {known} \text{{ exponentials: }} \varepsilon \le 1\,\% \text{{ at }} "
            rf"\omega = {powers}",
            count_verdict,
            "Counts by quadrature",
            "Neither amplitudes nor rates are fitted, only the two ends of the rule.",
            stated={"counts": KNOWN, "refined": False},
            wrong={
                "half as many": {
                    "counts": {power: count // 2 for power, count in KNOWN.items() if power > 0.3}
                }
            },
        ),
        _claim(
            "fewer",
            Kind.BOUND,
            rf"m = {found} \text{{ exponentials: }} \varepsilon \le 1\,\% \text{{ at }} "
            rf"\omega = {powers}",
            count_verdict,
            "Counts when refined",
            "Rates and amplitudes by nonlinear least squares, reweighted towards $L^1$. These are "
            "upper bounds on the fewest: the true optimum is not known.",
            stated={"counts": FOUND, "refined": True},
            wrong={"three for the shortest memory": {"counts": {1.0: 3}}},
        ),
        _claim(
            "log_squared",
            Kind.BOUND,
            r"m \le \frac{1}{3\omega} \ln^2 \frac{1}{\varepsilon}",
            log_squared_verdict,
            "How counts grow",
            "Polynomially in the length of memory and in the digits, not exponentially.",
            (r"$\varepsilon \le 5\,\%$",),
            stated={"factor": 1 / 3},
            wrong={"a tenth": {"factor": 0.1}},
        ),
        _claim(
            "slow_units",
            Kind.BOUND,
            r"w_{\min}\, e^{w_{\min} T} \le \frac{\omega}{\varepsilon} \sum_i |a_i|, \qquad "
            r"T = (2\varepsilon)^{-1/\omega} - 1",
            slow_unit_verdict,
            "Where the curse is",
            r"Half of the mass $2\varepsilon/\omega$ beyond $T$ has to be held by the sum, "
            r"whatever $m$. So $w_{\min} \lesssim (2\varepsilon)^{1/\omega}$ up to a logarithm: "
            r"the exponential is in the time scale of the slowest unit, which a perturbation of "
            r"its size makes unstable.",
            (r"$\varepsilon < 1/2$",),
            stated={"share": 1.0},
            wrong={"a hundredth of the rate": {"share": 1e-2}},
        ),
        Table(
            "counts_for_one_per_cent",
            "Units for 1 % of $(1+t)^{-(1+\\omega)}$: known and found with its error, what the "
            "truncation argument asks for, the smallest rate of the sum found, and what no sum "
            "with these amplitudes and 1 % can exceed. Checked in the claims above.",
            (
                r"$\omega$",
                "known",
                "found",
                "error",
                r"$\omega\varepsilon^{-1/\omega}$",
                r"$w_{\min}$",
                r"$w_{\min}$ at most",
            ),
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
    )
    return Derivation(
        "memory_approximation", "Approximation by exponentials", items, glossary=GLOSSARY
    )


def _claim(
    name: str,
    kind: Kind,
    tex: str,
    check: Callable[..., Verdict],
    title: str,
    text: str,
    assumptions: tuple[str, ...] = (),
    source: Source | None = None,
    *,
    expected: bool = True,
    stated: Mapping[str, Any] | None = None,
    wrong: Mapping[str, Mapping[str, Any]] | None = None,
    reading: Reading | None = None,
) -> Claim:
    statement = Statement(name, kind, tex, assumptions, source or DERIVED_HERE, reading)
    return Claim(
        statement,
        check,
        title=title,
        text=text,
        expected_to_hold=expected,
        stated=stated or {},
        wrong=wrong or {},
    )


def _tex(number: float) -> str:
    power = math.floor(math.log10(number))
    if -3 <= power <= 3:
        return f"{float(f'{number:.2g}'):g}"
    return rf"${number / 10**power:.1f} \cdot 10^{{{power}}}$"
