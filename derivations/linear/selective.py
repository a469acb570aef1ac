"""Selective gates, correlated gates, and how the window of a delta rule grows with its keys."""

from __future__ import annotations

from sympy import Interval, Rational, exp, log, oo

from longlag.derivations.linear import letters as the
from longlag.derivations.linear.selective_checks import (
    cell_verdict,
    correlated_verdict,
    every_input_verdict,
    expansion_verdict,
    gated_verdict,
    mamba_verdict,
    selectivity_verdict,
)
from longlag.derivations.results.judged import live_claim
from longlag.theory.notation import ell
from longlag.theory.readback import of_relation
from longlag.theory.statement import Claim, Kind, Relation, Source
from longlag.theory.verify import claim

_WANG = Source("Wang et al. 2025, arXiv 2501.00658")
_HUANG = Source("Huang et al. 2025, arXiv 2506.11891")


def selective_claims() -> tuple[Claim, ...]:
    """Return the claims on a gate e^{−AΔ} whose step Δ the input chooses."""
    return (
        live_claim(
            "mamba_mean",
            the.MEAN_PRODUCT,
            "=",
            exp(-ell * the.MAMBA_MEAN),
            mamba_verdict,
            title="A token's influence decays exponentially: on average over inputs",
            text=r"Of a unit under independent inputs, at the rate $-\ln E a$: simulated with the "
            "cell mamba, whose transport is the product of its diagonals.",
            source=_WANG,
            kind=Kind.IDENTITY,
            stated={"rate": "mean", "of_logarithm": False},
            wrong={"at the typical rate": {"rate": "typical"}},
        ),
        live_claim(
            "mamba_typical",
            the.MEAN_LOGARITHM,
            "=",
            -ell * the.MAMBA_TYPICAL,
            mamba_verdict,
            title="And in a typical sequence",
            text=r"At the larger rate $-E \ln a = A\, E \Delta$, which is that of the constant "
            "gate with the same mean step.",
            kind=Kind.IDENTITY,
            stated={"rate": "typical", "of_logarithm": True},
            wrong={"at the rate of the mean": {"rate": "mean"}},
        ),
        live_claim(
            "influence_for_every_input",
            the.LEAST_RATE,
            ">",
            0,
            every_input_verdict,
            title="“Decays exponentially in the distance”: for every input",
            text=r"Read as a bound $C e^{-r\ell}$ with one $r > 0$ for all inputs. A step that "
            r"comes to 0 keeps all: $\sup_u a(u) = 1$, so that only a bound on the step, or an "
            "average over inputs, decays.",
            source=_WANG,
            expected_to_hold=False,
            stated={"rate": 1e-3},
            wrong={"a larger rate": {"rate": 0.1}, "a smaller rate": {"rate": 1e-6}},
        ),
        live_claim(
            "selectivity_counteracts_decay",
            the.MAMBA_TYPICAL - the.MAMBA_MEAN,
            ">",
            Rational(9, 100),
            selectivity_verdict,
            title="“Selectivity counteracts memory decay”",
            text="Read as: the mean product outlives that of the constant gate with the same mean "
            "step. It does, by Jensen's inequality, for any step that varies; here $A = 16$ and "
            r"$\Delta = \ln(1 + e^u)$ with $u \sim N(-4, 1)$. A typical product does not.",
            source=_HUANG,
            stated={"gain": 0.09},
            wrong={"a tenth": {"gain": 0.1}},
        ),
        live_claim(
            "cumulants_do_not_converge",
            abs(the.MAMBA_MEAN - the.SIXTH),
            ">",
            the.MAMBA_TYPICAL - the.MAMBA_MEAN,
            expansion_verdict,
            title="An expansion in cumulants does not converge",
            text=r"Minus the logarithm of these gates is nearly lognormal: the second and third "
            r"order of $-\ln E a = -\sum_n \kappa_n/n!$ come nearer than the typical rate, "
            "the first; the fourth to the sixth are farther off than it.",
            stated={"order": 6},
            wrong={"by two cumulants": {"order": 2}},
        ),
    )


def correlated_claims() -> tuple[Claim, ...]:
    """Return the claims on gates whose logarithms are a stationary sequence."""
    phi, sigma = the.CORRELATION, the.DEVIATION
    variance = ell * (1 + phi) / (1 - phi) - 2 * phi * (1 - phi**ell) / (1 - phi) ** 2
    exponent = -ell * the.CENTRE + sigma**2 / 2 * variance
    independent = -ell * the.CENTRE + sigma**2 / 2 * ell
    edge = -ell * the.CENTRE + sigma**2 / 2 * ell * (1 + phi) / (1 - phi)
    return (
        live_claim(
            "correlated_gates",
            log(the.MEAN_PRODUCT),
            "=",
            exponent,
            correlated_verdict,
            title="Correlated gates",
            text=r"With normal $\ln a$ of mean $-\mu$, deviation $\sigma$ and correlation "
            r"$\varphi^{|k|}$ the second cumulant ends the expansion: $-\ln E\prod a = \ell\mu - "
            r"\tfrac{\sigma^2}{2} (\ell + 2 \sum_{k<\ell} (\ell-k) \varphi^k)$. At long lags the "
            r"rate is $\mu - \tfrac{\sigma^2}{2} (1+\varphi)/(1-\varphi)$: gates that stay open "
            "together keep more on average.",
            kind=Kind.IDENTITY,
            stated={"exponent": exponent},
            wrong={
                "as if independent": {"exponent": independent},
                "without what the ends leave": {"exponent": edge},
            },
        ),
    )


def key_claims() -> tuple[Claim, ...]:
    """Return the claims on gated delta rules, and on windows over the dimension of the keys."""
    p, beta, size = the.EXPONENT, the.BETA, the.SIZE
    mean, square = p / (p + 1), p / (p + 2)
    diagonal = mean * (1 - beta / size)
    norm = square * (1 - beta * (2 - beta) / size)
    return (
        live_claim(
            "gated_diagonal",
            the.DIAGONAL,
            "=",
            the.over_the_lag(diagonal),
            gated_verdict,
            title="A gated delta rule: the diagonal",
            text=r"Gates that do not look at the keys multiply it by $E a$.",
            kind=Kind.IDENTITY,
            stated={"factor": diagonal, "of_norm": False},
            wrong={"the mean square": {"factor": square * (1 - beta / size)}},
        ),
        live_claim(
            "gated_norm",
            the.SQUARE,
            "=",
            the.over_the_lag(norm),
            gated_verdict,
            title="A gated delta rule: the norm",
            text=r"And this by $E a^2$.",
            kind=Kind.IDENTITY,
            stated={"factor": norm, "of_norm": True},
            wrong={
                "the square of the mean": {"factor": mean**2 * (1 - beta * (2 - beta) / size)},
                "the rate of the diagonal": {"factor": square * (1 - beta / size)},
            },
        ),
        live_claim(
            "delta_rule_cell",
            the.OF_CELL,
            "=",
            the.over_the_lag(the.KEPT_SQUARE),
            cell_verdict,
            title="The cell of the catalogue",
            text="Its update, run from drawn states: any state loses the same share on average.",
            kind=Kind.IDENTITY,
            stated={"factor": the.KEPT_SQUARE},
            wrong={
                "the square of the mean": {"factor": the.KEPT**2},
                "the rate of the diagonal": {"factor": the.KEPT},
            },
        ),
        *_windows(),
    )


def _windows() -> tuple[Claim, ...]:
    """That a time scale lies within one step below K over what a factor takes, in both readings."""
    domains = {the.SIZE: Interval(2, oo), the.REPLACED: Interval.Lopen(0, 1)}
    scale, line = -1 / log(1 - the.REPLACED / the.SIZE), the.SIZE / the.REPLACED
    above = Relation(Kind.BOUND, scale, line, domains)
    below = Relation(Kind.BOUND, line - 1, scale, domains)
    return (
        claim(
            "window_from_above",
            above,
            title="A window linear in the dimension of the keys",
            text=r"The time scale of a factor $1 - w/K$, of which a window is a multiple: "
            r"$w = \beta$ for the diagonal, and $w = \beta(2-\beta)$ for the squared norm.",
            wrong={"a step less": Relation(Kind.BOUND, scale, line - 1, domains)},
            reading=of_relation(above, own=the.OWN),
        ),
        claim(
            "window_from_below",
            below,
            title="And no more than a step below it",
            text="So that twice the dimension is twice the window, whichever is meant.",
            wrong={"no step at all": Relation(Kind.BOUND, line, scale, domains)},
            reading=of_relation(below, own=the.OWN),
        ),
    )


__all__ = ["correlated_claims", "key_claims", "selective_claims"]
