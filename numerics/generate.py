"""The one door to generated functions: of a cell, a Jacobian or a decay law, by any backend."""

from __future__ import annotations

from typing import overload

from longlag.numerics.codegen.backends import BACKENDS, get_backend
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

    Raises:
        LonglagError: an unknown backend, or a function that the backend cannot print.

    >>> import numpy as np
    >>> from longlag.theory import CELLS
    >>> leaky = generate(CELLS["leaky"], "numpy")
    >>> h = np.array([0.5])
    >>> leaky.step({"h": h}, {"n": 0 * h}, {"n": np.zeros((1, 1))}, {"alpha": 0.2})
    {'h': array([0.4])}
    """
    if isinstance(what, DecayLaw):
        if backend == COMPILED:
            raise LonglagError(
                f"backend {backend!r} for the law {what.name!r}",
                "the compiled backend takes cells", "choose numpy",
            )  # fmt: skip
        target = get_backend(backend)
        return GeneratedLaw(what, target, law_source(what, target))
    if isinstance(what, Cell):
        what = jacobian(what)
    if not isinstance(what, Jacobian):
        raise LonglagError(
            f"{what!r}", "functions are generated from a cell or a decay law",
            "give a Cell, its jacobian(cell), or a DecayLaw",
        )  # fmt: skip
    if backend == COMPILED:
        # It imports PyTorch, which generating NumPy code does not need.
        from longlag.numerics.compiled.cell import CompiledCell

        return CompiledCell(what)
    target = get_backend(_backend_of_cells(backend))
    return Generated(what.cell, target, module_source(what, target))


def _backend_of_cells(name: str) -> str:
    """Return a known name; the error for an unknown one tells of the compiled backend too."""
    known: Registry[str] = Registry("backend")
    for backend in (*BACKENDS, COMPILED):
        known.register(backend, backend)
    return known[name]


__all__ = ["COMPILED", "generate"]
