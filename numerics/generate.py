"""The one door to generated functions: of a cell, a Jacobian or a decay law, by any backend."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import overload

from longlag.numerics.codegen.backends import BACKENDS, get_backend
from longlag.numerics.codegen.cache import kept_text
from longlag.numerics.codegen.generated import Generated
from longlag.numerics.codegen.law import GeneratedLaw, law_source
from longlag.numerics.codegen.module import module_source
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.laws.law import DecayLaw
from longlag.theory.registry import Registry
from longlag.theory.transport.jacobian import Jacobian, jacobian

#: The name of the backend that prints C, which is no Python source over a prelude.
COMPILED = "compiled"


@overload
def generate(what: Cell | Jacobian, backend: str = "torch") -> Generated: ...


@overload
def generate(what: DecayLaw, backend: str = "torch") -> GeneratedLaw: ...


def generate(what: Cell | Jacobian | DecayLaw, backend: str = "torch") -> Generated | GeneratedLaw:
    """Generate the numeric functions of a cell or a decay law from its derived expressions.

    Args:
        what: a cell, a Jacobian to print as it stands, or a decay law.
        backend: ``torch``, ``numpy`` or ``mpmath``; for a cell also ``compiled``, C that the
            system's compiler builds.

    Returns:
        For a cell an object with ``.step``, ``.coefficients``, ``.diagonals``, ``.recurrent``,
        ``.jacobian`` and ``.source``; for a law one with ``.envelope``, ``.sample_size``,
        ``.status``, ``.horizon``, ``.log_horizon``, ``.local_exponent`` and ``.source``.

    The same cell or law gives the same object again, at once; what a cell's functions are is kept
    in the user's cache folder between processes.

    Raises:
        LonglagError: an unknown backend, or a function that the backend cannot print.

    >>> import numpy as np
    >>> from longlag.theory import CELLS
    >>> leaky = generate(CELLS["leaky"], "numpy")
    >>> h = np.array([0.5])
    >>> leaky.step({"h": h}, {"n": 0 * h}, {"n": np.zeros((1, 1))}, {"alpha": 0.2})
    {'h': array([0.4])}
    """
    if isinstance(what, Jacobian):
        return _of_jacobian(what, backend)
    if not isinstance(what, (Cell, DecayLaw)):
        raise LonglagError(
            f"{what!r}",
            "functions are generated from a cell or a decay law",
            "give a Cell, its jacobian(cell), or a DecayLaw",
        )
    return _generated(what, backend)


@lru_cache(maxsize=256)
def _generated(what: Cell | DecayLaw, backend: str) -> Generated | GeneratedLaw:
    """Generate once in a process; the text of a cell's functions once on a machine."""
    if isinstance(what, DecayLaw):
        if backend == COMPILED:
            raise LonglagError(
                f"backend {backend!r} for the law {what.name!r}",
                "the compiled backend takes cells",
                "choose numpy",
            )
        target = get_backend(backend)
        return GeneratedLaw(what, target, law_source(what, target))
    target = get_backend("torch" if backend == COMPILED else _backend_of_cells(backend))

    def text() -> str:
        return kept_text(what, target.name, lambda: module_source(jacobian(what), target))

    if backend == COMPILED:
        return _compiled(jacobian(what), text)
    return Generated(what, target, text())


def _of_jacobian(what: Jacobian, backend: str) -> Generated:
    if backend == COMPILED:
        return _compiled(what)
    target = get_backend(_backend_of_cells(backend))
    return Generated(what.cell, target, module_source(what, target))


def _compiled(what: Jacobian, torch_source: Callable[[], str] | None = None) -> Generated:
    # It imports PyTorch, which generating NumPy code does not need.
    from longlag.numerics.compiled.cell import CompiledCell

    return CompiledCell(what, torch_source)


def _backend_of_cells(name: str) -> str:
    """Return a known name; the error for an unknown one tells of the compiled backend too."""
    known: Registry[str] = Registry("backend")
    for backend in (*BACKENDS, COMPILED):
        known.register(backend, backend)
    return known[name]


__all__ = ["COMPILED", "generate"]
