"""The registry of memory kernels. A new kernel is one file here and one line below.

A file is imported when what it defines is asked for.
"""

from longlag.names import on_demand
from longlag.theory.memory.kernel import Kernel
from longlag.theory.registry import Registry

# In the order in which lists and reports show them.
KERNELS: Registry[Kernel] = Registry("kernel")
for _name in ("exponential", "polynomial", "bump", "delayed", "two_parts", "airy"):
    KERNELS.expect(_name, f"{__name__}.{_name}")

# Files and kernels have the same names.
on_demand(__name__, KERNELS.attribute, above=KERNELS)

__all__ = ["KERNELS", "airy", "bump", "delayed", "exponential", "polynomial", "two_parts"]
