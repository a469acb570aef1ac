"""Gradient descent beside its bounds: finite widths, runs, samples, and what is left out."""

from __future__ import annotations

from typing import Any

import numpy as np

from longlag.derivations.descent_training_checks import (
    concentration_verdict,
    linearisation_verdict,
    plain_verdict,
    projected_verdict,
    random_directions_verdict,
    start_verdict,
    step_verdict,
)
from longlag.derivations.descent_training_runs import (
    ALPHAS,
    DELTA,
    HORIZON,
    PLAIN,
    PROJECTED,
    SAMPLES,
    SIZE,
    Case,
    concentration,
    linearisation,
    trained,
)
from longlag.theory.descent.convergence import drift_radius, risk_bound
from longlag.theory.statement import Claim, Figure, Item, Kind, Settings, Source, Statement, Table

_PAPER = Source("arXiv 2402.12241")
_LISTED = ", ".join(f"{alpha:g}" for alpha in ALPHAS)
_SIMULATED = (
    rf"$\sigma = \tanh$, $\alpha = {_LISTED}$; $d = 1$, $n = {SAMPLES}$, $T = {HORIZON}$, "
    rf"$\nu_w = \nu_u = \rho_w = \rho_u = {SIZE:g}$, $\delta = {DELTA:g}$"
)


def run_rows(settings: Settings) -> list[list[str]]:
    """Return the runs of gradient descent beside their bounds."""
    rows = []
    for case in (*PROJECTED, *PLAIN):
        found = trained(case, settings.seed)
        bound = found.bounds(risk_bound())
        ratio = found.run.mean_risk / bound
        drift = "–"
        if case.plain:
            drift = f"{(found.run.drift[1:] / found.bounds(drift_radius())).max():.2g}"
        rows.append(
            [
                "plain" if case.plain else "projected",
                f"{case.alpha:g}",
                str(case.width),
                f"{case.size:g}",
                f"{found.guarantee.misfit / case.problem_size:.3g}",
                f"{found.run.risk[-1] / found.run.risk[0]:.2g}",
                f"{ratio.max():.2g}",
                f"{found.run.drift[-1] / case.problem_size:.2g}",
                drift,
                f"{found.stable_steps:.2g}",
            ]
        )
    return rows


def width_figure(settings: Settings) -> Any:
    """Draw distances from the infinite width and from the linearisation over the width."""
    figure, axes = _canvas(2)
    for place, alpha in enumerate(ALPHAS):
        errors = concentration(alpha, settings.seed)
        axes[0].plot(
            errors.widths, errors.largest, f"C{place}o-", ms=3, label=rf"$\alpha = {alpha:g}$"
        )
        axes[0].plot(errors.widths, errors.bounds, f"C{place}--", lw=0.8)
        for adverse, style in ((True, "o-"), (False, "^:")):
            errors = linearisation(alpha, settings.seed, adverse=adverse)
            axes[1].plot(errors.widths, errors.largest, f"C{place}{style}", ms=3)
        axes[1].plot(errors.widths, errors.bounds, f"C{place}--", lw=0.8)
    for axis, title in zip(
        axes, ("from the infinite width", "from the linearisation"), strict=True
    ):
        axis.set_xscale("log", base=2)
        axis.set_yscale("log")
        axis.set_xlabel("width $m$")
        axis.set_title(f"largest distance {title}", fontsize=9)
    axes[0].legend(frameon=False, fontsize=8)
    return figure


def risk_figure(settings: Settings) -> Any:
    """Draw the mean risk and its bound over the steps of projected descent."""
    figure, axes = _canvas()
    for place, case in enumerate(_shown()):
        found = trained(case, settings.seed)
        steps = np.arange(1, case.iterations + 1)
        scale = case.problem_size**2
        label = rf"$\alpha = {case.alpha:g}$, $m = {case.width}$"
        axes.plot(steps, found.run.mean_risk / scale, f"C{place}", label=label)
        axes.plot(steps, found.bounds(risk_bound()) / scale, f"C{place}--", lw=0.8)
        axes.axhline(2 * found.guarantee.misfit**2 / scale, color=f"C{place}", ls=":", lw=0.6)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel(r"steps $\tau$")
    axes.set_ylabel(r"mean risk over $\nu^2$")
    axes.legend(frameon=False, fontsize=8)
    return figure


def _shown() -> tuple[Case, ...]:
    return (PROJECTED[-1], PROJECTED[1], PROJECTED[3], PROJECTED[4])


def items() -> tuple[Item, ...]:
    """Return the claims, table and figures of the section."""
    return (
        Claim(
            Statement(
                "symmetric_start", Kind.IDENTITY, r"F_t(X; \Phi(0)) = 0",
                (r"symmetric start; any width, inputs and activation",), _PAPER,
            ),
            start_verdict,
            title="The symmetric start",
            text="The second half of the neurons copies the first with opposite signs.",
        ),
        Claim(
            Statement(
                "concentration_measured", Kind.BOUND,
                r"\max_{j, t} \bigl|\langle \nabla F_t(\Phi_0), \bar\Phi - \Phi_0 \rangle - f^*_t"
                r"\bigr| \le e_m, \qquad \text{typical error} \propto m^{-1/2}",
                (_SIMULATED, "the target by quadrature"), _PAPER,
            ),
            concentration_verdict,
            title="Concentration, measured",
        ),
        Claim(
            Statement(
                "linearisation_measured", Kind.BOUND,
                r"\bigl|F_t(\Phi) - F_t(\Phi_0) - \langle \nabla F_t(\Phi_0), \Phi - \Phi_0 "
                r"\rangle\bigr| \le \frac{B_T \rho^2}{2 \sqrt{m}}, \qquad \text{largest error} "
                r"\propto m^{-1/2}",
                (_SIMULATED, r"each neuron at the edge of its ball along the eigenvector of "
                 r"$\nabla^2 H_T$ with which the remainders add up"), _PAPER,
            ),
            linearisation_verdict,
            title="Linearisation, measured",
        ),
        Claim(
            Statement(
                "random_directions", Kind.EXPONENT,
                r"\bigl|F_t(\Phi) - F_t(\Phi_0) - \langle \nabla F_t(\Phi_0), \Phi - \Phi_0 "
                r"\rangle\bigr| \propto m^{-1}",
                (_SIMULATED, "each neuron at the edge of its ball in a random direction"),
            ),
            random_directions_verdict,
            title="Random directions are milder",
            text="The signs $c_i$ let remainders of random directions cancel.",
        ),
        Claim(
            Statement(
                "projected_descent", Kind.BOUND,
                r"\frac{1}{\tau} \sum_{s < \tau} R(\Phi(s)) \le \frac{\nu^2}{\eta \tau} + 2 x^2 "
                r"\qquad (\tau = 1, 2, \dots)",
                (r"projected gradient descent, $\eta = 1/4\ell_T^2$, runs of the table",), _PAPER,
            ),
            projected_verdict,
            title="Projected gradient descent obeys its bound",
        ),
        Claim(
            Statement(
                "one_step", Kind.BOUND,
                r"\|\Phi(s{+}1) - \bar\Phi\|^2 \le \|\Phi(s) - \bar\Phi\|^2 - 4\eta R + 4\eta x "
                r"\sqrt{R} + 4\eta^2 \ell_T^2 R",
                ("the same runs, every step",),
            ),
            step_verdict,
            title="So does every single step",
        ),
        Claim(
            Statement(
                "plain_descent", Kind.BOUND,
                r"\sqrt{m} \max_i \|\varphi_i(s) - \varphi_i(0)\| \le 2 \ell_T \sqrt{\eta s \nu^2 "
                r"+ 2 \eta^2 s^2 x^2}, \qquad \frac{1}{s} \sum_{s' < s} R(\Phi(s')) \le "
                r"\frac{\nu^2}{\eta s} + 2 x^2",
                (r"plain gradient descent, $\ell_T$ and $x$ in the ball of the drift at the last "
                 r"step, runs of the table",), _PAPER,
            ),
            plain_verdict,
            title="Plain gradient descent and its drift",
            text="The radius must solve its own equation, since $\\ell_T$ and $x$ grow with it. "
            "It has a solution for small targets only.",
        ),
        Table(
            "descent_runs",
            r"Runs with $\eta = 1/4\ell_T^2$. $x/\nu$: the misfit that is allowed for; "
            r"$R_\tau/R_0$: the risk after the last step; mean risk and drift over their bounds, "
            r"at worst; drift over $\nu$; and how many times larger a step the linearised descent "
            "would stand.",
            ("descent", r"$\alpha$", "$m$", r"$\nu_w = \nu_u$", r"$x/\nu$", r"$R_\tau/R_0$",
             "mean risk / bound", r"drift / $\nu$", "drift / bound", r"steps / $\eta$"),
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
    )  # fmt: skip


def _canvas(panels: int = 1) -> tuple[Any, Any]:
    from matplotlib.figure import Figure as Canvas

    figure = Canvas(figsize=(6.0 if panels == 1 else 7.2, 3.4), layout="constrained")
    return figure, figure.subplots(1, panels)
