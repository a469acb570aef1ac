"""Time-scale coupling between states and parameters: what is algebra, and what was measured."""

from __future__ import annotations

from longlag.derivations.coupling import analogies, directions, expansions, optimisers, profiles
from longlag.theory.notation import Entry, Glossary
from longlag.theory.statement import Derivation

GLOSSARY = Glossary(
    "Networks train on tasks drawn from seeds; every number is a mean over seeds.",
    (
        Entry(r"M_{t,\ell}", r"product of $\ell$ one-step Jacobians, the newest on the left"),
        Entry(
            "M_0,\\ M_1", "its expansion to zeroth and to first order, in the split that is named"
        ),
        Entry(r"\|\cdot\|_2,\ \|\cdot\|_F", "largest singular value, Frobenius norm"),
        Entry("P", "product of leaks or of gates over the same factors, mean over neurons"),
        Entry("R^2", "share of the variance over pairs of an anchor and a sequence"),
        Entry("d", "leak of a neuron at a step"),
        Entry("g_k", "part of the gradient at lag $k$"),
        Entry(r"\mathrm{AI}_{r}", r"$\sigma_1/\sigma_r$ of a product's singular values"),
        Entry(r"\mathrm{CE}_{r}", "share of the first $r$ in the sum of all squares"),
        Entry(r"\lambda_i", "Lyapunov exponents per step"),
        Entry(r"\varepsilon", "what multiplies the part that is expanded in"),
    ),
)


def derivations(order: int = 1) -> list[Derivation]:
    """Return the sections; the order of expansions does not matter here."""
    parts = {
        "coupling_profiles": ("Gates and the norm of the transport", profiles),
        "coupling_expansions": ("Two expansions, measured", expansions),
        "coupling_directions": ("Directions of transport and gradients", directions),
        "coupling_optimisers": ("Cells and optimisers", optimisers),
    }
    measured = [
        Derivation(name, title, part.items(), glossary=GLOSSARY)
        for name, (title, part) in parts.items()
    ]
    return [*analogies.derivations(order), *measured]
