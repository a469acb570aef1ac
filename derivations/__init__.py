"""The registry of derivations. A new one is one file here and one line below.

The files are imported when a derivation is asked for, so that listing them needs no PyTorch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module

from longlag.names import listed
from longlag.theory.registry import Registry
from longlag.theory.statement import Derivation

#: Name ↦ the module whose ``derivations(order)`` returns the sections of the document.
DERIVATIONS: Registry[str] = Registry("derivation")
DERIVATIONS.register(
    "effective_learning_rates", "longlag.derivations.rates.effective_learning_rates"
)
DERIVATIONS.register("every_lag", "longlag.derivations.rates.every_lag")
DERIVATIONS.register("layer_norm", "longlag.derivations.rates.layer_norm")
DERIVATIONS.register("trained_networks", "longlag.derivations.rates.trained_networks")
DERIVATIONS.register("linear_recurrences", "longlag.derivations.linear.chapter")
DERIVATIONS.register("linear_networks", "longlag.derivations.linear_networks.chapter")
DERIVATIONS.register("published_rates", "longlag.derivations.rates.published_rates")
DERIVATIONS.register("time_scale_coupling", "longlag.derivations.coupling.chapter")
DERIVATIONS.register("measured_window", "longlag.derivations.learned.chapter")
DERIVATIONS.register("learnability_window", "longlag.derivations.window.overview")
DERIVATIONS.register("gate_window", "longlag.derivations.gates.window")
DERIVATIONS.register("spectra", "longlag.derivations.spectra.laws")
DERIVATIONS.register("initialisations", "longlag.derivations.initialisations.chapter")
DERIVATIONS.register("phases", "longlag.derivations.phases.chapter")
DERIVATIONS.register("stability", "longlag.derivations.stability.chapter")
DERIVATIONS.register("anti_collapse", "longlag.derivations.anticollapse.chapter")
DERIVATIONS.register("curse_of_memory", "longlag.derivations.memory.chapter")
DERIVATIONS.register("gradient_descent", "longlag.derivations.descent.chapter")
DERIVATIONS.register("connections", "longlag.derivations.connections.chapter")


def get_derivations(name: str, order: int = 1) -> Sequence[Derivation]:
    """Return the sections of a registered derivation.

    Args:
        name: a name in ``DERIVATIONS``; an unknown one raises LonglagError.
        order: the highest order of the expansions over a lag.
    """
    sections: Callable[[int], Sequence[Derivation]] = import_module(DERIVATIONS[name]).derivations
    return sections(order)


__all__ = ["DERIVATIONS", "get_derivations"]

listed(__name__)
