"""What completes an argument in a shell: the names of registries, which are read when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module

#: Kind ↦ where its registry is.
_REGISTRIES = {
    "activations": "longlag.theory.descent:ACTIVATIONS",
    "backends": "longlag.numerics.codegen:BACKENDS",
    "cells": "longlag.theory.cells:CELLS",
    "derivations": "longlag.derivations:DERIVATIONS",
    "estimators": "longlag.theory.estimators:ESTIMATORS",
    "families": "longlag.theory.phases:FAMILIES",
    "formats": "longlag.derivations.document:FORMATS",
    "initialisations": "longlag.theory.initialisations:INITIALISATIONS",
    "kernels": "longlag.theory.memory:KERNELS",
    "laws": "longlag.theory.laws:LAWS",
    "spectra": "longlag.theory.spectra:SPECTRA",
}


def names_of(*kinds: str) -> Callable[[str], list[str]]:
    """Return what completes a name of some registries.

    Args:
        kinds: of registries: cells, laws, …

    >>> names_of("laws", "cells")("poly")
    ['polynomial']
    """

    def complete(incomplete: str) -> list[str]:
        return [name for name in _names(kinds) if name.startswith(incomplete)]

    return complete


def _names(kinds: tuple[str, ...]) -> Iterator[str]:
    for kind in kinds:
        module, _, item = _REGISTRIES[kind].partition(":")
        registry: Mapping[str, object] = getattr(import_module(module), item)
        yield from registry
