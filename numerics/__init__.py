"""Numeric functions generated from derived expressions, and the references that check them."""

from longlag.numerics.codegen import BACKENDS, Generated, generate, generate_scalar

__all__ = ["BACKENDS", "Generated", "generate", "generate_scalar"]
