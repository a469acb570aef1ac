"""How sensitive a linear unit is to what it learns, and which maps keep that bounded."""

from __future__ import annotations

from sympy import Expr

from longlag.derivations.linear_networks import letters as the
from longlag.derivations.linear_networks.moment_checks import (
    angle_verdict,
    excess_verdict,
    learnt_verdict,
    limit_verdict,
    moment_verdict,
)
from longlag.derivations.results.judged import live_claim
from longlag.theory.linear.second_moments import (
    angle_sensitivity,
    normalised_sensitivity,
    sensitivity_power,
    state_power,
)
from longlag.theory.statement import NEW_HERE, Claim, Kind, Source

_ZUCCHET = Source("arXiv 2405.21064", "second moments of the state and of its derivative")
_L, _R = the.LAMBDA, the.RHO
_STATIC = (1 + _R) / (1 - _R)

#: Name ↦ the power of 1 − λ by which E (∂h̃/∂θ)² is weighed, and its limit.
_LIMITS: dict[str, tuple[int, Expr, str]] = {
    "direct": (2, _STATIC / 4, "the eigenvalue itself: the square of the time scale"),
    "exponential": (0, _STATIC / 4, r"$\lambda = e^{-e^{\theta}}$: bounded"),
    "softplus": (0, _STATIC / 4, r"$\lambda = e^{-\mathrm{softplus}\,\theta}$: bounded"),
    "rational": (-1, the.CURVATURE * _STATIC, "the balanced map: it even vanishes"),
    "best": (-1, the.CURVATURE * _STATIC, r"$\lambda = 1 - 1/(k\theta^2 + b)$: it vanishes"),
}


def moment_claims() -> tuple[Claim, ...]:
    """Return the claims, from the moments to what is learnt."""
    power, slope, normal = map(
        the.lettered, (state_power(), sensitivity_power(), normalised_sensitivity())
    )
    return (
        _moment(
            "state_power",
            the.POWER,
            power,
            "state",
            "How large a unit becomes",
            _ZUCCHET,
            {"of white input": power.subs(_R, 0), "correlation squared": power.subs(_R, _R**2)},
        ),
        _moment(
            "sensitivity_power",
            the.SENSITIVITY,
            slope,
            "sensitivity",
            "How sensitive it is",
            _ZUCCHET,
            {"of white input": slope.subs(_R, 0), "the growth of the state": power**3},
        ),
        live_claim(
            "excess_of_sensitivity",
            (1 - _L**2) ** 2 * the.SENSITIVITY / the.POWER,
            "→",
            2,
            excess_verdict,
            title="What it grows by beyond the state",
            text=r"As $\lambda \to 1$, whatever the correlation of the inputs.",
            source=_ZUCCHET,
            kind=Kind.LIMIT,
            stated={"power": 2, "limit": 2},
            wrong={
                "one power less": {"power": 1},
                "one power more": {"power": 3},
                "half of it": {"limit": 1},
            },
        ),
        _moment(
            "normalised_sensitivity",
            the.NORMALISED,
            normal,
            "normalised",
            "How sensitive a normalised unit is",
            NEW_HERE,
            {"one factor short": normal * (1 - _L**2), "normalised alone": slope * (1 - _L**2)},
        ),
        live_claim(
            "tanh_cancels",
            the.LEARNT,
            "=",
            (1 + _L * _R) / (1 - _L * _R),
            learnt_verdict,
            source=NEW_HERE,
            title="A hyperbolic tangent cancels it",
            text="At every time scale, not in the limit alone: what is left is the correlation of "
            r"the input, below $(1+\rho)/(1-\rho)$.",
            kind=Kind.IDENTITY,
            stated={"moment": (1 + _L * _R) / (1 - _L * _R)},
            wrong={"without the multiplier": {"moment": _STATIC}},
        ),
        *(_limit(name) for name in _LIMITS),
        live_claim(
            "angle_sensitivity",
            the.ANGLE,
            "=",
            the.lettered(angle_sensitivity()),
            angle_verdict,
            title="The angle of a complex multiplier",
            text=r"Here $\lambda$ is the modulus. No map of the modulus enters: $(1-\lambda)^2 "
            r"S_{\varphi} \to 1/2$, the square of the time scale, unless the step of the angle is "
            r"scaled with $1 - |\lambda|$.",
            kind=Kind.IDENTITY,
            stated={"moment": the.lettered(angle_sensitivity())},
            wrong={"of the modulus": {"moment": normal.subs(_R, 0)}},
        ),
    )


def _moment(
    name: str,
    letter: Expr,
    found: Expr,
    which: str,
    title: str,
    source: Source,
    wrong: dict[str, Expr],
) -> Claim:
    return live_claim(
        name,
        letter,
        "=",
        found,
        moment_verdict,
        title=title,
        text="Stationary, input of unit variance.",
        source=source,
        kind=Kind.IDENTITY,
        stated={"moment": found, "which": which},
        wrong={words: {"moment": other} for words, other in wrong.items()},
    )


def _limit(name: str) -> Claim:
    power, limit, text = _LIMITS[name]
    return live_claim(
        f"limit_of_{name}",
        the.weighed(name, power),
        r"→",
        limit,
        limit_verdict,
        title=f"Long time scales: {name}",
        text=f"{text[0].upper()}{text[1:]}, as $\\lambda \\to 1$.",
        kind=Kind.LIMIT,
        stated={"name": name, "power": power, "limit": limit},
        wrong={"four times as large": {"limit": 4 * limit}, "another power": {"power": power + 1}},
    )


__all__ = ["moment_claims"]
