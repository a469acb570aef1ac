"""The Legendre memory unit: a linear memory m of a window θ of one signal u, read by h."""

from sympy import ImmutableDenseMatrix, Interval, Rational, S, oo, tanh

from longlag.theory.cells.cell import Cell
from longlag.theory.language.axes import axis
from longlag.theory.language.given import weight
from longlag.theory.language.maps import recurrent
from longlag.theory.language.reductions import total
from longlag.theory.language.symbols import drive, parameter, state
from longlag.theory.language.weights import expm

#: How many Legendre polynomials the memory of the catalogue has.
_ORDER = 4


def legendre_window(order: int) -> tuple[ImmutableDenseMatrix, ImmutableDenseMatrix]:
    """Return A and B of θ dm/dt = A m + B u, whose m are the coefficients of the last θ of u.

    A_ij = (2i + 1) (−1 if i < j else (−1)^{i−j+1}), B_i = (2i + 1) (−1)^i.
    Source: Voelker et al. 2019, equations (1) and (2); HiPPO-LegT of Gu et al. 2020.

    Args:
        order: how many polynomials.

    >>> legendre_window(2)
    (Matrix([
    [-1, -1],
    [ 3, -3]]), Matrix([
    [ 1],
    [-3]]))
    """

    def entry(i: int, j: int) -> Rational:
        return Rational((2 * i + 1) * (-1 if i < j else (-1) ** (i - j + 1)))

    A = ImmutableDenseMatrix(order, order, lambda i, j: entry(int(i), int(j)))
    B = ImmutableDenseMatrix(order, 1, lambda i, _: (2 * int(i) + 1) * (-1) ** int(i))
    return A, B


N, P, U = axis("N"), axis("P"), axis("U")
m, h = state("m", N), state("h", P)
theta = parameter("theta", Interval.open(0, oo))
_A, _B = legendre_window(_ORDER)
A = weight("A", value=_A)
# Held over a step, u adds (e^{A/θ} − I) A⁻¹B u: the memory goes to where that u would keep it.
rest = weight("C", value=_A.inv() * _B, over=U, to=N)
u = (
    drive("u", U)
    + total(parameter("e_m", S.Reals, N) * m, over=N)
    + total(parameter("e_h", S.Reals, P) * h, over=P)
)
m_new = expm(A / theta)(m + rest(u)) - rest(u)

legendre_memory = Cell(
    "legendre_memory",
    {m: m_new, h: tanh(recurrent("h", h) + recurrent("m", m_new, to=P) + drive("h", P))},
    description="a memory of the last θ steps by Legendre polynomials, read by a nonlinear state",
    source="Voelker, Kajić and Eliasmith 2019",
)
