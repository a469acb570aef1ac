"""What a linear network recalls: never more than one lag for each unit."""

from __future__ import annotations

from sympy import Integer, Interval, Rational, Sum, oo

from longlag.derivations.linear_networks import letters as the
from longlag.derivations.linear_networks.recall_checks import (
    capacity_verdict,
    ceiling_verdict,
    float_verdict,
    regression_verdict,
    step_verdict,
)
from longlag.derivations.results.judged import live_claim
from longlag.theory.notation import ell
from longlag.theory.readback import of_relation
from longlag.theory.statement import NEW_HERE, Claim, Kind, Relation, Source
from longlag.theory.verify import claim

_JAEGER = Source("Jaeger 2002", "short-term memory in echo state networks")


def recall_claims() -> tuple[Claim, ...]:
    """Return the claims, from the Gram matrix to the ceiling."""
    domains = {each: Interval.open(-1, 1) for each in (the.LAMBDA, the.OTHER)}
    series = Sum((the.LAMBDA * the.OTHER) ** ell, (ell, 0, oo))
    gram = Relation(Kind.IDENTITY, series, 1 / (1 - the.LAMBDA * the.OTHER), domains)
    return (
        claim(
            "gram",
            gram,
            title="The Gram matrix",
            text="Of the states of two units under white input.",
            wrong={"of one unit alone": 1 / (1 - the.LAMBDA)},
            reading=of_relation(gram, own=the.OWN),
        ),
        live_claim(
            "capacity",
            the.CAPACITY,
            "=",
            the.UNITS,
            capacity_verdict,
            title="Recall sums to the number of units",
            text="Whatever the multipliers: a slow unit recalls more lags, each of them worse.",
            source=_JAEGER,
            kind=Kind.IDENTITY,
            stated={"per_unit": Integer(1), "more": 0},
            wrong={
                "half of it": {"per_unit": Rational(1, 2)},
                "one lag more, for lag 0": {"per_unit": Integer(1), "more": 1},
            },
        ),
        live_claim(
            "step_of_recall",
            the.RECALLED_BEFORE - the.RECALLED,
            "=",
            the.STEP**2,
            step_verdict,
            source=NEW_HERE,
            title="Recall never rises with the lag",
            text="What is lost from one lag to the next is a square, the energy of the all-pass "
            r"function at $\ell$; so $R_{\ell} = \sum_{k > \ell} b_k^2$, without an inverse.",
            kind=Kind.IDENTITY,
            stated={"power": 2, "behind": 0},
            wrong={
                "not a square": {"power": 1, "behind": 0},
                "one lag behind": {"power": 2, "behind": 1},
            },
        ),
        live_claim(
            "ceiling",
            the.LAST,
            "<",
            the.UNITS / the.SHARE**2,
            ceiling_verdict,
            source=NEW_HERE,
            title="A ceiling that no training can pass",
            text=r"$R$ falls and sums to $n$, so that $(\ell + 1) R_{\ell} \le n$. At $r = 1$ a "
            "delay line attains it up to the 1.",
            stated={"power": 2, "share": Rational(1)},
            wrong={"over r": {"power": 1}, "half of it": {"power": 2, "share": Rational(1, 2)}},
        ),
        live_claim(
            "recall_regressed",
            the.REGRESSED,
            "=",
            the.RECALLED,
            regression_verdict,
            title="Recall of a simulated network",
            text="Least squares on the states of four units, beside the all-pass function.",
            kind=Kind.IDENTITY,
            stated={"behind": 0},
            wrong={"one lag off": {"behind": 1}},
        ),
        live_claim(
            "recall_by_inverse",
            the.BY_INVERSE,
            "<",
            15,
            float_verdict,
            title="A pseudo-inverse loses units",
            text="The Gram matrix of slow units is singular in float64, and what is cut off is "
            "missing from the capacity: of 16 units about 12 are found.",
            stated={"route": "inverse", "bound": 15.0},
            wrong={"it finds ten at most": {"route": "inverse", "bound": 9.0}},
        ),
        live_claim(
            "recall_by_filters",
            the.BY_FILTERS,
            "=",
            16,
            float_verdict,
            source=NEW_HERE,
            title="All-pass filters do not",
            text="To eleven digits, in the same arithmetic.",
            kind=Kind.IDENTITY,
            stated={"route": "filters", "bound": 1e-9},
            wrong={"the inverse is as good": {"route": "inverse", "bound": 1e-9}},
        ),
    )


__all__ = ["recall_claims"]
