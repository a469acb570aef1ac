"""The section on gradient and Hessian of a neuron: bounds, how sharp they are, saturation."""

from __future__ import annotations

from longlag.derivations.descent.notation import GLOSSARY, PAPER
from longlag.derivations.descent.saturation_checks import (
    exponent_verdict,
    gain_verdict,
    idle_verdict,
    network_verdict,
    products_verdict,
    saturation_bound_verdict,
    width_verdict,
)
from longlag.derivations.descent.saturation_runs import WIDTH
from longlag.derivations.descent.smoothness_checks import (
    HORIZON,
    agreement_verdict,
    bound_verdict,
    ceiling_verdict,
    cutoff_verdict,
    floor_verdict,
    ratio_verdict,
)
from longlag.derivations.descent.smoothness_figures import (
    exponent_rows,
    gain_figure,
    gain_rows,
    tightness_figure,
    tightness_rows,
    width_rows,
)
from longlag.theory.statement import Claim, Derivation, Figure, Item, Kind, Statement, Table, Text

_BALL = r"$|W - W_0| \le \rho_w/\sqrt{m}$, $\|U - U_0\| \le \rho_u/\sqrt{m}$ for every neuron"
_STEEP = r"$|\sigma'(a_*)| = s_1$, two input components or more"


def items() -> tuple[Item, ...]:
    """Return claims, tables and figures in reading order, for a derivation to take in."""
    saturated = (
        r"$|\sigma'(a_t)| \le S_t$, $|\sigma''(a_t)| \le C_t$, $\|(H_{t-1}, X_t)\| \le N_t$",
        r"$|W| \le \alpha_m$",
    )
    driven = (
        rf"{WIDTH} neurons of the symmetric start, random inputs of norm 1, $d = 3$",
        r"$\alpha = 1.1, 1.3, 1.5$",
    )
    return (
        Claim(
            Statement(
                "gradient_recursion",
                Kind.IDENTITY,
                r"\nabla H_t = \sigma'(a_t) \bigl[ (H_{t-1}, X_t) + W \nabla H_{t-1} \bigr]",
                source=PAPER,
            ),
            agreement_verdict,
            title="The gradient of a neuron, by automatic differentiation",
            stated={"order": 1, "offset": 0.0},
            wrong={"off by a millionth": {"offset": 1e-6}},
        ),
        Claim(
            Statement(
                "hessian_recursion",
                Kind.IDENTITY,
                r"\nabla^2 H_t = \sigma''(a_t) v_t v_t^\top + \sigma'(a_t) \bigl[ e_W \nabla "
                r"H_{t-1}^\top + \nabla H_{t-1} e_W^\top + W \nabla^2 H_{t-1} \bigr], \qquad "
                r"v_t = (H_{t-1}, X_t) + W \nabla H_{t-1}",
            ),
            agreement_verdict,
            title="Its Hessian, by automatic differentiation",
            stated={"order": 2, "offset": 0.0},
            wrong={"off by a millionth": {"offset": 1e-6}},
        ),
        Claim(
            Statement(
                "gradient_measured",
                Kind.BOUND,
                r"\|\nabla H_t\| \le \ell_t = s_1 \sqrt{s_0^2 + \chi^2} \, p_t(r)",
                (r"$|W| \le \alpha_m$, $\|X_t\| \le \chi$, any $U$",),
                PAPER,
            ),
            bound_verdict,
            title="The bound on the gradient",
            stated={"order": 1, "share": 1.0},
            wrong={"seven tenths of the bound": {"share": 0.7}},
        ),
        Claim(
            Statement(
                "hessian_measured",
                Kind.BOUND,
                r"\|\nabla^2 H_t\| \le B_t = \sum_{k<t} r^k \bigl[ s_2 (s_0^2 + \chi^2) \, "
                r"p_{t-k}^2 + 2 s_1^2 \sqrt{s_0^2 + \chi^2} \, p_{t-k-1} \bigr]",
                (r"$|W| \le \alpha_m$, $\|X_t\| \le \chi$, any $U$",),
                PAPER,
            ),
            bound_verdict,
            title="The bound on the Hessian",
            stated={"order": 2, "share": 1.0},
            wrong={"half of the bound": {"share": 0.49}},
        ),
        Claim(
            Statement(
                "floors",
                Kind.BOUND,
                r"s_1 \sqrt{\chi^2 p_t^2 + \sigma(a_*)^2 p_{t-1}^2} \le \sup \|\nabla H_t\|, "
                r"\qquad \max\{ s_2 \chi^2 p_t^2, "
                r"s_1^2 \chi q_{t-1} \} \le \sup \|\nabla^2 H_t\|",
                (r"suprema over $|W| \le \alpha_m$, all $U$ and $\|X_t\| \le \chi$", _STEEP),
            ),
            floor_verdict,
            title="How sharp they are",
            text="A large $U$ steers every $a_t$ by an input component that is almost 0, and "
            "leaves another at its largest. With all $a_t = a_*$ nothing saturates. At $r = 1.3$, "
            "$T = 20$ drawing at random had found 249 for the gradient of tanh; $s_1 p_T$ is 630.",
            stated={"shift": 0},
            wrong={"one step more": {"shift": 1}},
        ),
        Claim(
            Statement(
                "ceiling",
                Kind.BOUND,
                r"\|\nabla H_t\| \le s_1 \sqrt{\chi^2 p_t^2 + s_0^2 p_{t-1}^2} \le \ell_t",
                (r"$|W| \le \alpha_m$, $\|X_t\| \le \chi$, any $U$",),
            ),
            ceiling_verdict,
            title="The same form from above",
            text="$H_0 = 0$, so that the derivative by $W$ starts a step later and is at most "
            "$s_1 s_0 p_{t-1}$, that of $U$ at most $s_1 \\chi p_t$.",
            stated={"share": 1.0},
            wrong={"a fifth of it": {"share": 0.2}},
        ),
        Claim(
            Statement(
                "sharpness",
                Kind.LIMIT,
                r"\frac{\ell_t}{\sup \|\nabla H_t\|} \le \sqrt{1 + s_0^2/\chi^2}, \qquad "
                r"\frac{B_t}{s_2 \chi^2 p_t^2} \to \Bigl( 1 + \frac{s_0^2}{\chi^2} \Bigr) "
                r"\frac{r}{r - 1} \quad (t \to \infty,\ r > 1)",
                (_STEEP,),
            ),
            ratio_verdict,
            title="The worst case grows above the cutoff",
            text="So $r^t$ and $r^{2t}$ are there, and no better bound over all parameters and "
            "inputs is. What improves them is to know the inputs and the start.",
            stated={"power": 1},
            wrong={"the second power": {"power": 2}},
        ),
        Claim(
            Statement(
                "at_cutoff_measured",
                Kind.EXPONENT,
                r"\frac{d \ln \|\nabla^2 H_T\|}{d \ln T} \to \frac{5}{2} \quad \text{at } r = 1 "
                r"\text{ along } a_t = c/\sqrt{T}",
                (r"tanh, the best $c$; $B_T \propto T^3$",),
            ),
            cutoff_verdict,
            title="At the cutoff",
            text="Curvature and full slope exclude each other: $\\sigma''(a_*) = 0$. Paths within "
            "$1/\\sqrt{T}$ of $a_*$ have some of both.",
            stated={"exponent": 2.5},
            wrong={"the power of the bound": {"exponent": 3.0}},
        ),
        Table(
            "tightness",
            rf"Norms at $T = {HORIZON}$, tanh, through the cutoff: the largest of 400 neurons "
            "drawn at random, the largest found by ascent over the whole path, the bound, and the "
            "share of it that is reached.",
            (
                r"$r$",
                r"$\|\nabla H\|$ drawn",
                "ascent",
                r"$\ell_T$",
                "share",
                r"$\|\nabla^2 H\|$ drawn",
                "ascent",
                "$B_T$",
                "share",
            ),
            tightness_rows,
        ),
        Figure(
            "descent_tightness",
            "The bounds lie within a factor of what can be reached, on both sides of the cutoff; "
            "drawing at random does not find it.",
            tightness_figure,
        ),
        Text(
            "The worst case is a neuron that never saturates. Where slopes are known, powers of "
            "the gain become products of slopes.",
            "Saturation",
        ),
        Claim(
            Statement(
                "products",
                Kind.IDENTITY,
                r"g_t = S_t (N_t + \alpha_m g_{t-1}) = \sum_{s \le t} N_s S_s \prod_{i=s+1}^t "
                r"\alpha_m S_i \le \ell_t, \qquad b_t = C_t (N_t + \alpha_m g_{t-1})^2 + S_t "
                r"(2 g_{t-1} + \alpha_m b_{t-1}) \le B_t",
                (r"$S_t \le s_1$, $C_t \le s_2$, $N_t \le \sqrt{s_0^2 + \chi^2}$",),
            ),
            products_verdict,
            title="Products in place of powers",
            text="With the largest $S$, $C$ and $N$ they are $\\ell_t$ and $B_t$; both steps grow "
            "with everything that they depend on.",
            stated={"missing": 0},
            wrong={"one term less": {"missing": 1}},
        ),
        Claim(
            Statement(
                "saturation_bound",
                Kind.BOUND,
                r"\|\nabla H_t\| \le g_t, \qquad \|\nabla^2 H_t\| \le b_t",
                (*saturated, _BALL),
            ),
            saturation_bound_verdict,
            title="The tighter bound",
            text="By induction over the recursions. $S_t$ and $C_t$ come from an enclosure of "
            "$a_t$ over the ball: the mean-value form about its middle, and the largest value over "
            "cells of the line.",
            stated={"reach_share": 1.0},
            wrong={"half of the ball": {"reach_share": 0.5}},
        ),
        Claim(
            Statement(
                "network_bounds",
                Kind.BOUND,
                r"\|\nabla F_t\| \le \sqrt{\overline{g_t^2}}, \quad |F_t(\Phi) - F_t(\Phi_0) - "
                r"\langle \nabla F_t(\Phi_0), \Phi - \Phi_0 \rangle| \le \frac{\rho^2 \, "
                r"\overline{b_t}}{2 \sqrt{m}}, \quad \|\nabla F_t(\Phi) - \nabla F_t(\Phi_0)\| "
                r"\le \frac{\rho \sqrt{\overline{b_t^2}}}{\sqrt{m}}",
                (_BALL, "a bar is the mean over the $m$ neurons"),
            ),
            network_verdict,
            title="Of a network",
            text="A neuron enters $F$ with $c_i/\\sqrt{m}$ and moves by at most $\\rho/\\sqrt{m}$: "
            "sums of $m$ terms $b_i \\rho^2/2m^{3/2}$, and of $m$ squares $b_i^2 \\rho^2/m^2$.",
            stated={"share": 1.0},
            wrong={"a twentieth of the bound": {"share": 0.05}},
        ),
        Claim(
            Statement(
                "exponents",
                Kind.BOUND,
                r"\frac{1}{T} \sum_{t \le T} \ln |W \sigma'(a_t)| \le 0 < \ln r",
                driven,
            ),
            exponent_verdict,
            title="Driven neurons forget above the cutoff",
            text="For all but one in a hundred neurons, through 200 steps.",
            stated={"drive": 1.0},
            wrong={"without inputs": {"drive": 1e-12}},
        ),
        Claim(
            Statement(
                "gain",
                Kind.BOUND,
                r"\frac{d}{dT} \ln \sqrt{\overline{g_T^2}} \le \frac{1}{2} \ln r",
                driven,
            ),
            gain_verdict,
            title="What is gained grows with T",
            text="On the trajectories, from $T = 10$ to 40: the mean of squares is left to rare "
            "neurons that pass near the border between two attractors.",
            stated={"saturated": True},
            wrong={"of products of the largest slope": {"saturated": False}},
        ),
        Claim(
            Statement(
                "idle",
                Kind.LIMIT,
                r"\frac{\partial H_t}{\partial U} \to s_1 p_t(r) X \quad (X_1 = \dots = X_t = X "
                r"\to 0)",
                (r"$\sigma(0) = 0$, $\sigma'(0) = s_1$, $W = \alpha$",),
            ),
            idle_verdict,
            title="Where nothing is gained",
            text="Neurons with hardly any input stay at $a = 0$, where the slope is largest.",
            stated={"size": 1e-9},
            wrong={"with inputs": {"size": 1.0}},
        ),
        Claim(
            Statement(
                "saturated_width",
                Kind.BOUND,
                r"m_{\text{products}} \le m_{\text{worst case}}/100",
                (
                    *driven,
                    r"$T = 20$, $n = 4$, $\nu_w = \nu_u = \rho_w = \rho_u = 1$, $\delta = "
                    r"\varepsilon = .1$",
                ),
            ),
            width_verdict,
            title="The width",
            text="With $\\overline{b}$ and $\\sqrt{\\overline{b^2}}$ over the ball in place of "
            "$B_T$, estimated from the neurons drawn. The error at finite width keeps $\\ell_T$.",
            stated={"factor": 1e2},
            wrong={"a thousand million times": {"factor": 1e9}},
        ),
        Table(
            "saturation_gain",
            rf"Factors by which the bound of products is below the worst case at $T = {HORIZON}$, "
            r"over the reach $\rho/\sqrt{m}$ of the ball; the worst neuron gains little once the "
            "ball is wide. The square of the network's factor is gained in step size and "
            "iterations.",
            (
                r"$\alpha$",
                "reach",
                "gradient, median neuron",
                "network's gradient",
                "worst neuron",
                "mean Hessian",
                "worst neuron",
            ),
            gain_rows,
        ),
        Table(
            "product_exponents",
            r"Mean of $\ln |W \sigma'(a_t)|$ over 200 steps, by which products grow, for "
            rf"{WIDTH} neurons and random unit inputs, beside $\ln r$ of the worst case.",
            (r"$\alpha$", r"$\ln r$", "mean over neurons", "median", "99th percentile", "largest"),
            exponent_rows,
        ),
        Table(
            "saturated_widths",
            r"Widths that projected descent needs at $T = 20$, $n = 4$, $d = 3$; the last two for "
            "linearisation and drift alone.",
            (r"$\alpha$", "worst case", "products", "factor", "worst case", "products"),
            width_rows,
        ),
        Figure(
            "descent_saturation",
            "The factor gained by knowing the slopes, for the gradient of a network. It grows "
            "with $T$, up to $r^T$, and is lost where the ball lets neurons leave saturation.",
            gain_figure,
        ),
    )


def derivation() -> Derivation:
    """Return the section."""
    return Derivation("descent_smoothness", "Gradient and Hessian of a neuron", items(), GLOSSARY)
