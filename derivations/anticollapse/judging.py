"""Tests that call a spectrum a power law, judged on spectra that are none."""

from __future__ import annotations

from sympy import Rational

from longlag.derivations.anticollapse import letters as the
from longlag.derivations.anticollapse.judging_checks import (
    accepted_verdict,
    constant_gate_verdict,
    narrowing_verdict,
    whole_verdict,
)
from longlag.derivations.results.judged import live_claim
from longlag.theory.statement import Claim


def judging_claims() -> tuple[Claim, ...]:
    """Return the claims on the gate on R² and on a constant gate."""
    return (
        live_claim(
            "gate_accepts",
            the.ACCEPTED,
            ">",
            Rational(9, 10),
            accepted_verdict,
            title="A gate that accepts nearly every spectrum",
            text="Exponential, normal and lognormal spectra have no power tail; a line through the "
            "upper quarter of the logarithms is straight all the same.",
            stated={"share": 0.25, "least": 0.9},
            wrong={
                "by the whole sample too": {"share": 1.0},
                "without exception": {"share": 0.25, "least": 1.0},
            },
        ),
        live_claim(
            "gate_on_the_whole",
            the.ACCEPTED,
            "<",
            Rational(1, 20),
            whole_verdict,
            title="The whole sample tells them apart",
            text="The same three kinds. So the rule for where a tail begins is part of the test.",
            stated={"least": 0.05, "power": False},
            wrong={"a power law from the first step on": {"power": True}},
        ),
        live_claim(
            "constant_gate_accepted",
            the.ACCEPTED,
            ">",
            Rational(9, 10),
            constant_gate_verdict,
            title="A constant gate passes for a spectrum",
            text=r"All neurons share one number, so that no spectrum is there; what is fitted to "
            "short sequences scatters, and its upper quarter passes the gate.",
            stated={"share": 0.25, "least": 0.9},
            wrong={"by the whole sample too": {"share": 1.0}},
        ),
        live_claim(
            "constant_gate_narrows",
            the.SPREAD_LATER,
            "<",
            the.SPREAD / 3,
            narrowing_verdict,
            title="What tells it",
            text="Sixteen times as many steps narrow such a spectrum about fourfold; one that is "
            "there would stay.",
            stated={"share": 1 / 3},
            wrong={"sixteenfold": {"share": 1 / 16}},
        ),
    )


__all__ = ["judging_claims"]
