"""Gradient descent beside its bounds: finite widths, runs, samples, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence

from longlag.derivations.descent.limits_checks import (
    ALPHA,
    DELAY_HORIZON,
    DELAY_WIDTH,
    DENSE_ALPHAS,
    DENSE_HORIZON,
    DENSE_RADIUS,
    DENSE_WIDTHS,
    LABEL_NEURONS,
    LABELS,
    LEARNT,
    SAMPLE_WIDTH,
    SAMPLES_SEEN,
    dense_growth_verdict,
    dense_width_verdict,
    labels_verdict,
    mixing_verdict,
    samples_verdict,
)
from longlag.derivations.descent.training_checks import (
    finite_width_verdict,
    linearisation_verdict,
    plain_verdict,
    projected_verdict,
    random_directions_verdict,
    start_verdict,
    step_verdict,
)
from longlag.derivations.descent.training_figures import (
    delay_figure,
    label_figure,
    risk_figure,
    run_rows,
    width_figure,
)
from longlag.derivations.descent.training_runs import ALPHAS, DELTA, HORIZON, SAMPLES, SIZE
from longlag.theory.statement import Claim, Figure, Item, Kind, Source, Statement, Table, Text

_PAPER = Source("arXiv 2402.12241")


def _listed(numbers: Sequence[float]) -> str:
    return ", ".join(f"{number:g}" for number in numbers)


_SIMULATED = (
    rf"$\sigma = \tanh$, $\alpha = {_listed(ALPHAS)}$; $d = 1$, $n = {SAMPLES}$, $T = {HORIZON}$, "
    rf"$\nu_w = \nu_u = \rho_w = \rho_u = {SIZE:g}$, $\delta = {DELTA:g}$"
)


def items() -> tuple[Item, ...]:
    """Return the claims, table and figures of the section."""
    return (
        Claim(
            Statement(
                "symmetric_start",
                Kind.IDENTITY,
                r"F_t(X; \Phi(0)) = 0",
                (r"symmetric start; any width, inputs and activation",),
                _PAPER,
            ),
            start_verdict,
            title="The symmetric start",
            text="The second half of the neurons copies the first with opposite signs.",
            stated={"mirrored": True},
            wrong={"without mirrored neurons": {"mirrored": False}},
        ),
        Claim(
            Statement(
                "finite_width_measured",
                Kind.BOUND,
                r"\max_{j, t} \bigl|\langle \nabla F_t(\Phi_0), \bar\Phi - \Phi_0 \rangle - f^*_t"
                r"\bigr| \le e_m, \qquad \text{rms} \propto m^{-1/2}",
                (_SIMULATED, "the target by quadrature"),
                _PAPER,
            ),
            finite_width_verdict,
            title="The error at finite width, measured",
            stated={"exponent": -0.5, "share": 1.0},
            wrong={
                "a slower fall": {"exponent": -0.4},
                "a faster fall": {"exponent": -1.0},
                "a twentieth of the bound": {"share": 0.05},
            },
        ),
        Claim(
            Statement(
                "linearisation_measured",
                Kind.BOUND,
                r"\bigl|F_t(\Phi) - F_t(\Phi_0) - \langle \nabla F_t(\Phi_0), \Phi - \Phi_0 "
                r"\rangle\bigr| \le \frac{B_T \rho^2}{2 \sqrt{m}}, \qquad \text{rms} "
                r"\propto m^{-1/2}",
                (
                    _SIMULATED,
                    r"each neuron at the edge of its ball along the eigenvector of "
                    r"$\nabla^2 H_T$ with which the remainders add up",
                ),
                _PAPER,
            ),
            linearisation_verdict,
            title="Linearisation, measured",
            stated={"exponent": -0.5, "share": 1.0},
            wrong={
                "a faster fall": {"exponent": -1.0},
                "a hundredth of the bound": {"share": 0.01},
            },
        ),
        Claim(
            Statement(
                "random_directions",
                Kind.EXPONENT,
                r"\bigl|F_t(\Phi) - F_t(\Phi_0) - \langle \nabla F_t(\Phi_0), \Phi - \Phi_0 "
                r"\rangle\bigr| \propto m^{-1}",
                (_SIMULATED, "each neuron at the edge of its ball in a random direction"),
            ),
            random_directions_verdict,
            title="Random directions are milder",
            text="The signs $c_i$ let remainders of random directions cancel.",
            stated={"exponent": -1.0},
            wrong={"as in adverse directions": {"exponent": -0.5}},
        ),
        Claim(
            Statement(
                "projected_descent",
                Kind.BOUND,
                r"\frac{1}{\tau} \sum_{s < \tau} R(\Phi(s)) \le \frac{\nu^2}{\eta \tau} + 2 x^2 "
                r"\qquad (\tau = 1, 2, \dots)",
                (r"projected gradient descent, $\eta = 1/4\ell_T^2$, runs of the table",),
                _PAPER,
            ),
            projected_verdict,
            title="Projected gradient descent obeys its bound",
            stated={"step": 1.0, "share": 1.0},
            wrong={
                "at 400 times the step": {"step": 400.0},
                "a twentieth of the bound": {"share": 0.05},
            },
        ),
        Claim(
            Statement(
                "one_step",
                Kind.BOUND,
                r"\|\Phi(s{+}1) - \bar\Phi\|^2 \le \|\Phi(s) - \bar\Phi\|^2 - 4\eta R + 4\eta x "
                r"\sqrt{R} + 4\eta^2 \ell_T^2 R",
                ("the same runs, every step",),
            ),
            step_verdict,
            title="So does every single step",
            stated={"step": 1.0, "misfit": 1.0},
            wrong={
                "at 400 times the step": {"step": 400.0},
                "a minus before the misfit": {"misfit": -1.0},
            },
        ),
        Claim(
            Statement(
                "plain_descent",
                Kind.BOUND,
                r"\sqrt{m} \max_i \|\varphi_i(s) - \varphi_i(0)\| \le 2 \ell_T \sqrt{\eta s \nu^2 "
                r"+ 2 \eta^2 s^2 x^2}, \qquad \frac{1}{s} \sum_{s' < s} R(\Phi(s')) \le "
                r"\frac{\nu^2}{\eta s} + 2 x^2",
                (
                    r"plain gradient descent, $\ell_T$ and $x$ in the ball of the drift at the "
                    r"last step, runs of the table",
                ),
                _PAPER,
            ),
            plain_verdict,
            title="Plain gradient descent and its drift",
            text="The radius must solve its own equation, since $\\ell_T$ and $x$ grow with it. "
            "It has a solution for small targets only: at $\\alpha = .5$, $m = 1024$, $T = 10$ and "
            "100 steps up to $\\nu_w = \\nu_u = .00026$.",
            stated={"step": 1.0, "share": 1.0},
            wrong={
                "at 400 times the step": {"step": 400.0},
                "a fiftieth of the bound": {"share": 0.02},
            },
        ),
        Table(
            "descent_runs",
            r"Runs with $\eta = 1/4\ell_T^2$. $x/\nu$: the misfit that is allowed for; "
            r"$R_\tau/R_0$: the risk after the last step; mean risk and drift over their bounds, "
            r"at worst; drift over $\nu$; and how many times larger a step the linearised descent "
            "would stand.",
            (
                "descent",
                r"$\alpha$",
                "$m$",
                r"$\nu_w = \nu_u$",
                r"$x/\nu$",
                r"$R_\tau/R_0$",
                "mean risk / bound",
                r"drift / $\nu$",
                "drift / bound",
                r"steps / $\eta$",
            ),
            run_rows,
        ),
        Figure(
            "descent_widths",
            "Left: from the infinite width, the largest of all starts, samples and steps. Right: "
            "from the linearisation, for directions that add up (circles) and random ones "
            "(triangles). Dashed: the bounds.",
            width_figure,
        ),
        Figure(
            "descent_risk",
            "The mean risk of projected descent and its bound (dashed), which ends at the misfit "
            "(dotted).",
            risk_figure,
        ),
        Text(
            "What the width depends on beside $T$. The $\\ln n$ of the requirement comes from "
            "asking for all samples at once, and a target of the class $F_\\nu$ does not change "
            "with them. Labels that are not of the class need a $\\nu$ of their own.",
            "Samples",
        ),
        Claim(
            Statement(
                "samples",
                Kind.BOUND,
                r"\mathbb{E} \max_{j \le n, t} \bigl|\langle \nabla F_t(\Phi_0), \bar\Phi - "
                r"\Phi_0 \rangle - f^*_t\bigr| \le s \sqrt{2 \ln(2nT)} \le e_m",
                (
                    rf"one target, $\alpha = {ALPHA:g}$, $d = 1$, $T = {HORIZON}$, "
                    rf"$m = {SAMPLE_WIDTH}$, $n = {SAMPLES_SEEN[0]}$ to ${SAMPLES_SEEN[-1]}$",
                    r"$s$ the largest standard deviation over starts of any sample and step",
                ),
            ),
            samples_verdict,
            title="A fixed target: the union bound",
            text="For a target of the class the width grows with $\\ln n$ at most.",
            stated={"power": 0.5},
            wrong={"no growth": {"power": 0.0}},
        ),
        Claim(
            Statement(
                "labels",
                Kind.BOUND,
                r"\mathbb{E}_y \nu^2 \ge \mathbb{E}_y \, y^\top K^{-1} y = \operatorname{tr} "
                r"K^{-1} \ge \frac{n^2}{\operatorname{tr} K} \ge \frac{n}{(\ell^0_T)^2}, \qquad "
                r"K_{jk} = \mathbb{E} \langle \nabla H_T(X^j), \nabla H_T(X^k) \rangle",
                (
                    r"labels $y_j = \pm 1$ at random, fitted by $\mathbb{E} \langle \nabla "
                    r"H_T(X^j), v \rangle = y_j$ with $\|v\| \le \nu$",
                    rf"checked at $\alpha = {ALPHA:g}$, $T = {HORIZON}$, $n = {LABELS[0]}$ to "
                    rf"${LABELS[-1]}$; $d = 2$ by quadrature, $d = 4, 8$ with {LABEL_NEURONS} "
                    "neurons for the infinite width",
                ),
            ),
            labels_verdict,
            title="Random labels: a power of $n$",
            text="The map of the least mean square is $v = \\sum_j (K^{-1} y)_j \\nabla H_T(X^j)$, "
            "and $\\operatorname{tr} K \\operatorname{tr} K^{-1} \\ge n^2$. With $m \\propto "
            "\\nu^4$ the width grows at least as $n^2$, and in few dimensions much faster: what is "
            "logarithmic in $n$ holds for targets that are given before the samples.",
            stated={"power": 0.5},
            wrong={"twice the exponent": {"power": 1.0}},
        ),
        Figure(
            "descent_labels",
            "Size of the transportation map that fits random signs: the root mean square of the "
            "least one (circles), its largest value (triangles), both with 95 % intervals over "
            "draws, and the floor (dashed).",
            label_figure,
        ),
        Text(
            "The diagonal network beside $H_t = \\tanh(\\alpha W H_{t-1}/\\sqrt{m} + U X_t)$ with "
            "$W_{ij}, U_{ij} \\sim N(0, 1)$, whose recurrence has eigenvalues in the disc of "
            "radius $\\alpha$ and the norm $2\\alpha$.",
            "Dense recurrence",
        ),
        Claim(
            Statement(
                "dense_widths",
                Kind.EXPONENT,
                r"\operatorname{sd} \langle \nabla F_T(X), \nabla F_T(X') \rangle \propto "
                r"m^{-1/2}, \qquad |\text{remainder}| \propto m^{-1/2} \;\text{for } \|(\delta W, "
                r"\delta U)\| = \rho, \qquad \propto m^{+1/2} \;\text{for } \|(\alpha \delta W/"
                r"\sqrt{m}, \delta U)\| = \rho",
                (
                    rf"$\alpha = {ALPHA:g}$, $T = {DENSE_HORIZON}$, $\rho = {DENSE_RADIUS:g}$, "
                    rf"$m = {DENSE_WIDTHS[0]}$ to ${DENSE_WIDTHS[-1]}$; along the most curved "
                    "direction, and along the steepest one",
                ),
            ),
            dense_width_verdict,
            title="Errors of a dense network at finite width and of linearisation",
            text="Where every entry of $W$ moves by $\\rho/m$ in the mean, wide dense networks are "
            "as linear as diagonal ones. Where the recurrent weights of a neuron move by "
            "$\\rho/\\sqrt{m}$, as one of a diagonal network does, they are not: these weights "
            "meet $m$ neurons at once.",
            stated={"exponents": (-0.5, -0.5, 0.5)},
            wrong={
                "a faster fall at finite width": {"exponents": (-1.0, -0.5, 0.5)},
                "a faster fall of linearisation": {"exponents": (-0.5, -1.0, 0.5)},
                "a remainder that falls": {"exponents": (-0.5, -0.5, -0.5)},
            },
        ),
        Claim(
            Statement(
                "dense_growth",
                Kind.EXPONENT,
                r"\Bigl\| \frac{\partial H_T}{\partial H_{T-k}} \Bigr\|_F \approx \sqrt{m} \, "
                r"\alpha^k, \qquad \Bigl\| \frac{\alpha W}{\sqrt{m}} \Bigr\|_2 \approx 2 \alpha "
                r"\qquad \text{within } 5\,\%",
                (
                    rf"inputs of 0, where $\sigma' = 1$; $\alpha = {_listed(DENSE_ALPHAS)}$, "
                    "one step of the norm and the root mean square over lags",
                ),
            ),
            dense_growth_verdict,
            title="Two cutoffs",
            text="A bound by norms puts the cutoff of the dense network at $\\alpha = 1/2$; "
            "typical gradients grow from $\\alpha = 1$ on. A diagonal recurrence has the norm "
            "$\\alpha$, and one cutoff.",
            stated={"rate": 1.0},
            wrong={"the rate of the norm bound": {"rate": 2.0}},
        ),
        Claim(
            Statement(
                "mixing",
                Kind.BOUND,
                r"k_{\text{dense}},\ k_{\text{spread}} \ge 2 k_{\pm\alpha}, \qquad k = \min "
                r"\Bigl\{ k : \min_v \mathbb{E} \bigl(\langle \nabla F_T, v \rangle - "
                rf"x_{{T-k}}\bigr)^2 > {LEARNT:g} \, \mathbb{{E}} x^2 \Bigr\}}",
                (
                    rf"$\alpha = {ALPHA:g}$, $T = {DELAY_HORIZON}$, $d = 1$; a dense network of "
                    rf"{DELAY_WIDTH} neurons, diagonal ones with recurrent weights $\pm\alpha$, "
                    r"and with weights uniform in $[-\alpha, \alpha]$",
                    "ridge regression on the gradients, error on other sequences",
                ),
            ),
            mixing_verdict,
            title="One size of recurrent weight tells few lags apart",
            text="To first order in the inputs the gradient of a neuron of weight $\\pm\\alpha$ "
            "knows four sums over the past, of $(\\pm\\alpha)^k x_{T-k}$ and $k "
            "(\\pm\\alpha)^{k-1} x_{T-k}$, and more such neurons do not help. Dense recurrence "
            "recalls three times as many lags, and so do diagonal neurons whose weights differ: "
            "what the symmetric start lacks is not mixing but a spread of time scales.",
            stated={"better": ("dense", "spread")},
            wrong={"mixing alone": {"better": ("dense", "many")}},
        ),
        Figure(
            "descent_delay",
            f"Error of recalling $x_{{T-k}}$ from the tangent features of networks with the same "
            rf"$\alpha = {ALPHA:g}$.",
            delay_figure,
        ),
    )
