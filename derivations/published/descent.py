"""What is published on gradient descent for recurrent networks, without asymptotics."""

from __future__ import annotations

from functools import partial

from longlag.derivations.published.sentence import Published

PAPER = "Cayci, Eryilmaz, Convergence of Gradient Descent for Recurrent Networks, arXiv 2402.12241"
_says = partial(Published, PAPER)

_SAMPLES = "The width is only logarithmic in the number of samples."

SENTENCES = (
    _says(
        r"$\nabla H_t = \sigma'(a_t) [(H_{t-1}, X_t) + W \nabla H_{t-1}]$.",
        (
            "descent_constants--gradient_w",
            "descent_constants--gradient_u",
            "descent_smoothness--gradient_recursion",
        ),
    ),
    _says(
        r"The gradient of a neuron is at most $\ell_t$, with the sums $p_t(r)$ of powers of the "
        r"gain.",
        (
            "descent_constants--geometric",
            "descent_constants--gradient_recursion",
            "descent_smoothness--gradient_measured",
        ),
    ),
    _says(
        r"The Hessian of a neuron is at most $B_t$, with the sums $q_t(r)$.",
        ("descent_constants--weighted", "descent_smoothness--hessian_measured"),
    ),
    _says(
        r"Below the cutoff, $r < 1$, the bounds $\ell_t$ and $B_t$ are free of $t$.",
        ("descent_constants--below_cutoff",),
    ),
    _says(
        r"At the cutoff the bounds $\ell_t$ and $B_t$ grow as $t$ and $t^3$.",
        ("descent_constants--at_cutoff",),
    ),
    _says(
        r"Above the cutoff long-term dependence makes the bounds blow up, as $r^t$ and $r^{2t}$.",
        ("descent_constants--above_cutoff",),
    ),
    _says(
        "The cutoff is set by the Lipschitz constant of the activation.", ("connections--cutoff",)
    ),
    _says(
        r"The ball stays below the cutoff where $m > (\rho_w/(1-\alpha))^2$.",
        ("descent_constants--cutoff_width",),
    ),
    _says(
        r"From the symmetric start $F(\cdot\,; \Phi(0)) = 0$ exactly.",
        ("descent_training--symmetric_start",),
    ),
    _says(
        r"Concentration: the tangent at the start is off the target by at most $e_m$, of order "
        r"$m^{-1/2}$.",
        ("descent_training--finite_width_measured",),
    ),
    _says(
        r"Linearisation: what it leaves out is at most $B_t \rho^2/(2\sqrt{m})$.",
        ("descent_training--linearisation_measured",),
    ),
    _says(
        r"Projected gradient descent: the mean risk is at most $\nu^2/(\eta\tau) + 2x^2$.",
        ("descent_theorems--risk_bound", "descent_training--projected_descent"),
    ),
    _says(
        r"Some width $m$ and $\tau = 8 \ell^2 \nu^2/\varepsilon$ suffice for a risk $\varepsilon$.",
        ("descent_theorems--required",),
    ),
    _says(
        r"Plain gradient descent stays in a ball, its radius by $\rho = 2\ell \sqrt{\eta\tau\nu^2 "
        r"+ 2\eta^2\tau^2x^2}$.",
        ("descent_theorems--drift", "descent_training--plain_descent"),
    ),
    _says(
        r"Width grows as $1/\varepsilon$ with projection and as $1/\varepsilon^3$ without.",
        ("descent_theorems--growth_in_risk",),
    ),
    _says(
        _SAMPLES, ("descent_theorems--growth_in_samples",), reading="at a fixed size of the target"
    ),
    _says(
        _SAMPLES,
        denied_by=("descent_training--labels",),
        reading="of labels without a fixed target",
    ),
    _says(
        "Width and iterations do not grow with the dimension of the inputs.",
        ("descent_theorems--free_of_dimension",),
        reading=r"at $\|X_t\| \le 1$ and a fixed $\nu$",
    ),
)

STEPS: tuple[str, ...] = ()

__all__ = ["PAPER", "SENTENCES", "STEPS"]
