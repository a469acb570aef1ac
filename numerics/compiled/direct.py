"""A matrix written straight from the inputs of its entries, a few times after the other.

The entries of those times never leave the nearest cache. It is the way of a matrix whose terms are
weights between diagonals; where products or rank-one factors come before, entries are fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Expr

from longlag.numerics.compiled.assembly import Assembly
from longlag.numerics.compiled.pointwise import Pointwise


@dataclass(frozen=True)
class Direct:
    """The C function that computes entries and writes the matrix.

    Args:
        assembly: writes the matrix.
        entries: computes its entries.
        labels: entry ↦ the output that it is.
    """

    assembly: Assembly
    entries: Pointwise
    labels: Mapping[Expr, str]

    @property
    def name(self) -> str:
        """The name of the function, which has ``_f32`` or ``_f64`` behind it."""
        return f"{self.assembly.name}_direct"

    @property
    def source(self) -> str:
        """The C text of the function."""
        inputs = len(self.entries.inputs)
        lines = [
            "/* Entries of a few times, then the matrices of those times. */",
            f"void NAME({self.name})(",
            "    long times, long size, const REAL *const *in, const long *in_stride,",
            "    REAL *const *entry, const long *entry_stride,",
            "    const REAL *const *field, const long *field_stride,",
            "    const REAL *const *matrix, const long *matrix_stride, REAL *row, REAL *out,",
            "    int past_caches, long together)",
            "{",
            f"    const long width = {self.assembly.width};",
            f"    const REAL *at[{max(inputs, 1)}];",
            "    for (long first = 0; first < times; first += together) {",
            "        const long count = times - first < together ? times - first : together;",
            f"        for (long k = 0; k < {inputs}; k++)",
            "            at[k] = in[k] + first*in_stride[k];",
            f"        NAME({self.entries.name})(",
            "            count, size, size, at, in_stride, entry, entry_stride);",
            f"        NAME({self.assembly.name})(",
            "            count, size, field, field_stride, matrix, matrix_stride, row,",
            "            out + first*width*width, past_caches, together);",
            "    }",
            "}",
        ]
        return "\n".join(lines)


def direct(
    assembly: Assembly, entries: Pointwise | None, labels: Mapping[Expr, str]
) -> Direct | None:
    """Return the function that needs no fields of entries; None where they are needed."""
    if entries is None or not assembly.is_plain:
        return None
    return Direct(assembly, entries, labels)
