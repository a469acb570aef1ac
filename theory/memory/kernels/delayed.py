"""Short memory and a bump at 1/ω: the target of the plateau theorem, with memory of length 1/ω."""

from sympy import exp

from longlag.theory.memory.kernel import Kernel, rate, time
from longlag.theory.memory.kernels.bump import bump
from longlag.theory.scalar.parameters import positive

a, decay, omega = positive("a"), positive("b"), positive("omega")
_late = {symbol: 1 / omega for symbol in bump.parameters if symbol.name == "mu"}

delayed = Kernel(
    "delayed",
    a * exp(-decay * time) + bump.rho.subs(_late),
    closed_transform=a / (rate + decay) + bump.laplace.subs(_late),
    description="an exponential and a bump at 1/omega, which units fitted to the first do not see",
    source="JMLR 23(42), 2022",
)
