"""The theorems on gradient descent, what they require, and how that grows."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, Interval, Rational, S, Symbol, fraction, latex, log, oo, sqrt

from longlag.derivations.descent.notation import GLOSSARY, PAPER
from longlag.derivations.descent.theorems_checks import (
    MIDDLING,
    exponents_verdict,
    logarithm_verdict,
    mean_square_verdict,
    no_growth_verdict,
    rate_verdict,
)
from longlag.derivations.descent.theorems_figures import horizon_figure, samples_figure
from longlag.theory.descent.convergence import (
    drift_radius,
    largest_step,
    misfit_bound,
    progress,
    progress_bound,
    progress_gap,
    required_iterations,
    required_width,
    risk_bound,
)
from longlag.theory.descent.scaling import VARIABLES, Algorithm, requirement_growth
from longlag.theory.descent.smoothness import Regime
from longlag.theory.descent.symbols import (
    current_risk,
    delta,
    gradient_ball,
    gradient_start,
    hessian_ball,
    input_norm,
    iterations,
    misfit,
    radius,
    risk,
    samples,
    size,
    step_size,
    steps,
    width,
)
from longlag.theory.statement import (
    Claim,
    Derivation,
    Figure,
    Item,
    Kind,
    Relation,
    Settings,
    Statement,
    Table,
    Text,
)
from longlag.theory.verify import claim

_SIZE = Interval(Rational(1, 5), 3)
_DOMAINS = {
    **dict.fromkeys((size, radius, gradient_ball, gradient_start, hessian_ball, misfit), _SIZE),
    delta: Interval(Rational(1, 100), Rational(9, 10)),
    risk: Interval(Rational(1, 100), 1),
    samples: Interval(1, 100),
    steps: Interval(1, 100),
    current_risk: Interval(0, 3),
    iterations: Interval(1, 100),
    step_size: Interval(Rational(1, 100), 1),
}


def step_relation(factor: Expr) -> Relation:
    """Return one step's bound plus its gap, against what the step does.

    Args:
        factor: on x² in the bound.
    """
    bound = progress_bound().subs(misfit, sqrt(factor) * misfit)
    return Relation(Kind.IDENTITY, progress(), bound - progress_gap(), _DOMAINS)


def allowed_relation(largest: Expr) -> Relation:
    """Return that a step does at most its bound where η ≤ 1/(4ℓ²), over √R.

    Args:
        largest: the largest step in units of 1/(4ℓ²).
    """
    share, root = Symbol("u", positive=True), Symbol("rho", nonnegative=True)
    inserted = {step_size: share * largest_step(), current_risk: root**2}
    positive = Interval.open(0, oo)
    return Relation(
        Kind.BOUND,
        progress().subs(inserted),
        progress_bound().subs(inserted),
        {
            gradient_ball: positive,
            misfit: positive,
            share: Interval.Lopen(0, largest),
            root: Interval(0, oo),
        },
    )


def summed_relation(factor: Expr) -> Relation:
    """Return the risk bound as the sum of its steps, the last distance left out.

    Args:
        factor: on ν².
    """
    each = progress_bound() + step_size * current_risk
    summed = (factor * size**2 + iterations * each) / (step_size * iterations)
    return Relation(Kind.IDENTITY, summed, risk_bound(), _DOMAINS)


def required_relation(factor: Expr) -> Relation:
    """Return that at the required m and τ, and the largest η, the risk bound is ε.

    Args:
        factor: on the required width.
    """
    inserted = risk_bound().subs(misfit, misfit_bound()).subs(width, factor * required_width())
    at_iterations = inserted.subs(iterations, required_iterations())
    return Relation(Kind.IDENTITY, at_iterations.subs(step_size, largest_step()), risk, _DOMAINS)


def drift_relation(power: int) -> Relation:
    """Return the drift of plain descent at the required numbers.

    Args:
        power: of ν.
    """
    drift = drift_radius().subs({misfit: sqrt(risk) / 2, iterations: required_iterations()})
    claimed = 4 * gradient_ball * size**power / sqrt(risk)
    return Relation(Kind.IDENTITY, drift.subs(step_size, largest_step()), claimed, _DOMAINS)


def growth_rows(settings: Settings) -> list[list[str]]:
    """Return the leading terms of τ and m in every variable, and in T on either side."""
    rows = []
    cases = [("T", regime) for regime in Regime]
    cases += [(name, Regime.BELOW) for name in VARIABLES if name not in ("T", "d")]
    for name, regime in cases:
        projected, plain = (requirement_growth(name, regime, each) for each in Algorithm)
        label = {"T": f"$T$, {regime} the cutoff", "nu": r"$\nu$", "n": "$n$"}.get(
            name, r"$1/\delta$" if name == "1/delta" else r"$1/\varepsilon$"
        )
        forms = (projected.iterations, projected.width, plain.width)
        rows.append([label, *(f"${_in_one_line(form)}$" for form in forms)])
    return rows


def _in_one_line(form: Expr) -> str:
    """A fraction with a slash, with C for √(s₀²+χ²)."""
    norm, logarithm = Symbol("C", positive=True), Symbol(r"\ln(1/\delta)", positive=True)
    shown = form.subs(input_norm() ** 2, norm**2).subs(log(delta), -logarithm)
    parts = fraction(shown)
    numerator, denominator = (latex(p, symbol_names={risk: r"\varepsilon"}) for p in parts)
    closing = rf"({denominator})" if parts[1].is_Mul else denominator
    return rf"{numerator} / {closing}"


def derivation() -> Derivation:
    """Return the section."""
    items = (*_theorem_items(), *_requirement_items(), *_growth_items(), *_figure_items())
    return Derivation("descent_theorems", "Gradient descent: what suffices", items, GLOSSARY)


def _theorem_items() -> Sequence[Item]:
    return (
        Text(
            "Two statements compare the network with its target: with probability $1 - \\delta$ "
            "over the start, $|\\langle \\nabla F_t(\\Phi_0), \\bar\\Phi - \\Phi_0 \\rangle - "
            "f^*_t| \\le e_m = 2 \\nu \\ell^0_T \\sqrt{\\ln(2nT/\\delta)/m}$ for all samples and "
            "steps (Hoeffding for $m/2$ independent terms of at most $\\nu\\ell^0_T$, and a union "
            "bound); and $|F_t(\\Phi) - \\langle \\nabla F_t(\\Phi_0), \\Phi - \\Phi_0 \\rangle| "
            "\\le B_t \\rho^2 / 2\\sqrt m$ in the ball. The last part below measures both. "
            "Together with the drift of the gradient, $\\|\\nabla F_t(\\Phi) - \\nabla F_t(\\Phi_0)"
            "\\| \\le B_t \\rho/\\sqrt m$, and $\\|\\Phi - \\bar\\Phi\\| \\le \\rho + \\nu \\le "
            "2\\rho$ they give $|\\langle \\nabla F_t(\\Phi), \\Phi - \\bar\\Phi \\rangle - (F_t - "
            "f^*_t)| \\le x$ with $x = e_m + \\tfrac52 B_T \\rho^2/\\sqrt m$."
        ),
        claim(
            "one_step",
            step_relation(S.One),
            r"-4\eta R + 4\eta x \sqrt R + 4 \eta^2 \ell_T^2 R = -\eta R + 2 \eta x^2 - \Bigl[ "
            r"2\eta (\sqrt R - x)^2 + \eta R (1 - 4\eta\ell_T^2) \Bigr]",
            title="One step of gradient descent",
            text="The left side bounds $\\|\\Phi(s+1) - \\bar\\Phi\\|^2 - \\|\\Phi(s) - \\bar\\Phi"
            "\\|^2$: $\\langle \\nabla R, \\Phi - \\bar\\Phi \\rangle \\ge 2R - 2x\\sqrt R$ and "
            "$\\|\\nabla R\\|^2 \\le 4 \\ell_T^2 R$; a projection onto the ball, which holds "
            "$\\bar\\Phi$, only shortens the distance.",
            wrong={"half of the squared misfit": step_relation(S.Half)},
        ),
        claim(
            "allowed_step",
            allowed_relation(S.One),
            r"-4\eta R + 4\eta x \sqrt R + 4 \eta^2 \ell_T^2 R \le -\eta R + 2 \eta x^2 \qquad "
            r"\Bigl( \eta \le \frac{1}{4 \ell_T^2} \Bigr)",
            title="Its bound",
            text="At such steps the bracket above is not negative.",
            wrong={"at a hundred times the step": allowed_relation(S(100))},
        ),
        claim(
            "risk_bound",
            summed_relation(S.One),
            r"\frac{1}{\eta\tau} \Bigl( \nu^2 + \sum_{s < \tau} 2 \eta x^2 \Bigr) = "
            r"\frac{\nu^2}{\eta\tau} + 2x^2",
            title="Projected gradient descent",
            text="By the sum of that bound over the steps, with $\\|\\Phi_0 - \\bar\\Phi\\| \\le "
            "\\nu$, the mean risk $\\frac1\\tau \\sum_{s<\\tau} R(\\Phi(s))$ is at most this.",
            source=PAPER,
            wrong={"twice the first distance": summed_relation(S(2))},
        ),
    )


def _requirement_items() -> Sequence[Item]:
    return (
        claim(
            "required",
            required_relation(S.One),
            r"\tau = \frac{8 \ell_T^2 \nu^2}{\varepsilon}, \quad m = \frac4\varepsilon \Bigl( 2 "
            r"\nu \ell^0_T \sqrt{\ln\tfrac{2nT}{\delta}} + \tfrac52 B_T \rho^2 \Bigr)^2 "
            r"\quad\Longrightarrow\quad \frac{\nu^2}{\eta\tau} + 2x^2 = \varepsilon",
            title="Width and iterations that suffice",
            text="At $\\eta = 1/4\\ell_T^2$. Since $\\ell_T$ and $B_T$ depend on $m$ through "
            "$\\alpha_m$, the second is an equation for $m$, which longlag solves.",
            source=PAPER,
            wrong={"half the width": required_relation(S.Half)},
        ),
        claim(
            "drift",
            drift_relation(2),
            r"2 \ell_T \sqrt{\eta\tau\nu^2 + 2 \eta^2\tau^2 x^2} = \frac{4 \ell_T \nu^2}"
            r"{\sqrt\varepsilon} \qquad \Bigl( \eta = \tfrac{1}{4\ell_T^2},\; \tau = "
            r"\tfrac{8\ell_T^2\nu^2}{\varepsilon},\; x = \tfrac{\sqrt\varepsilon}{2} \Bigr)",
            title="Plain gradient descent",
            text="A step moves a neuron by at most $2\\eta\\ell_T\\sqrt{R/m}$, and $\\sum_s "
            "\\sqrt{R(\\Phi(s))} \\le \\sqrt{\\tau \\sum_s R(\\Phi(s))}$: no neuron leaves the "
            "ball of this radius over $\\sqrt m$. With it in place of $\\rho$ (and at least "
            "$\\nu$) no projection is needed.",
            source=PAPER,
            wrong={"the first power of the size": drift_relation(1)},
        ),
    )


def _growth_items() -> Sequence[Item]:
    return (
        Claim(
            Statement(
                "growth_at_cutoff",
                Kind.EXPONENT,
                r"\alpha s_1 = 1: \quad \tau \sim T^2, \qquad m \sim T^6 \;\text{(projected)}, "
                r"\quad m \sim T^{10} \;\text{(plain)}",
            ),
            exponents_verdict,
            stated={"change": "T", "exponents": (S(2), S(6), S(10)), "alpha": S.One},
            wrong={
                "another exponent of iterations": {"exponents": (S(3), S(6), S(10))},
                "another exponent of width, projected": {"exponents": (S(2), S(7), S(10))},
                "another exponent of width, plain": {"exponents": (S(2), S(6), S(11))},
            },
            title="Growth in the number of steps",
        ),
        Claim(
            Statement(
                "growth_above_cutoff",
                Kind.LIMIT,
                r"\alpha s_1 = r > 1: \quad \tau \sim r^{2T}, \qquad m \sim r^{4T} "
                r"\;\text{(projected)}, \quad m \sim r^{8T} \;\text{(plain)}",
            ),
            rate_verdict,
            stated={"multiples": (S(2), S(4), S(8))},
            wrong={
                "the width of projected descent": {"multiples": (S(2), S(2), S(8))},
                "one power less": {"multiples": (S(1), S(4), S(8))},
            },
        ),
        Claim(
            Statement(
                "growth_below_cutoff",
                Kind.LIMIT,
                r"\alpha s_1 < 1: \quad \sqrt m = A + B \sqrt{\ln(2nT/\delta)}, \quad B > 0, "
                r"\quad T \to \infty",
            ),
            logarithm_verdict,
            stated={"change": "T", "quantity": "width", "grows": True},
            wrong={"no growth": {"grows": False}},
            text="The bounds $\\ell_T$ and $B_T$ become constants, but the union bound over "
            "$T$ steps leaves a logarithm.",
        ),
        Claim(
            Statement(
                "free_of_horizon", Kind.IDENTITY, r"m(T) = m \qquad (\alpha s_1 < 1,\; T \ge 1000)"
            ),
            logarithm_verdict,
            stated={"change": "T", "quantity": "width", "grows": False},
            title="A width free of the number of steps",
            text="With the union bound it is not.",
            expected_to_hold=False,
        ),
        Claim(
            Statement(
                "mean_square_error",
                Kind.BOUND,
                r"\Bigl( \frac{1}{nT} \sum_{j, t} \bigl( \langle \nabla F_t, \bar\Phi - \Phi_0 "
                r"\rangle - f^*_t \bigr)^2 \Bigr)^{1/2} \le e_2 = \nu \ell^0_T \sqrt{\tfrac2m} "
                r"\bigl( 1 + \sqrt{2 \ln(1/\delta)} \bigr)",
                (r"with probability $1 - \delta$ over the start",),
            ),
            mean_square_verdict,
            stated={"exponent": S.Half},
            wrong={"the first power": {"exponent": S.One}},
            title="The error at finite width, in the mean square",
            text="One step needs $\\langle \\nabla F, \\Phi - \\bar\\Phi \\rangle - (F - f^*)$ in "
            "the mean square over samples and steps only. At the start that is the norm of a mean "
            "of $m/2$ independent vectors of norm at most $\\nu\\ell^0_T$: at most $\\nu\\ell^0_T"
            "\\sqrt{2/m}$ in expectation, and McDiarmid's inequality gives the rest, without a "
            "union bound.",
        ),
        Claim(
            Statement(
                "mean_square",
                Kind.IDENTITY,
                r"m(n, T) = m \qquad \text{with } e_2 \text{ in place of } e_m",
                (r"$\alpha s_1 < 1$, $T \ge 1000$ for the number of steps",),
            ),
            no_growth_verdict,
            stated={"changes": ("T", "n"), "quantity": "mean_square"},
            wrong={"with the union bound": {"quantity": "width"}},
            title="What it requires",
            text="Neither samples nor, below the cutoff, steps.",
        ),
        Claim(
            Statement(
                "growth_in_samples",
                Kind.LIMIT,
                r"\sqrt m = A + B \sqrt{\ln(2nT/\delta)}, \quad B > 0, \quad n \to \infty",
                source=PAPER,
            ),
            logarithm_verdict,
            stated={"change": "n", "quantity": "width", "grows": True},
            wrong={"no growth": {"grows": False}},
            title="Growth in the samples",
            text="At a fixed $\\nu$; for labels that are not given by a fixed $F_\\nu$, $\\nu$ "
            "itself grows with $n$, see below.",
        ),
        Claim(
            Statement(
                "growth_in_risk",
                Kind.EXPONENT,
                r"\tau \sim \varepsilon^{-1}, \qquad m \sim \varepsilon^{-1} \;\text{(projected)},"
                r" \quad m \sim \varepsilon^{-3} \;\text{(plain)}",
                source=PAPER,
            ),
            exponents_verdict,
            stated={
                "change": "1/epsilon",
                "exponents": (S(1), S(1), S(3)),
                "alpha": MIDDLING["alpha"],
            },
            wrong={
                "another exponent of iterations": {"exponents": (S(2), S(1), S(3))},
                "another exponent of width, projected": {"exponents": (S(1), S(2), S(3))},
                "another exponent of width, plain": {"exponents": (S(1), S(1), S(4))},
            },
            title="Growth in accuracy and in the size of the target",
        ),
        Claim(
            Statement(
                "growth_in_size",
                Kind.EXPONENT,
                r"\tau \sim \nu^2, \qquad m \sim \nu^4 \;\text{(projected)}, \quad m \sim \nu^8 "
                r"\;\text{(plain)}",
            ),
            exponents_verdict,
            stated={"change": "nu", "exponents": (S(2), S(4), S(8)), "alpha": MIDDLING["alpha"]},
            wrong={
                "another exponent of iterations": {"exponents": (S(3), S(4), S(8))},
                "another exponent of width, projected": {"exponents": (S(2), S(5), S(8))},
                "another exponent of width, plain": {"exponents": (S(2), S(4), S(9))},
            },
        ),
        Claim(
            Statement(
                "growth_in_dimension",
                Kind.EXPONENT,
                r"\tau \sim d, \qquad m \sim d^2 \;\text{(projected)}, \quad m \sim d^4 "
                r"\;\text{(plain)}, \qquad \chi = \sqrt d",
                ("inputs with components in $[-1, 1]$",),
            ),
            exponents_verdict,
            stated={
                "change": "d, components in [-1, 1]",
                "exponents": (S(1), S(2), S(4)),
                "alpha": MIDDLING["alpha"],
            },
            wrong={
                "another exponent of iterations": {"exponents": (S(2), S(2), S(4))},
                "another exponent of width, projected": {"exponents": (S(1), S(3), S(4))},
                "another exponent of width, plain": {"exponents": (S(1), S(2), S(5))},
            },
            title="Growth in the dimension",
        ),
        Claim(
            Statement(
                "free_of_dimension",
                Kind.EXPONENT,
                r"\tau, m \sim d^0, \qquad \chi = 1",
                (r"$\nu$ fixed",),
                PAPER,
            ),
            exponents_verdict,
            stated={"change": "d", "exponents": (S(0), S(0), S(0)), "alpha": MIDDLING["alpha"]},
            wrong={
                "another exponent of iterations": {"exponents": (S(1), S(0), S(0))},
                "another exponent of width, projected": {"exponents": (S(0), S(1), S(0))},
                "another exponent of width, plain": {"exponents": (S(0), S(0), S(1))},
            },
            text="With $\\|X_t\\| \\le 1$ the dimension counts only through $\\nu$ and the number "
            "$m(d+1)$ of parameters.",
        ),
        Table(
            "growth",
            "Leading terms of what suffices, $\\rho = \\nu$ for projected descent, "
            "$r = \\alpha s_1$, $C^2 = s_0^2 + \\chi^2$; derived from the bounds.",
            ("", r"$\tau$", "$m$, projected", "$m$, plain"),
            growth_rows,
        ),
    )


def _figure_items() -> Sequence[Item]:
    return (
        Figure(
            "descent_horizon",
            "Width and iterations that suffice over the number of steps, below, at and above the "
            "cutoff (tanh, $n = 100$, $\\nu_w = \\nu_u = 1$, $\\delta = .05$, "
            "$\\varepsilon = .1$). "
            "Solid: projected; dashed: plain descent.",
            horizon_figure,
        ),
        Figure(
            "descent_samples",
            "The same over the number of samples, with the union bound and in the mean square, "
            "and over the dimension ($T = 50$, $\\alpha = .5$; left: $\\nu_w = \\nu_u = .05$).",
            samples_figure,
        ),
    )
