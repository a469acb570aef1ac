"""What is published on the curse of memory and on stable reparametrisation."""

from __future__ import annotations

from functools import partial

from longlag.derivations.published.sentence import Published

CURSE = "Li, Han, E, Li, On the Curse of Memory, JMLR 23(42), 2022"
INVERSE = "Wang, Li, Li, inverse approximation by nonlinear networks, arXiv 2305.19190"
STABLE = "StableSSM, arXiv 2311.14495"
_curse, _inverse = partial(Published, CURSE), partial(Published, INVERSE)
_stable = partial(Published, STABLE)

SENTENCES = (
    _curse(
        r"With $\gamma$ of the step response the error is at most $C(\alpha) \gamma d/(\beta "
        r"m^{\alpha})$.",
        ("memory_approximation--rate_bound_published",),
    ),
    _curse(
        r"Polynomial memory cut off at $T$ leaves an error $\lesssim T^{-\omega} + (\omega/m) "
        r"T^{1-\omega}$.",
        ("memory_approximation--truncation",),
    ),
    _curse(
        r"The curse: polynomial memory needs $m \sim \omega \varepsilon^{-1/\omega}$ units.",
        ("memory_approximation--exponentially_many",),
        reading="of the best sums, and not of the bound",
    ),
    _curse(
        r"Under white noise the loss is $J = \int_0^{\infty} (\sum_i a_i e^{-w_i t} - \rho)^2\, "
        r"dt$.",
        ("memory_plateau--ito",),
    ),
    _curse(
        r"Gradient flow leaves a $\delta$-ball no sooner than $\tau \gtrsim \omega^2 "
        r"e^{c_0/\omega} \min\{\delta/\sqrt{m}, \ln(1+\delta)\}$.",
        ("memory_plateau--lower_bound", "connections--lower_bound"),
    ),
    _inverse(
        r"The memory function of a linear functional is $M(t) = |\rho(t)|$.",
        ("stable_reparametrisation--memory_function",),
    ),
    _inverse(
        r"Stable approximation at radius $\beta_0$ implies $e^{\beta t} M(t) \to 0$ for $\beta < "
        r"\beta_0$.",
        ("stable_reparametrisation--forgetting",),
        reading="of linear networks",
    ),
    _stable(
        r"$\int |e^{-pt} - e^{-qt}|\, dt = |1/p - 1/q|$: a map is stable where $|f(w)/f(\tilde w) "
        r"- 1|$ is bounded.",
        ("stable_reparametrisation--distance",),
    ),
    _stable(
        r"$-e^{\theta}$, $-\mathrm{softplus}(\theta)$ and $-1/(a\theta^2+b)$ are stable "
        r"reparametrisations.",
        ("stable_reparametrisation--modulus_*", "stable_reparametrisation--long_memory"),
    ),
    _stable(
        r"The gradient is at most $C |f'(\theta)|/f(\theta)^2$.",
        ("stable_reparametrisation--unit_sensitivity",),
        reading="of one unit under bounded inputs",
    ),
    _stable(
        r"The scales of the maps are $e^{-\theta}$, $\sigma(\theta)/\mathrm{softplus}(\theta)^2$ "
        r"and $2a|\theta|$.",
        ("stable_reparametrisation--scales",),
    ),
    _stable(
        r"$-1/(a\theta^2+b)$ is the map that makes the scale linear, $2a|\theta|$.",
        ("stable_reparametrisation--balanced",),
    ),
    _stable(
        r"In discrete time the scale is $|f'|/(1-f)^2$.",
        ("stable_reparametrisation--published_discrete_scale",),
        reading="for multipliers of either sign",
    ),
)

STEPS: tuple[str, ...] = ()

__all__ = ["CURSE", "INVERSE", "SENTENCES", "STABLE", "STEPS"]
