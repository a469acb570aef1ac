"""Exponential jumps: the stationary law, its envelope, and what simulations need."""

from __future__ import annotations

from sympy import exp, gamma

from longlag.derivations.anticollapse import letters as the
from longlag.derivations.anticollapse.workload_checks import (
    envelope_simulated_verdict,
    envelope_verdict,
    estimate_verdict,
    exponential_verdict,
    interval_verdict,
    law_verdict,
    leading_verdict,
    linear_pull_verdict,
    stationary_verdict,
    tail_verdict,
)
from longlag.derivations.results.judged import live_claim
from longlag.theory.anticollapse import workload as process
from longlag.theory.notation import ell
from longlag.theory.statement import NEW_HERE, Claim, Kind, Source

LIVI = Source("Livi 2026, arXiv 2606.29519")
_L, _ETA, _K, _X, _S = process.rate, process.decay, process.pull, process.level, process.frequency


def workload_claims() -> tuple[Claim, ...]:
    """Return the claims, from the balance to the intervals."""
    law, load, beta = process.survival(), process.load(), process.exponent()
    shallow = load * exp(-_ETA * _X)
    whole, leading = process.envelope(), process.leading_envelope()
    linear = (_ETA / (_ETA + _S)) ** (_L / _K)
    return (
        live_claim(
            "stationary",
            load,
            "<",
            1,
            stationary_verdict,
            title="When there is a spectrum at all",
            text="Where jumps carry less than the pull takes away; else all time scales grow.",
            stated={"load": load},
            wrong={"whatever the rate": {"load": 1 / (_ETA * _K)}, "twice": {"load": load / 2}},
        ),
        live_claim(
            "law",
            the.SURVIVAL,
            "=",
            law,
            law_verdict,
            title="The stationary law",
            text=r"The workload of a queue: $P(\tau > t) = \rho\, t^{-\beta}$ with $\beta = \eta - "
            r"\lambda/\kappa$, a power from the first step on, and $P(W = 0) = 1 - \rho$.",
            kind=Kind.IDENTITY,
            stated={"survival": law},
            wrong={
                "the exponent of the jumps": {"survival": shallow},
                "no atom at 0": {"survival": exp(-beta * _X)},
            },
        ),
        live_claim(
            "tail_simulated",
            the.SIMULATED,
            "=",
            law,
            tail_verdict,
            title="Event by event",
            text="What a jump finds has the stationary law, since jumps come independently of it.",
            kind=Kind.IDENTITY,
            stated={"survival": law},
            wrong={
                "the exponent of the jumps": {"survival": shallow},
                "no atom at 0": {"survival": exp(-beta * _X)},
            },
        ),
        live_claim(
            "exponent_estimated",
            the.ESTIMATE,
            "=",
            beta,
            estimate_verdict,
            title="The exponent, estimated",
            text=r"One over the mean of what lies above 0.",
            kind=Kind.IDENTITY,
            stated={"exponent": beta},
            wrong={
                "the exponent of the jumps": {"exponent": _ETA},
                "twice the pull": {"exponent": _ETA - _L / (2 * _K)},
            },
        ),
        live_claim(
            "events_are_correlated",
            the.AS_IF_INDEPENDENT,
            "<",
            the.OVER_RUNS,
            interval_verdict,
            title="Neighbouring events say nearly the same",
            text="An interval that takes them as independent is too narrow, more than threefold "
            r"at $\beta = 1/4$, and the more so the nearer the load is to 1.",
            stated={"share": 1 / 3},
            wrong={"by a factor of ten": {"share": 0.1}},
        ),
        live_claim(
            "envelope",
            the.ENVELOPE,
            "=",
            whole,
            envelope_verdict,
            source=NEW_HERE,
            title="The envelope",
            text="In closed form, with an incomplete gamma function.",
            kind=Kind.IDENTITY,
            stated={"envelope": whole},
            wrong={
                "without the atom at 0": {"envelope": whole - exp(-ell)},
                "at twice the lag": {"envelope": whole.subs(ell, 2 * ell)},
            },
        ),
        live_claim(
            "leading_envelope",
            the.ENVELOPE / leading,
            "→",
            1,
            leading_verdict,
            title="One exponent for both",
            text=r"$P(\tau > t) t^{\beta}$ and $f \ell^{\beta}$ are constant at long lags: what is "
            "left falls exponentially, so that the leading term may be used from a few dozen "
            "lags on.",
            source=LIVI,
            kind=Kind.LIMIT,
            stated={"leading": leading},
            wrong={
                "without the gamma function": {"leading": load * ell ** (-beta)},
                "the exponent of the jumps": {"leading": load * gamma(1 + _ETA) * ell ** (-_ETA)},
            },
        ),
        live_claim(
            "envelope_simulated",
            the.SIMULATED_ENVELOPE,
            "=",
            whole,
            envelope_simulated_verdict,
            title="The envelope, event by event",
            text="Over the same simulated events.",
            kind=Kind.IDENTITY,
            stated={"envelope": whole},
            wrong={
                "squared": {"envelope": whole**2},
                "without the atom at 0": {"envelope": whole - exp(-ell)},
            },
        ),
        live_claim(
            "heavy_tails_needed",
            the.RATE,
            ">",
            0,
            exponential_verdict,
            title="“Survives only when heavy-tailed pushes are strong enough”",
            text="Read as: without heavy-tailed jumps $f$ falls exponentially. It does not: jumps "
            r"with all moments give a power law at every load, $\beta = \eta(1 - \rho)$. What "
            "decides is the constant pull; weak jumps make a large exponent and no collapse.",
            source=LIVI,
            expected_to_hold=False,
            stated={"least": 1e-3, "case": 0},
            wrong={"at another load": {"case": 1}, "a smaller rate": {"least": 1e-4}},
        ),
        live_claim(
            "linear_pull",
            the.LINEAR,
            "=",
            linear,
            linear_pull_verdict,
            source=NEW_HERE,
            title="The closure of the drift decides",
            text=r"Where the pull is $\kappa W$ and not $\kappa$ the law is a Gamma law: "
            r"$P_x \sim x^{\lambda/\kappa - 1} e^{-\eta x}$ up to a factor, the exponent $\eta$ "
            "whatever the pull, and stationary at every load. Which drift is fitted decides "
            "whether there is a phase boundary.",
            kind=Kind.IDENTITY,
            stated={"transform": linear},
            wrong={
                "that of a constant pull": {"transform": process.EXPONENTIAL.transform()},
                "the pull upside down": {"transform": (_ETA / (_ETA + _S)) ** (_K / _L)},
            },
        ),
    )


__all__ = ["LIVI", "workload_claims"]
