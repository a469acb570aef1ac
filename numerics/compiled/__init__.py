"""The compiled path: C printed from derived expressions, built once with the system's compiler."""

from __future__ import annotations

from longlag.numerics.compiled.compiler import Toolchain, load_library, toolchain

__all__ = ["Toolchain", "load_library", "toolchain"]
