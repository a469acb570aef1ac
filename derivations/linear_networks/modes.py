"""How the modes of a linear network are learned: what is kept, how fast, in which order."""

from __future__ import annotations

import sympy
from sympy import Integer, Interval, Rational, exp, log, oo

from longlag.derivations.linear_networks import letters as the
from longlag.derivations.linear_networks.mode_checks import (
    aligned_verdict,
    course_verdict,
    descent_verdict,
    half_time_formula,
    half_time_verdict,
    kept_verdict,
    order_verdict,
)
from longlag.derivations.results.judged import live_claim
from longlag.theory.linear.modes import entry, gain, product_over_time
from longlag.theory.readback import of_relation
from longlag.theory.statement import Claim, Kind, Relation, Source
from longlag.theory.verify import claim

_PROCA = Source("Proca et al., ICML 2025", "aligned modes of a linear recurrent network")


def mode_claims() -> tuple[Claim, ...]:
    """Return the claims, from what is kept to the order of learning."""
    course = product_over_time(the.TIME, the.START, the.DRIVE, the.RESISTANCE)
    moment = half_time_formula()
    small, large = {"multipliers": (0.7, 0.8)}, {"multipliers": (1.1, 1.2)}
    return (
        live_claim(
            "aligned_loss",
            the.LOSS,
            "=",
            the.MODE_LOSS,
            aligned_verdict,
            title="The loss of a mode",
            text=r"$h_t = b h_{t-1} + a x_t$ is read out as $c h_T$ and compared with $\sum_i s_i "
            "x_i$.",
            source=_PROCA,
            kind=Kind.IDENTITY,
            stated={"behind": 0},
            wrong={"one step behind": {"behind": 1}},
        ),
        live_claim(
            "kept",
            the.SPEED,
            "=",
            0,
            kept_verdict,
            title="What gradient flow keeps",
            text="The loss reads $a$ and $c$ through their product alone.",
            source=_PROCA,
            kind=Kind.IDENTITY,
            stated={"quantity": entry**2 - gain**2},
            wrong={
                "the sum of squares": {"quantity": entry**2 + gain**2},
                "the product": {"quantity": entry * gain},
            },
        ),
        live_claim(
            "course",
            the.PRODUCT,
            "=",
            course,
            course_verdict,
            title="The course of a mode",
            text="At $b$ held, from $a = c$: $\\dot{p} = 2p (A - B p)$, a plateau that is left at "
            "the rate $2A$. Where the wanted $s_i$ stand far back and $|b| < 1$, $A$ is small as "
            "$b^{T-i}$: the discrete twin of the plateau of the curse of memory.",
            kind=Kind.IDENTITY,
            stated={"course": course},
            wrong={
                "half the rate": {"course": course.subs(the.TIME, the.TIME / 2)},
                "no plateau": {"course": the.START * exp(2 * the.DRIVE * the.TIME)},
            },
        ),
        live_claim(
            "half_time",
            the.HALF_TIME,
            "=",
            moment,
            half_time_verdict,
            title="When half is learned",
            text="The time on the plateau grows as the logarithm of the start, and inversely as "
            "what is wanted: larger $s$ first.",
            kind=Kind.IDENTITY,
            stated={"moment": moment},
            wrong={
                "twice as long": {"moment": 2 * moment},
                "without the one": {
                    "moment": log(the.DRIVE / (the.RESISTANCE * the.START)) / (2 * the.DRIVE)
                },
            },
        ),
        _larger_first(),
        live_claim(
            "late_first",
            the.LATE,
            "<",
            the.EARLY,
            order_verdict,
            title="Well below one, what came last is learned first",
            text=r"From a small start: $A = s\, b^{T-i}$ rises with $i$ while $|b| < 1$. Where "
            r"$b(0)$ begins does not decide alone, since $b$ learns too: from $.95$ it passes 1, "
            "and a task at the first of six steps is learned sooner than one at the last.",
            source=_PROCA,
            stated={**small, "late_first": True},
            wrong={
                "for every b(0) below one": {"multipliers": (0.95,)},
                "while it is above one": large,
                "early first": {"late_first": False},
            },
        ),
        live_claim(
            "late_first_below_one",
            the.LATE,
            "<",
            the.EARLY,
            order_verdict,
            title="For every multiplier below one",
            text="$b(0) = .95$ begins below one and passes it.",
            source=_PROCA,
            expected_to_hold=False,
            stated={"multipliers": (0.95,), "late_first": True},
            wrong={},
        ),
        live_claim(
            "early_first",
            the.EARLY,
            "<",
            the.LATE,
            order_verdict,
            title="Above one, what came first",
            text=r"$b(0) = 1.1$ and $1.2$, from the same small starts.",
            source=_PROCA,
            stated={**large, "late_first": False},
            wrong={"while it is below one": small},
        ),
        live_claim(
            "descent_follows",
            the.GAP,
            "→",
            the.GAP_AT_ZERO,
            descent_verdict,
            title="Gradient descent follows the flow",
            text="A network of one unit trained by autograd: halving the step halves the distance.",
            kind=Kind.LIMIT,
            stated={"power": 1},
            wrong={"as its square": {"power": 2}},
        ),
    )


def _larger_first() -> Claim:
    """That a larger wanted value has the shorter half-time, from a small start."""
    slope = sympy.diff(half_time_formula(), the.DRIVE)
    # The derivative by A, over units in which it depends on the plateau over the start alone.
    scaled = sympy.simplify(
        (2 * the.DRIVE**2 * slope).subs(the.DRIVE, the.LEAD * the.RESISTANCE * the.START)
    )
    least = Rational(23, 5)
    falls = Relation(Kind.BOUND, scaled, Integer(0), {the.LEAD: Interval(least, oo)})
    from_two = Relation(Kind.BOUND, scaled, Integer(0), {the.LEAD: Interval(2, oo)})
    return claim(
        "larger_first",
        falls,
        title="Larger singular values are learned first",
        text=r"The left side is $2A^2\, \partial t_{1/2}/\partial A$: half is learned the sooner "
        r"the more is wanted, where the plateau is at least $4.6$ times the start. Nearer to it "
        "the smaller one has less to learn, and is there first.",
        source=_PROCA,
        wrong={"from every start below the half": from_two},
        reading=of_relation(falls, own=the.OWN),
    )


__all__ = ["mode_claims"]
