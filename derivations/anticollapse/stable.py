"""Stable jumps: a phase boundary where they are tempered, logarithmic forgetting where not."""

from __future__ import annotations

from sympy import Interval, Rational, S, exp, gamma, log, oo

from longlag.derivations.anticollapse import letters as the
from longlag.derivations.anticollapse.stable_checks import (
    beyond_verdict,
    boundary_verdict,
    draws_verdict,
    factor_verdict,
    logarithmic_verdict,
    root_verdict,
    shallow_verdict,
    steep_verdict,
)
from longlag.derivations.results.judged import live_claim
from longlag.theory.anticollapse import workload as process
from longlag.theory.notation import ell
from longlag.theory.readback import of_relation
from longlag.theory.statement import NEW_HERE, Claim, Kind, Relation
from longlag.theory.verify import claim

_A, _C, _T, _K = process.index, process.weight, process.temper, process.pull
_S, _X = process.frequency, process.level


def tempered_claims() -> tuple[Claim, ...]:
    """Return the claims on tempered jumps."""
    # The characteristic equation over β, which is −s of ψ.
    carried = (process.TEMPERED.exponent - _K * _S).subs(_S, -_S)
    shown = carried.subs(_S, the.BETA)
    boundary, factor = process.phase_boundary(), process.factor_beyond()
    slope = _C * gamma(-_A) * _A * (_T ** (_A - 1) - (_T - the.BETA) ** (_A - 1))
    tail = factor * _X ** (-1 - _A) * exp(-_T * _X)
    return (
        live_claim(
            "root",
            shown,
            "=",
            _K * the.BETA,
            root_verdict,
            title="The exponent",
            text=r"A root in $(0, \theta)$ of $\psi(-\beta) = 0$ is a power: "
            r"$P(\tau > t) \sim -\psi'(0)/\psi'(-\beta)\; t^{-\beta}$.",
            kind=Kind.IDENTITY,
            stated={"power": carried},
            wrong={
                "without compensation": {"power": _C * gamma(-_A) * ((_T - _S) ** _A - _T**_A)},
                "twice the jumps": {"power": 2 * carried},
            },
        ),
        live_claim(
            "factor",
            the.FACTOR,
            "=",
            _K / (slope - _K),
            factor_verdict,
            title="Its factor",
            text=r"$-\psi'(0)/\psi'(-\beta)$, the residue of the transform.",
            kind=Kind.IDENTITY,
            stated={"factor": _K / (slope - _K)},
            wrong={"without the pull below": {"factor": _K / slope}, "one": {"factor": S.One}},
        ),
        live_claim(
            "phase_boundary",
            boundary,
            ">",
            _K,
            boundary_verdict,
            title="The phase boundary",
            text=r"There is a root if and only if this holds: what the jumps carry over $\beta$ "
            r"rises from 0 to the left side, $c \sum_{k \ge 2} \Gamma(k-\alpha)/k!\; "
            r"\theta^{\alpha-k} \beta^{k-1}$, whose terms all are positive.",
            stated={"boundary": boundary},
            wrong={
                "without a factor": {"boundary": boundary / (_A - 1)},
                "without the temper": {"boundary": boundary / _T ** (_A - 1)},
            },
        ),
        live_claim(
            "beyond_the_boundary",
            the.SURVIVAL / tail,
            "→",
            1,
            beyond_verdict,
            source=NEW_HERE,
            title="Beyond the boundary",
            text="The exponent is that of the temper, with a power of $x$, which is one of "
            r"$\ln\ell$ in the envelope: $f \sim C\, \Gamma(1+\theta)\, \ell^{-\theta} "
            r"(\ln\ell)^{-1-\alpha}$. Not an exponential law: neither phase collapses.",
            kind=Kind.LIMIT,
            stated={"power": 1 + _A, "factor": factor},
            wrong={
                "a power less": {"power": _A, "factor": factor},
                "without the pull": {"power": 1 + _A, "factor": factor / 2},
            },
        ),
        live_claim(
            "steep_at_first",
            the.LOCAL,
            ">",
            Rational(11, 10),
            steep_verdict,
            title="Far steeper than its exponent",
            text=r"At $\ell = 100$, for $\theta = .8$ beyond the boundary: powers of $\ln\ell$ are "
            "not seen as such at any lag that one meets.",
            stated={"bound": 1.1},
            wrong={"above 1.3": {"bound": 1.3}},
        ),
    )


def untempered_claims() -> tuple[Claim, ...]:
    """Return the claims on stable jumps without a temper."""
    transform = 1 / (1 + _C * gamma(-_A) * _S ** (_A - 1) / _K)
    factor = process.stable_factor()
    sampled = Relation(
        Kind.IDENTITY,
        (log(ell) ** (-(_A - 1))) ** (-_A / (_A - 1)),
        log(ell) ** _A,
        {ell: Interval.open(1, oo), _A: Interval.open(1, 2)},
    )
    return (
        live_claim(
            "mittag_leffler",
            the.AVERAGED,
            "=",
            transform,
            draws_verdict,
            source=NEW_HERE,
            title="A law of Mittag-Leffler",
            text="Drawn exactly, by a formula of Kozubowski's.",
            kind=Kind.IDENTITY,
            stated={"transform": transform},
            wrong={
                "of the power α": {"transform": 1 / (1 + _C * gamma(-_A) * _S**_A / _K)},
                "an exponential law": {"transform": 1 / (1 + _C * gamma(-_A) * _S / _K)},
            },
        ),
        live_claim(
            "logarithmic",
            the.ENVELOPE * log(ell) ** (_A - 1),
            "→",
            factor,
            logarithmic_verdict,
            title="Logarithmic forgetting",
            text=r"$P(W > x) \sim c/(\kappa\alpha(\alpha-1))\; x^{1-\alpha}$, and $f(\ell)$ is "
            r"what is left at $x = \ln\ell$: no power of the lag bounds it from above.",
            kind=Kind.LIMIT,
            stated={"power": _A - 1, "factor": factor},
            wrong={
                "the tail of a jump": {"power": _A, "factor": factor},
                "twice as much": {"power": _A - 1, "factor": 2 * factor},
            },
        ),
        live_claim(
            "from_the_shallow_side",
            the.LOCAL_LOG,
            "<",
            _A - 1,
            shallow_verdict,
            title="From the shallow side",
            text="At every lag that one meets the power of the logarithm looks smaller than it is.",
            stated={"shallow": True},
            wrong={"from the steep side": {"shallow": False}},
        ),
        claim(
            "samples_needed",
            sampled,
            title="Both heavy tails cancel",
            text=r"With $\kappa_\alpha = \alpha/(\alpha-1)$ of a mean under noise of the same "
            r"$\alpha$, $N(\ell) \sim f^{-\kappa_\alpha} \sim (\ln\ell)^{\alpha}$, so that "
            r"$\ln H_N \sim N^{1/\alpha}$: heavier tails, longer windows.",
            wrong={
                "each for itself": log(ell) ** (_A / (_A - 1)),
                "as of a variance": log(ell) ** (2 * (_A - 1)),
            },
            reading=of_relation(sampled),
        ),
    )


__all__ = ["tempered_claims", "untempered_claims"]
