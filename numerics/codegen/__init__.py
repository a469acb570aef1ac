"""Expression → source → function."""

from __future__ import annotations

from longlag.numerics.codegen.backends import BACKENDS, get_backend
from longlag.numerics.codegen.generated import CoefficientFields, DiagonalFields, Generated
from longlag.numerics.codegen.module import module_source
from longlag.numerics.codegen.scalar import generate_scalar, scalar_source
from longlag.theory.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.jacobian import Jacobian, jacobian


def generate(cell: Cell | Jacobian, backend: str = "torch") -> Generated:
    """Generate the numeric functions of a cell from its derived expressions.

    Args:
        cell: the cell, or a Jacobian to print as it stands.
        backend: ``torch``, ``numpy`` or ``mpmath``.

    Returns:
        An object with ``.step``, ``.coefficients``, ``.diagonals``, ``.recurrent``,
        ``.jacobian`` and ``.source``.

    Raises:
        LonglagError: an unknown backend, or a function that the backend cannot print.

    >>> import numpy as np
    >>> from longlag.theory import CELLS
    >>> leaky = generate(CELLS["leaky"], "numpy")
    >>> h = np.array([0.5])
    >>> leaky.step({"h": h}, {"n": 0 * h}, {"n": np.zeros((1, 1))}, {"alpha": 0.2})
    {'h': array([0.4])}
    """
    if isinstance(cell, Cell):
        cell = jacobian(cell)
    if not isinstance(cell, Jacobian):
        raise LonglagError(
            f"{cell!r}", "functions are generated from a cell", "give a Cell or its jacobian(cell)"
        )
    target = get_backend(backend)
    return Generated(cell.cell, target, module_source(cell, target))


__all__ = [
    "BACKENDS", "CoefficientFields", "DiagonalFields", "Generated", "generate", "generate_scalar",
    "get_backend", "module_source", "scalar_source",
]  # fmt: skip
