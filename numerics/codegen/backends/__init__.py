"""The registry of backends. A new backend is one module here and one line below.

A module is imported only when its backend is asked for, so that NumPy code needs no PyTorch.
"""

from __future__ import annotations

from importlib import import_module

from longlag.numerics.codegen.backend import Backend
from longlag.theory.registry import Registry

#: A backend, or the module whose ``BACKEND`` it is.
BACKENDS: Registry[str | Backend] = Registry("backend")
BACKENDS.register("torch", "longlag.numerics.codegen.backends.torch_backend")
BACKENDS.register("numpy", "longlag.numerics.codegen.backends.numpy_backend")
BACKENDS.register("mpmath", "longlag.numerics.codegen.backends.mpmath_backend")


def get_backend(name: str) -> Backend:
    """Return the backend of that name; an unknown one raises LonglagError."""
    found = BACKENDS[name]
    if isinstance(found, Backend):
        return found
    backend: Backend = import_module(found).BACKEND
    return backend
