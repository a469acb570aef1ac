"""The registry of memory kernels. A new kernel is one file here and one line below: its import."""

from longlag.theory.memory.kernel import Kernel
from longlag.theory.registry import Registry

# In the order in which lists and reports show them.
# isort: off
from longlag.theory.memory.kernels.exponential import exponential
from longlag.theory.memory.kernels.polynomial import polynomial
from longlag.theory.memory.kernels.bump import bump
from longlag.theory.memory.kernels.delayed import delayed
from longlag.theory.memory.kernels.two_parts import two_parts
from longlag.theory.memory.kernels.airy import airy
# isort: on

KERNELS: Registry[Kernel] = Registry("kernel")
for _kernel in [value for value in globals().values() if isinstance(value, Kernel)]:
    KERNELS.register(_kernel.name, _kernel)

__all__ = ["KERNELS", "airy", "bump", "delayed", "exponential", "polynomial", "two_parts"]
