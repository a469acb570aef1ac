"""The chapters of the report: derivations of one theme, in reading order."""

from __future__ import annotations

from dataclasses import dataclass, replace

from longlag.derivations import DERIVATIONS
from longlag.theory.errors import LonglagError


@dataclass(frozen=True)
class Chapter:
    """A theme and the derivations that belong to it.

    Args:
        title: of the chapter.
        lead: what it asks and what it finds, in words with TeX between dollar signs.
        derivations: names in ``DERIVATIONS``, in reading order.
    """

    title: str
    lead: str
    derivations: tuple[str, ...]


CHAPTERS: tuple[Chapter, ...] = (
    Chapter(
        "Transport through a cell",
        "How does what a neuron knew $\\ell$ steps ago reach it now? From the update of a cell its "
        "one-step Jacobian follows, from the product of $\\ell$ of these the transport, and from "
        "the diagonal of that the effective learning rates. The expansion in the recurrent part is "
        "a short-lag tool: its remainder is bounded, and the bound grows with the lag.",
        ("effective_learning_rates", "every_lag", "layer_norm", "published_rates"),
    ),
    Chapter(
        "Linear recurrences and linear networks",
        "Where nothing but the input moves the factors, products can be averaged exactly. What a "
        "gate keeps on average and what it keeps typically are different rates; what leaves the "
        "diagonal of a delta rule is turned, not forgotten; and recall has a budget.",
        ("linear_recurrences", "linear_networks"),
    ),
    Chapter(
        "Trained networks",
        "Do trained networks do what the formulas say? Transport is measured along whole series, "
        "and gates, norms, gradients and optimisers are compared over training. All numbers come "
        "from declared runs that ship with the package.",
        ("trained_networks", "time_scale_coupling", "measured_window"),
    ),
    Chapter(
        "Learnability windows",
        "How many sequences does a lag need? An envelope $f(\\ell)$ says what is still known after "
        "$\\ell$ steps, an exponent $\\kappa$ how an estimator averages noise away; together they "
        "give $N(\\ell)$, and inverted the window $H_N$. Each decay law has its own.",
        ("learnability_window", "gate_window"),
    ),
    Chapter(
        "Where envelopes come from",
        "An envelope is an average over time scales. Distributions of rates, initialisations, and "
        "what training leaves behind each give one; families with free parameters have phases, "
        "between which the growth of the window changes.",
        ("spectra", "initialisations", "phases", "anti_collapse"),
    ),
    Chapter(
        "Stability",
        "When does a random network forget, and when does it blow up? Per-neuron factors of the "
        "Jacobian decide both, through laws that differ with the kind of matrix.",
        ("stability",),
    ),
    Chapter(
        "Memory and its curse",
        "How well do exponentials approximate a memory, and how long does training wait before it "
        "learns a late one? The rates that a memory needs, the plateau before it is found, and the "
        "maps that keep a slow unit stable.",
        ("curse_of_memory",),
    ),
    Chapter(
        "Gradient descent",
        "What do theorems on gradient descent ask for, in numbers: constants of an activation, "
        "smoothness over the number of steps, widths and iterations on both sides of the cutoff. "
        "Networks stand beside the bounds.",
        ("gradient_descent",),
    ),
    Chapter(
        "How the theories meet",
        "One slowest time scale $\\tau$ decides what is reached, what it costs and how long it "
        "waits: windows, memory and descent written over the same letter.",
        ("connections",),
    ),
)


def chapters() -> tuple[Chapter, ...]:
    """Return the chapters of what is registered; those that would be empty are left out.

    Raises:
        LonglagError: a registered derivation stands in no chapter.
    """
    placed = {name for chapter in CHAPTERS for name in chapter.derivations}
    homeless = [name for name in DERIVATIONS if name not in placed]
    if homeless:
        raise LonglagError(
            f"derivation {homeless[0]!r}",
            "it stands in no chapter of the report",
            "name it in derivations/chapters.py",
        )
    found = (
        replace(chapter, derivations=tuple(n for n in chapter.derivations if n in DERIVATIONS))
        for chapter in CHAPTERS
    )
    return tuple(chapter for chapter in found if chapter.derivations)


__all__ = ["CHAPTERS", "Chapter", "chapters"]
