"""Expression → source → function, for the backends that print Python over a prelude."""

from __future__ import annotations

from longlag.numerics.codegen.backends import BACKENDS, get_backend
from longlag.numerics.codegen.generated import CoefficientFields, DiagonalFields, Generated
from longlag.numerics.codegen.law import GeneratedLaw, law_source
from longlag.numerics.codegen.module import module_source
from longlag.numerics.codegen.scalar import generate_scalar, scalar_source

__all__ = [
    "BACKENDS",
    "CoefficientFields",
    "DiagonalFields",
    "Generated",
    "GeneratedLaw",
    "generate_scalar",
    "get_backend",
    "law_source",
    "module_source",
    "scalar_source",
]
