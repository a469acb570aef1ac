"""Stable reparametrisation: which maps keep a perturbed memory, and what they do not do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy
from sympy import Interval, Rational, S, latex

from longlag.derivations.memory.reparametrisation_checks import (
    INSIDE,
    STABLE_MAPS,
    best_discrete_verdict,
    discrete_verdict,
    forgetting_verdict,
    memory_verdict,
    perturbation_verdict,
    rational_verdict,
    scale_verdict,
    sensitivity_verdict,
    softplus_verdict,
)
from longlag.derivations.memory.reparametrisation_figures import (
    perturbation_figure,
    plateau_figure,
    scale_figure,
)
from longlag.derivations.memory.reparametrisation_training import (
    DELAYS,
    TRAINED_MAPS,
    kernel_rows,
    plateau_verdict,
    remedy_verdict,
    slow_unit_verdict,
    stable_training_verdict,
    starts_verdict,
)
from longlag.theory.memory import rate
from longlag.theory.memory.reparametrisation import (
    REPARAMETRISATIONS,
    balanced_maps,
    discrete_sensitivity,
    multiplier,
    radius,
    theta,
    unit_distance,
    unit_sensitivity,
)
from longlag.theory.notation import Entry, Glossary
from longlag.theory.scalar.parameters import POSITIVE
from longlag.theory.statement import (
    Claim,
    Derivation,
    Figure,
    Kind,
    Relation,
    Settings,
    Source,
    Statement,
    Table,
    Text,
)
from longlag.theory.verify import claim

STABLE_SSM = Source("arXiv 2311.14495", "gradient scale and stable reparametrisation")
_GLOSSARY = Glossary(
    r"Units are $e^{f(\theta) t}$ in continuous time, $h_t = \lambda h_{t-1} + x_t$ in discrete "
    "time; rates are positive, $w = -f$.",
    (
        Entry(r"f(\theta)", "eigenvalue of a unit over what is learnt"),
        Entry(r"\lambda(\theta)", "multiplier of a discrete unit"),
        Entry(r"\beta", "radius: how far every parameter may move"),
        Entry("M(t)", r"memory function, $\sup_x |dH_t(u^x)/dt| / |x|$ of a step $u^x$"),
        Entry(r"\rho(t)", "memory kernel"),
        Entry(r"1/\omega", "the delay of the late part of a target"),
    ),
)


def map_rows(settings: Settings) -> Sequence[Sequence[str]]:
    """Return f, its gradient scales and the factor by which a perturbation moves a unit."""
    rows = []
    for name, one in REPARAMETRISATIONS.items():
        factor = latex(one.modulus) if one.is_stable else r"\infty"
        rows.append(
            [
                name,
                f"${latex(one.map)}$",
                f"${latex(one.gradient_scale)}$",
                f"${latex(one.multiplier)}$",
                f"${factor}$",
            ]
        )
    return rows


def derivation() -> Derivation:
    """Return the section."""
    return Derivation(
        "stable_reparametrisation",
        "Stable reparametrisation and memory",
        (*_perturbation_items(), *_gradient_items(), *_training_items()),
        _GLOSSARY,
    )


def _perturbation_items() -> tuple[Any, ...]:
    p, gap = sympy.symbols("p q", positive=True)
    exponential = REPARAMETRISATIONS["exponential"]
    shifted = exponential.map / exponential.map.subs(theta, theta - radius)
    return (
        Text(
            "A functional is approximated stably when the approximation survives a small change of "
            "what was learnt. Fits of long memories need rates near 0, where a change of the rate "
            "itself does not survive; a map $f$ of what is learnt can mend that."
        ),
        Claim(
            Statement(
                "memory_function",
                Kind.IDENTITY,
                r"M(t) = \sup_{x \ne 0} \frac{1}{|x|} \Bigl| \frac{d}{dt} \int_0^t x \rho(s)\, ds "
                r"\Bigr| = |\rho(t)|",
                (r"$u^x$ is a step: 0 before time 0, $x$ from then on",),
                Source("arXiv 2305.19190"),
            ),
            memory_verdict,
            title="The memory function of a linear functional",
            text="An impulse in place of the step would show $|\\rho'|$.",
            stated={"impulse": False},
            wrong={"the response to an impulse": {"impulse": True}},
        ),
        Claim(
            Statement(
                "forgetting",
                Kind.LIMIT,
                r"e^{\beta t} M(t) \to 0 \quad (\beta < \beta_0 = \min_i w_i)",
                ("rates themselves are learnt: they stay positive up to the radius $\\beta_0$",),
                Source("arXiv 2305.19190"),
            ),
            forgetting_verdict,
            title="Stable fits of rates forget exponentially",
            text="Hence polynomial memory, for which the limit is infinite at every $\\beta > 0$, "
            "is not fitted stably at any radius.",
            stated={"reach": INSIDE},
            wrong={"beyond the slowest unit": {"reach": Rational(11, 10)}},
        ),
        claim(
            "distance",
            Relation(
                Kind.IDENTITY,
                unit_distance(p, p + gap),
                1 / p - 1 / (p + gap),
                {p: POSITIVE, gap: POSITIVE},
            ),
            r"\int_0^\infty |e^{-pt} - e^{-qt}|\, dt = \Bigl| \frac1p - \frac1q \Bigr|",
            title="Two units are as far apart as their times",
            text="For $p < q$ the integrand keeps its sign, and the other case is this one. A "
            "perturbed unit is off by $|f(\\theta)/f(\\tilde\\theta) - 1|$ of its norm.",
            source=STABLE_SSM,
            wrong={"the difference of the rates": gap},
        ),
        claim(
            "modulus_exponential",
            Relation(
                Kind.IDENTITY,
                shifted - 1,
                exponential.modulus,
                {theta: S.Reals, radius: Interval.open(0, 3)},
            ),
            r"\sup_{\theta, |\delta| \le \beta} \Bigl| \frac{f(\theta)}{f(\theta + \delta)} - 1 "
            r"\Bigr| = e^\beta - 1, \qquad f = -e^\theta",
            title="The exponential map",
            text="The ratio does not depend on $\\theta$.",
            wrong={"to first order": radius},
        ),
        Claim(
            Statement(
                "modulus_softplus",
                Kind.BOUND,
                r"\Bigl| \frac{f(\theta)}{f(\theta + \delta)} - 1 \Bigr| \le e^\beta - 1, \qquad "
                r"f = -\operatorname{softplus}(\theta)",
                (r"reached as $\theta \to -\infty$",),
            ),
            softplus_verdict,
            title="The softplus map",
            text="$\\sigma \\le \\operatorname{softplus}$, so that its logarithm climbs no faster "
            "than $\\theta$.",
            stated={"slower": S.One},
            wrong={"half of it": {"slower": S.Half}},
        ),
        Claim(
            Statement(
                "modulus_rational",
                Kind.IDENTITY,
                r"\sup_{\theta, |\delta| \le \beta} \Bigl| \frac{f(\theta)}{f(\theta + \delta)} - 1"
                r" \Bigr| = \mu = \exp \Bigl( 2 \operatorname{arsinh} \bigl( \tfrac{\beta}{2} "
                r"\sqrt{a/b} \bigr) \Bigr) - 1, \qquad f = \frac{-1}{a \theta^2 + b}",
                (r"reached at $\theta = \beta / \mu$",),
            ),
            rational_verdict,
            title="The balanced map",
            text="The gap to $\\mu$ is $\\mu a (\\theta - \\beta/\\mu)^2 / (a\\theta^2 + b)$. "
            "It grows like $\\beta^2$ and not like $e^\\beta$.",
            stated={"factor": S.One},
            wrong={"twice that": {"factor": S(2)}},
        ),
        Claim(
            Statement(
                "long_memory",
                Kind.BOUND,
                r"\sup_{\|\tilde\theta - \theta\|_\infty \le \beta} \frac{\|\rho_{\tilde\theta} - "
                r"\rho_\theta\|_1}{\|\rho_\theta\|_1} \le \sup \Bigl| \frac{f(\theta)}"
                r"{f(\tilde\theta)} - 1 \Bigr|",
                (r"positive amplitudes; the same for any number of units",),
            ),
            perturbation_verdict,
            title="A polynomial memory under stable maps",
            text="Mixtures near $(1+t)^{-3/2}$, whose slowest rate falls like $m^{-2}$.",
            stated={"names": STABLE_MAPS, "share": 1.0},
            wrong={"nine tenths of it": {"share": 0.9}},
        ),
        Claim(
            Statement(
                "long_memory_direct",
                Kind.BOUND,
                r"\sup_{\|\tilde\theta - \theta\|_\infty \le \beta} \frac{\|\rho_{\tilde\theta} - "
                r"\rho_\theta\|_1}{\|\rho_\theta\|_1} < \infty, \qquad f = \theta",
                (r"the same mixtures",),
            ),
            perturbation_verdict,
            title="The same without a map",
            text="A rate reaches 0 within the radius.",
            expected_to_hold=False,
            stated={"names": ("direct",), "share": 1.0},
        ),
        Figure(
            "perturbation_error",
            "Worst relative L¹ error of mixtures near a polynomial memory over the radius. Grey "
            "lines: the slowest rates, where the direct map ends; dotted: suprema over all units.",
            perturbation_figure,
        ),
    )


def _gradient_items() -> tuple[Any, ...]:
    a, _ = sorted(REPARAMETRISATIONS["rational"].map.free_symbols - {theta}, key=str)
    balanced = balanced_maps()[0]
    domains = dict.fromkeys(balanced.free_symbols - {theta}, POSITIVE)
    step = sympy.Symbol("Delta", positive=True)
    f = sympy.Symbol("f", negative=True)
    return (
        claim(
            "unit_sensitivity",
            Relation(Kind.IDENTITY, unit_sensitivity(), rate**-2, {rate: POSITIVE}),
            r"\int_0^\infty \Bigl| \frac{\partial}{\partial w} e^{-wt} \Bigr| dt = "
            r"\int_0^\infty t e^{-wt} dt = \frac{1}{w^2}",
            title="Where the gradient scale comes from",
            text="The gradient of a loss by $\\theta$ is at most a constant times the L¹ norm of "
            "the derivative of the kernel, $|f'(\\theta)| / f(\\theta)^2$.",
            source=STABLE_SSM,
            wrong={"the time instead of its square": 1 / rate},
        ),
        Claim(
            Statement(
                "scales",
                Kind.IDENTITY,
                r"\frac{|f'|}{f^2} = \theta^{-2},\quad e^{-\theta},\quad \frac{\sigma(\theta)}"
                r"{\operatorname{softplus}(\theta)^2},\quad 2a|\theta|",
                (
                    r"$f = \theta,\ -e^\theta,\ -\operatorname{softplus}(\theta),\ "
                    r"-1/(a\theta^2 + b)$",
                ),
                STABLE_SSM,
            ),
            scale_verdict,
            title="The scales of the maps",
            stated={"power": 2},
            wrong={"the first power": {"power": 1}},
        ),
        claim(
            "balanced",
            Relation(
                Kind.IDENTITY,
                balanced.diff(theta) / balanced**2,
                2 * a * theta,
                {theta: S.Reals, **domains},
            ),
            r"\frac{f'}{f^2} = 2 a \theta \iff f = \frac{-1}{a\theta^2 + b}",
            title="The map that balances the scale",
            text="Solved for $f$ and put back in.",
            source=STABLE_SSM,
            wrong={"half the slope": a * theta},
        ),
        claim(
            "sampled_scale",
            Relation(
                Kind.IDENTITY,
                discrete_sensitivity().subs(multiplier, 1 + step * f) * step,
                1 / (step * f**2),
                {step: Interval(0, S.Half), f: Interval(-1, -Rational(1, 9))},
            ),
            r"\frac{|\lambda'|}{(1-\lambda)^2} = \frac{|f'|}{\Delta f^2}, \qquad "
            r"\lambda = 1 + \Delta f \ge 0",
            title="Discrete time",
            text="In the discrete scale the published letter is the multiplier $\\lambda$ and not "
            "the eigenvalue $f < 0$: with $f$ it would stay bounded for slow units.",
            wrong={"the step on the other side": step / f**2},
        ),
        Claim(
            Statement(
                "discrete_scale",
                Kind.IDENTITY,
                r"\sum_{k \ge 1} \Bigl| \frac{d}{d\lambda} \lambda^k \Bigr| = "
                r"\frac{1}{(1-|\lambda|)^2} \qquad (|\lambda| < 1)",
            ),
            discrete_verdict,
            title="Multipliers of either sign",
            text="An input that alternates in sign reaches it at $\\lambda < 0$.",
            stated={"absolute": True},
            wrong={"without the absolute value": {"absolute": False}},
        ),
        Claim(
            Statement(
                "published_discrete_scale",
                Kind.IDENTITY,
                r"\sum_{k \ge 1} \Bigl| \frac{d}{d\lambda} \lambda^k \Bigr| = "
                r"\frac{1}{(1-\lambda)^2} \qquad (|\lambda| < 1)",
                source=STABLE_SSM,
            ),
            discrete_verdict,
            title="The published discrete scale, read for both signs",
            text="It holds for $\\lambda \\ge 0$. As $\\lambda \\to -1$ the left side is unbounded "
            "and the right side goes to 1/4, so that no constant factor repairs it; white noise, "
            "below, shows the same divergence at both ends.",
            expected_to_hold=False,
            stated={"absolute": False},
        ),
        Claim(
            Statement(
                "best_discrete",
                Kind.IDENTITY,
                r"\frac{|\lambda'|}{(1-|\lambda|)^2} = 2a|\theta|, \qquad \lambda = 1 - "
                r"\frac{1}{a\theta^2 + b}",
                (r"$b \ge 1$",),
            ),
            best_discrete_verdict,
            title="The best discrete map",
            stated={"offset": S.One},
            wrong={"b below 1": {"offset": S.Half}},
        ),
        Claim(
            Statement(
                "best_discrete_least",
                Kind.IDENTITY,
                r"\frac{|\lambda'|}{(1-|\lambda|)^2} = 2a|\theta|, \qquad \lambda = 1 - "
                r"\frac{1}{a\theta^2 + b}",
                (r"$b = 1/2$, the least that keeps $|\lambda| \le 1$",),
            ),
            best_discrete_verdict,
            title="The same at the least offset",
            text="At $b < 1$ the multiplier is negative near $\\theta = 0$, and at $b = 1/2$ its "
            "scale there is about $1/(2a|\\theta|^3)$: unbounded.",
            expected_to_hold=False,
            stated={"offset": S.Half},
        ),
        Claim(
            Statement(
                "white_noise",
                Kind.IDENTITY,
                r"\mathbb{E} \Bigl( \frac{\partial h}{\partial \lambda} \Bigr)^2 = \sum_k k^2 "
                r"\lambda^{2(k-1)} = \frac{1 + \lambda^2}{(1-\lambda^2)^3}",
                ("$h_t = \\lambda h_{t-1} + x_t$ with white $x$",),
            ),
            sensitivity_verdict,
            title="White noise",
            text="Its root grows like $(1-\\lambda)^{-3/2}$: for white inputs the scale is milder "
            "than for the worst bounded ones.",
            stated={"power": 3},
            wrong={"the second power": {"power": 2}},
        ),
        Table(
            "maps",
            "The maps: their gradient scale, the multiplier of their discrete unit, and the factor "
            "by which a perturbation of radius $\\beta$ moves a unit.",
            ("map", "$f$", "$|f'|/f^2$", r"$\lambda$", r"$\sup |f/\tilde f - 1|$"),
            map_rows,
        ),
        Figure(
            "gradient_scale",
            "Gradient scale of the maps over the rate and over what is learnt.",
            scale_figure,
        ),
    )


def _training_items() -> tuple[Any, ...]:
    plateau = r"\ln n_{1/2}(\ell) \ge c\, \ell + \mathrm{const}, \qquad c \ge \tfrac12 \ln 2"
    shifted = "target: the input of $\\ell$ steps ago; $n_{1/2}$: steps to half the loss"
    reached = "$n$: steps of descent until the loss is 0.9 of the energy of the bump"
    last = "$J$: the mean of the last 40 of 300 losses"
    fading = "$W$ normal, of spectral radius near 1/2"
    return (
        Text(
            "Networks of discrete time were trained on white noise: linear and tanh ones to repeat "
            "an input of $\\ell$ steps ago, diagonal ones on an exponential and a bump at "
            "$1/\\omega$. The loss stays on a plateau until the delayed part is seen."
        ),
        Claim(
            Statement("linear_plateau", Kind.EXPONENT, plateau, (shifted, fading)),
            plateau_verdict,
            title="Linear networks",
            stated={"saturating": False, "orthogonal": False},
            wrong={"the same for orthogonal starts": {"orthogonal": True}},
        ),
        Claim(
            Statement("tanh_plateau", Kind.EXPONENT, plateau, (shifted, fading)),
            plateau_verdict,
            title="Tanh networks, trained with Adam",
            stated={"saturating": True, "orthogonal": False},
            wrong={"the same for orthogonal starts": {"orthogonal": True}},
        ),
        Claim(
            Statement(
                "orthogonal_plateau",
                Kind.EXPONENT,
                plateau,
                (shifted, r"$W = 0.9\,Q$ with $Q$ orthogonal"),
            ),
            plateau_verdict,
            title="From a start that remembers",
            text="The plateau is a matter of what the network remembers at the start.",
            expected_to_hold=False,
            stated={"saturating": False, "orthogonal": True},
        ),
        Claim(
            Statement(
                "starts",
                Kind.BOUND,
                r"n_{1/4}(0.9\,Q) < n_{1/4}(W)",
                ("shifted, Airy and two-part targets; linear and tanh networks, Adam", fading),
            ),
            starts_verdict,
            title="Other targets",
            stated={"swapped": False},
            wrong={"the starts the other way round": {"swapped": True}},
        ),
        Table(
            "targets",
            "Steps of Adam until a quarter of the energy of the target is left; the shifted "
            "target is the input of 8 steps ago, the others are sampled at steps of 1/2.",
            ("target", "network", "fading start", "orthogonal start"),
            kernel_rows,
        ),
        Claim(
            Statement(
                "slow_unit",
                Kind.BOUND,
                r"n(\text{with a silent unit at } w = \tfrac15) \le \tfrac1{10}\, "
                r"n(\text{without})",
                (f"two units near the early part, $1/\\omega = {DELAYS[-1]}$", reached),
            ),
            slow_unit_verdict,
            title="A silent slow unit",
            stated={"slowest": 0.2},
            wrong={"without a slow unit": {"slowest": None}},
        ),
        Claim(
            Statement(
                "map_as_remedy",
                Kind.BOUND,
                r"n(-e^\theta) \le \tfrac12\, n(\theta)",
                (f"from the same rates, near 1; $1/\\omega = {DELAYS[-1]}$", reached),
            ),
            remedy_verdict,
            title="A stable map as a remedy of the plateau",
            text="It is none: the gradient at the start is as small, and times $|f'| = w$.",
            expected_to_hold=False,
            stated={"name": "exponential", "slowest": None},
        ),
        Claim(
            Statement(
                "stable_training",
                Kind.BOUND,
                r"J < 0.85 \int_0^\infty \rho_{\mathrm{late}}^2\, dt",
                ("rates from 0.1 to 1, learning rate 0.05, stable maps", last),
            ),
            stable_training_verdict,
            title="What a stable map does change: slow units survive",
            stated={"names": TRAINED_MAPS[1:], "level": 0.85},
            wrong={"of the eigenvalue itself": {"names": ("direct",)}},
        ),
        Claim(
            Statement(
                "direct_training",
                Kind.BOUND,
                r"J < 0.85 \int_0^\infty \rho_{\mathrm{late}}^2\, dt",
                ("the same with the direct map", last),
            ),
            stable_training_verdict,
            title="The same without a map",
            expected_to_hold=False,
            stated={"names": ("direct",), "level": 0.85},
        ),
        Figure(
            "training_plateaus",
            "Losses on white noise. Dotted: from an orthogonal matrix. Right: a bump at "
            "$1/\\omega$; a silent slow unit removes the plateau, a stable map does not.",
            plateau_figure,
        ),
    )


__all__ = ["derivation", "map_rows"]
