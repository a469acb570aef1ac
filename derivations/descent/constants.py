"""The constants of gradient descent: activations, gradient and Hessian bounds, and the cutoff."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import E, Expr, Interval, Range, Rational, S, Symbol, latex, oo, pi, sqrt

from longlag.derivations.descent.constants_checks import (
    BOUNDS,
    activation_verdict,
    growth_verdict,
    refusal_verdict,
    sum_verdict,
)
from longlag.derivations.descent.notation import GLOSSARY, PAPER
from longlag.numerics.checks import combine
from longlag.theory.descent import model
from longlag.theory.descent.activation import ACTIVATIONS, activation
from longlag.theory.descent.convergence import cutoff_width
from longlag.theory.descent.smoothness import (
    Regime,
    gradient_bound,
    gradient_step,
    hessian_bound,
    hessian_step,
)
from longlag.theory.descent.symbols import (
    alpha_ball,
    curvature_bound,
    gain,
    input_bound,
    input_norm,
    radius_w,
    slope_bound,
    step,
    value_bound,
    width,
)
from longlag.theory.statement import (
    Claim,
    Derivation,
    Item,
    Kind,
    Relation,
    Settings,
    Statement,
    Table,
    Text,
    Verdict,
)
from longlag.theory.verify import claim, verify

_SIZES = dict.fromkeys(
    (value_bound, slope_bound, curvature_bound, input_bound, alpha_ball),
    Interval(Rational(1, 5), 3),
)
_STEPS = Range(1, 30)
_REFUSED = ("softplus", "relu", "silu")
#: The activations of the theory, with the constants that are claimed; the table has the others.
CLAIMED: dict[str, tuple[Expr, Expr, Expr]] = {
    "tanh": (S.One, S.One, 4 / (3 * sqrt(3))),
    "sigmoid": (S.One, Rational(1, 4), sqrt(3) / 18),
    "erf": (S.One, 2 / sqrt(pi), 2 * sqrt(2 / (pi * E))),
    "sin": (S.One, S.One, S.One),
}


def written_forms() -> dict[str, Expr]:
    """Return the closed forms as they are displayed, for r ≠ 1."""
    r, t = gain, step
    norm, before = input_norm(), t - 1
    weighted = (1 - (t + 1) * r**t + t * r ** (t + 1)) / (1 - r) ** 2
    squares = 1 - r**t - 2 * t * r**t * (1 - r) + r ** (t + 1) - r ** (2 * t + 1)
    curved = curvature_bound * norm**2 * squares / (1 - r) ** 3
    return {
        "p": (1 - r**t) / (1 - r),
        "q": weighted,
        "hessian": curved + 2 * slope_bound**2 * norm * weighted.subs(t, before),
    }


def written_leaders(regime: Regime) -> dict[str, Expr]:
    """Return the leading terms of ℓ_t and B_t as t → ∞ as they are displayed."""
    r, t, norm = gain, step, input_norm()
    slope, curved = slope_bound * norm, curvature_bound * norm**2
    crossed = 2 * slope_bound**2 * norm
    return {
        Regime.BELOW: {
            "gradient": slope / (1 - r),
            "hessian": curved / (1 - r) ** 3 + crossed / (1 - r) ** 2,
        },
        Regime.AT: {"gradient": slope * t, "hessian": curved * t**3 / 3},
        Regime.ABOVE: {
            "gradient": slope / (r - 1) * r**t,
            "hessian": curved * r / (r - 1) ** 3 * r ** (2 * t),
        },
    }[regime]


def closed_verdict(settings: Settings, *, name: str, factor: Expr) -> Verdict:
    """Compare a displayed closed form with the derived one, and this with its recursion.

    Args:
        settings: examples, seed and digits.
        name: in ``written_forms``.
        factor: on the displayed form.
    """
    domains = {**_SIZES, step: _STEPS, gain: Interval(Rational(1, 10), Rational(9, 10))}
    written = Relation(Kind.IDENTITY, BOUNDS[name].closed, factor * written_forms()[name], domains)
    return combine([verify(written, settings), sum_verdict(settings, name=name, factor=S.One)])


def activation_rows(settings: Settings) -> list[list[str]]:
    """Return σ, its constants and the largest α below the cutoff."""
    rows = []
    for name in ACTIVATIONS:
        found = activation(name)
        numbers = [f"${latex(constant)}$" for constant in found.constants]
        rows.append(
            [name, f"${latex(found.function)}$", *numbers, f"{float(1 / found.slope.upper):.4g}"]
        )
    return rows


def gradient_relations() -> dict[str, Relation]:
    """Return each derived recursion beside its form in the sources."""
    m = model
    moved_w = m.previous + m.weight * m.gradient_w
    moved_j, moved_k = (
        x + m.weight * g for x, g in ((m.input_j, m.gradient_j), (m.input_k, m.gradient_k))
    )
    recursion = m.recursion()
    sides = {
        "gradient_w": (recursion.gradient["W"], m.slope * moved_w),
        "gradient_u": (recursion.gradient["U"], m.slope * moved_j),
        "hessian_ww": (
            recursion.hessian["WW"],
            m.curvature * moved_w**2 + m.slope * (2 * m.gradient_w + m.weight * m.hessian_ww),
        ),
        "hessian_wu": (
            recursion.hessian["WU"],
            m.curvature * moved_w * moved_j + m.slope * (m.gradient_j + m.weight * m.hessian_wj),
        ),
        "hessian_uu": (
            recursion.hessian["UU"],
            m.curvature * moved_j * moved_k + m.slope * m.weight * m.hessian_jk,
        ),
    }
    return {
        name: Relation(
            Kind.IDENTITY,
            left,
            right,
            dict.fromkeys(left.free_symbols | right.free_symbols, S.Reals),
        )
        for name, (left, right) in sides.items()
    }


def recursion_relations(factor: Expr = S.One) -> tuple[Relation, Relation]:
    """Return that the closed forms of ℓ_t and B_t solve their recursions at every t.

    Args:
        factor: on the cross term of the Hessian; not 1 is wrong.
    """
    gradient, hessian = (
        bound.closed.subs(gain, alpha_ball * slope_bound)
        for bound in (gradient_bound(), hessian_bound())
    )
    before = gradient.subs(step, step - 1)
    stepped = hessian_step(hessian.subs(step, step - 1), factor * before)
    domains = {**_SIZES, step: _STEPS}
    return (
        Relation(Kind.IDENTITY, gradient_step(factor * before), gradient, domains),
        Relation(Kind.IDENTITY, stepped, hessian, domains),
    )


def cutoff_relation(factor: Expr) -> Relation:
    """Return that at the width of the cutoff the gain is 1.

    Args:
        factor: on the width.
    """
    gap = Symbol("u", positive=True)
    start = (1 - gap) / slope_bound
    bound = cutoff_width(start, slope_bound, radius_w) * factor
    inverse = Symbol("rho_w", positive=True)
    lhs = (start + radius_w / width**S.Half).subs(width, bound) * slope_bound
    return Relation(
        Kind.IDENTITY,
        lhs.subs(radius_w, inverse),
        S.One,
        {
            gap: Interval.open(0, 1),
            slope_bound: Interval.open(0, oo),
            inverse: Interval.open(0, oo),
        },
    )


def derivation() -> Derivation:
    """Return the section."""
    items = (*_model_items(), *_activation_items(), *_bound_items(), *_cutoff_items())
    return Derivation(
        "descent_constants", "Gradient descent: constants and cutoff", items, GLOSSARY
    )


def _halved(relation: Relation) -> dict[str, Expr]:
    """A factor two lost on the right."""
    return {"half of it": relation.rhs / 2}


def _model_items() -> Sequence[Item]:
    relations = gradient_relations()
    return (
        Text(
            "Every neuron is a function of its own weight $W$ and input weights $U$. What follows "
            "bounds its first and second derivatives after $t$ steps; both recursions are derived "
            "by SymPy from the update."
        ),
        claim(
            "gradient_w",
            relations["gradient_w"],
            r"\frac{\partial H_t}{\partial W} = \sigma'(a_t) \Bigl[ H_{t-1} + W "
            r"\frac{\partial H_{t-1}}{\partial W} \Bigr], \qquad a_t = W H_{t-1} + \langle U, X_t "
            r"\rangle",
            wrong=_halved(relations["gradient_w"]),
            title="The gradient",
            source=PAPER,
        ),
        claim(
            "gradient_u",
            relations["gradient_u"],
            r"\frac{\partial H_t}{\partial U_j} = \sigma'(a_t) \Bigl[ X_{t,j} + W "
            r"\frac{\partial H_{t-1}}{\partial U_j} \Bigr]",
            wrong=_halved(relations["gradient_u"]),
            title="The same by an input weight",
            source=PAPER,
        ),
        claim(
            "hessian_ww",
            relations["hessian_ww"],
            r"\frac{\partial^2 H_t}{\partial W^2} = \sigma''(a_t) \Bigl( H_{t-1} + W "
            r"\frac{\partial H_{t-1}}{\partial W} \Bigr)^2 + \sigma'(a_t) \Bigl[ 2 "
            r"\frac{\partial H_{t-1}}{\partial W} + W \frac{\partial^2 H_{t-1}}{\partial W^2} "
            r"\Bigr]",
            wrong=_halved(relations["hessian_ww"]),
            title="The Hessian",
        ),
        claim(
            "hessian_wu",
            relations["hessian_wu"],
            r"\frac{\partial^2 H_t}{\partial W \partial U_j} = \sigma''(a_t)\, v_W v_j + "
            r"\sigma'(a_t) \Bigl[ \frac{\partial H_{t-1}}{\partial U_j} + W \frac{\partial^2 "
            r"H_{t-1}}{\partial W \partial U_j} \Bigr], \qquad v = (H_{t-1}, X_t) + W \nabla "
            r"H_{t-1}",
            wrong=_halved(relations["hessian_wu"]),
            title="Its mixed part",
        ),
        claim(
            "hessian_uu",
            relations["hessian_uu"],
            r"\frac{\partial^2 H_t}{\partial U_j \partial U_k} = \sigma''(a_t)\, v_j v_k + "
            r"\sigma'(a_t) W \frac{\partial^2 H_{t-1}}{\partial U_j \partial U_k}",
            wrong=_halved(relations["hessian_uu"]),
            title="Its part by input weights",
        ),
    )


def _activation_items() -> Sequence[Item]:
    claims = [
        Claim(
            Statement(f"activation_{name}", Kind.IDENTITY, _constants_tex(name)),
            activation_verdict,
            stated={"name": name, "claimed": CLAIMED[name]},
            wrong={
                f"twice s_{order}": {"claimed": _with(CLAIMED[name], order, 2)}
                for order in range(3)
            },
            title="Constants of activations" if place == 0 else "",
            text="Found at exact critical points and limits; interval arithmetic shows that "
            "nothing on the line is larger."
            if place == 0
            else "",
        )
        for place, name in enumerate(CLAIMED)
    ]
    return (
        *claims,
        Claim(
            Statement(
                "unsuitable",
                Kind.BOUND,
                r"\sup|\sigma|, \sup|\sigma'|, \sup|\sigma''| < \infty, \qquad \sigma = "
                r"\operatorname{softplus}, \operatorname{relu}, \operatorname{silu}",
            ),
            refusal_verdict,
            stated={"names": _REFUSED},
            title="Activations without constants",
            text="The bounds say nothing of them.",
            expected_to_hold=False,
        ),
        Table(
            "activations",
            "Registered activations. The last column is $1/s_1$, the cutoff in $\\alpha_m$.",
            ("", r"$\sigma(a)$", "$s_0$", "$s_1$", "$s_2$", "cutoff"),
            activation_rows,
        ),
    )


def _with(constants: tuple[Expr, Expr, Expr], order: int, factor: Expr | int) -> tuple[Expr, ...]:
    """The constants with a factor on one of them."""
    return tuple(c * factor if place == order else c for place, c in enumerate(constants))


def _constants_tex(name: str) -> str:
    listed = ", \\quad ".join(f"s_{k} = {latex(c)}" for k, c in enumerate(CLAIMED[name]))
    return rf"\sigma(a) = {latex(activation(name).function)}: \quad {listed}"


def _bound_items() -> Sequence[Item]:
    gradient, hessian = recursion_relations()
    return (
        Claim(
            Statement(
                "geometric",
                Kind.IDENTITY,
                r"p_t = \sum_{k<t} r^k = \frac{1 - r^t}{1 - r}, \qquad p_t = t \;\text{at}\; "
                r"r = 1",
                source=PAPER,
            ),
            closed_verdict,
            stated={"name": "p", "factor": S.One},
            wrong={"a thousandth more": {"factor": Rational(1001, 1000)}},
            title="Sums of powers of the gain",
        ),
        Claim(
            Statement(
                "weighted",
                Kind.IDENTITY,
                r"q_t = \sum_{k<t} (k+1) r^k = \frac{1 - (t+1) r^t + t r^{t+1}}{(1-r)^2}, \qquad "
                r"q_t = \tfrac12 t(t+1) \;\text{at}\; r = 1",
                source=PAPER,
            ),
            closed_verdict,
            stated={"name": "q", "factor": S.One},
            wrong={"a thousandth more": {"factor": Rational(1001, 1000)}},
        ),
        claim(
            "gradient_recursion",
            gradient,
            r"\ell_t = s_1 \sqrt{s_0^2 + \chi^2}\, p_t(r) \quad\text{solves}\quad \ell_t = s_1 "
            r"\bigl[ \sqrt{s_0^2 + \chi^2} + \alpha_m \ell_{t-1} \bigr], \; \ell_0 = 0",
            wrong=_halved(gradient),
            title="The gradient bound",
            text="Norms in the recursion of the gradient give $\\|\\nabla H_t\\| \\le \\ell_t$ by "
            "induction; the closed form solves the recursion at every $t$.",
            source=PAPER,
        ),
        claim(
            "hessian_recursion",
            hessian,
            r"B_t = \sum_{k<t} r^k \bigl[ s_2 (s_0^2+\chi^2) p_{t-k}^2 + 2 s_1^2 \sqrt{s_0^2+"
            r"\chi^2}\, p_{t-k-1} \bigr] \quad\text{solves}\quad B_t = s_2 (\ell_t/s_1)^2 + s_1 "
            r"\bigl[ 2 \ell_{t-1} + \alpha_m B_{t-1} \bigr]",
            wrong=_halved(hessian),
            title="The Hessian bound",
            text="In the closed form. Hence $\\|\\nabla^2 H_t\\| \\le B_t$ by induction, since "
            "$\\|v\\| \\le \\sqrt{s_0^2+\\chi^2} + \\alpha_m \\ell_{t-1} = \\ell_t/s_1$.",
        ),
        Claim(
            Statement(
                "hessian_closed",
                Kind.IDENTITY,
                r"B_t = s_2 (s_0^2+\chi^2) \frac{1 - r^t - 2t r^t(1-r) + r^{t+1} - r^{2t+1}}"
                r"{(1-r)^3} + 2 s_1^2 \sqrt{s_0^2+\chi^2}\; q_{t-1}(r)",
                (
                    r"$r \ne 1$; at $r = 1$: $s_2 (s_0^2+\chi^2)\, t(t+1)(2t+1)/6 + s_1^2 "
                    r"\sqrt{s_0^2+\chi^2}\; t(t-1)$",
                ),
            ),
            closed_verdict,
            stated={"name": "hessian", "factor": S.One},
            wrong={"a thousandth more": {"factor": Rational(1001, 1000)}},
            title="The Hessian bound in closed form",
        ),
    )


def _cutoff_items() -> Sequence[Item]:
    sides = {
        Regime.BELOW: (
            r"\ell_t \to \frac{s_1 \sqrt{s_0^2+\chi^2}}{1-r}, \qquad B_t \to \frac{s_2 (s_0^2+"
            r"\chi^2)}{(1-r)^3} + \frac{2 s_1^2 \sqrt{s_0^2+\chi^2}}{(1-r)^2}",
            "Below the cutoff",
        ),
        Regime.AT: (
            r"\ell_t \sim s_1 \sqrt{s_0^2+\chi^2}\; t, \qquad B_t \sim \tfrac13 s_2 (s_0^2+\chi^2)"
            r"\, t^3",
            "At the cutoff",
        ),
        Regime.ABOVE: (
            r"\ell_t \sim \frac{s_1 \sqrt{s_0^2+\chi^2}}{r-1}\, r^t, \qquad B_t \sim "
            r"\frac{s_2 (s_0^2+\chi^2)\, r}{(r-1)^3}\, r^{2t}",
            "Above the cutoff",
        ),
    }
    claims = [
        Claim(
            Statement(
                f"{regime}_cutoff",
                Kind.LIMIT,
                tex,
                ({"below": "$r < 1$", "at": "$r = 1$", "above": "$r > 1$"}[regime],),
                PAPER,
            ),
            growth_verdict,
            stated={"regime": regime, "leaders": written_leaders(regime)},
            wrong={
                f"twice the bound of the {name}": {
                    "leaders": {**written_leaders(regime), name: 2 * leader}
                }
                for name, leader in written_leaders(regime).items()
            },
            title=title,
        )
        for regime, (tex, title) in sides.items()
    ]
    return (
        *claims,
        claim(
            "cutoff_width",
            cutoff_relation(S.One),
            wrong={"half the width": cutoff_relation(S.Half)},
            tex=r"r = \Bigl( \alpha + \frac{\rho_w}{\sqrt m} \Bigr) s_1 < 1 \iff m > \Bigl( "
            r"\frac{\rho_w s_1}{1 - \alpha s_1} \Bigr)^2 \qquad (\alpha s_1 < 1)",
            title="The width that keeps the ball below the cutoff",
            text="Evaluated at equality. $\\alpha s_1 < 1$ alone is not enough: in a narrow "
            "network the ball reaches over the cutoff.",
            source=PAPER,
        ),
    )
