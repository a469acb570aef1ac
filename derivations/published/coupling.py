"""What the paper on time-scale coupling states, and what its scripts do."""

from __future__ import annotations

from functools import partial

from longlag.derivations.published.sentence import Published

PAPER = "Livi, Time-Scale Coupling Between States and Parameters, arXiv 2508.12121"
_says = partial(Published, PAPER)
_does = partial(Published, PAPER, is_procedure=True)

SENTENCES = (
    _says(
        "The Jacobian of a gated cell is that with its gates held, and terms with the derivatives "
        "of the gates.",
        ("*--gate_jacobian",),
    ),
    _says(
        r"A constant leak is an exponential schedule in lag, $\eta_{\ell} = \eta \rho^{\ell}$.",
        ("coupling_analogies--schedule_of_a_leak",),
    ),
    _says(
        r"A scalar gate is a schedule that the data set, $\eta_{\ell} = \eta \prod_j \rho_j$.",
        ("coupling_analogies--schedule_of_a_gate",),
    ),
    _says(
        r"A leak is a heavy ball over lags: the same weights $\rho^{\ell}$ and gain $1/(1-\rho)$.",
        ("coupling_analogies--gain_of_the_ball",),
    ),
    _says(
        "A leak is momentum.",
        ("coupling_analogies--leak_as_momentum",),
        reading="literally, as a step of training",
    ),
    _says(
        "The gates of a neuron precondition its parameters as Adam does.",
        ("coupling_analogies--gate_as_step_sizes",),
        reading="as a step size for each neuron",
    ),
    _says(
        "Gate-induced corrections remain small.", ("coupling_expansions--corrections_are_small",)
    ),
    _says(
        "Gate-induced corrections exert systematic effects.",
        ("coupling_expansions--corrections_are_systematic",),
    ),
    _says(
        "What the expansion leaves out is of second order: the slope is two.",
        ("coupling_expansions--slope_two",),
    ),
    _says(
        "The sensitivity of a cell follows its gates.",
        ("coupling_profiles--leak_product_tells",),
        reading="lag by lag, the product of its leaks",
    ),
    _says(
        "The sensitivity of a cell follows its gates.",
        ("coupling_profiles--own_gates_tell",),
        reading="lag by lag, the product of its open gates",
    ),
    _does(
        "A high $R^2$ of the pooled regression shows that the sensitivity follows the gates.",
        denied_by=("coupling_profiles--pooled_r_squared",),
    ),
    _does(
        "The slope of the pooled regression is that of sensitivity on gates.",
        denied_by=("coupling_profiles--slope_reverses",),
    ),
    _says(
        "Multi-gate models match or exceed the anisotropy of Adam.",
        ("coupling_directions--gates_exceed_adam",),
    ),
    _says(
        "Gates concentrate the directions of the gradient flow.",
        ("coupling_directions--gradients_concentrate",),
    ),
    _says(
        "Gates and optimisers are complementary but not equivalent.",
        ("coupling_optimisers--complementary",),
    ),
    _says("Gates make training robust.", ("coupling_optimisers--robust_trainability",)),
    _does(
        r"Products of Jacobians are grown from the left: that is $M_{t,\ell}$.",
        denied_by=("coupling_profiles--reversed_order",),
    ),
    _does(
        r"Five power iterations without the transpose give $\|M\|_2$.",
        denied_by=("coupling_profiles--five_iterations",),
    ),
    _does(
        "The gate term is computed with the updated state.",
        ("published_rates--gate_term_of_the_updated_state",),
        ("coupling_expansions--published_gate_term",),
    ),
    _does(
        "Every update of the second series sees a fresh batch.",
        denied_by=("coupling_directions--same_sequences",),
    ),
    _does(
        "Energy shares of products and of gradients can be compared.",
        denied_by=("coupling_directions--share_of_sixteen",),
    ),
    _does(
        "Plain with Adam against gates with SGD compares cells.",
        denied_by=("coupling_optimisers--optimiser_confounded",),
    ),
    _does(
        "AR(2) with distractors shows the transport of a task.",
        denied_by=("coupling_directions--ar2_teaches_nothing",),
    ),
    _does(
        "The training of the second series teaches its five tasks.",
        ("coupling_directions--published_training_learns",),
    ),
    _does(
        r"Means over the kept seeds show the error at $\varepsilon = 1$.",
        denied_by=("coupling_expansions--outliers_removed",),
    ),
)

#: Claims that name the paper for a definition, and one on a defect of little weight.
STEPS = ("leaky--update", "plain--update", "coupling_profiles--one_factor_more")

__all__ = ["PAPER", "SENTENCES", "STEPS"]
