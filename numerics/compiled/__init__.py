"""The compiled path: C printed from derived expressions, built once with the system's compiler."""

from __future__ import annotations

from longlag.numerics.compiled.cell import CompiledCell
from longlag.numerics.compiled.compiler import Toolchain, load_library, on_torch_alone, toolchain

__all__ = ["CompiledCell", "Toolchain", "load_library", "on_torch_alone", "toolchain"]
