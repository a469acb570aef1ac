"""An exponential mixture Σ a_i e^{−w_i t}: what a diagonal linear network of m units computes.

The same object is a spectrum of time scales with signed weights, and in discrete time a network of
constant gates: e^{−wΔ} = 1 − s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Add, Expr, Integer, Matrix, exp, factorial

from longlag.theory.errors import LonglagError
from longlag.theory.memory.kernel import Kernel, rate, time
from longlag.theory.scalar.parameters import as_expression
from longlag.theory.spectra.spectrum import Spectrum
from longlag.theory.typeset.described import described
from longlag.theory.typeset.scalar import function_tex, scalar_tex
from longlag.theory.typeset.shown import Shown


@dataclass(frozen=True)
class Mixture(Shown):
    """A sum of exponentials Σ a_i e^{−w_i t} with positive rates.

    Args:
        amplitudes: the a_i.
        rates: the w_i, as many.

    Raises:
        LonglagError: different numbers of them, or a rate that is not positive.

    >>> pair = Mixture((1, 2), (3, 4))
    >>> pair.laplace, pair.energy
    (2/(w + 4) + 1/(w + 3), 26/21)
    """

    amplitudes: tuple[Expr, ...]
    rates: tuple[Expr, ...]

    def __repr__(self) -> str:
        return described(
            f"mixture of exponentials: rho(t) = {self.rho}", "laplace", "gram", "latex()"
        )

    def __post_init__(self) -> None:
        amplitudes = tuple(as_expression("amplitude", a) for a in self.amplitudes)
        rates = tuple(as_expression("rate", w) for w in self.rates)
        if len(amplitudes) != len(rates) or not rates:
            raise LonglagError(
                f"{len(amplitudes)} amplitudes and {len(rates)} rates",
                "every unit has one of each",
                "give two series of the same length, not empty",
            )
        for w in rates:
            if w.is_positive is not True:
                raise LonglagError(
                    f"rate {w}",
                    "a unit that does not forget at a positive rate is not integrable",
                    "give positive rates, symbols declared positive=True",
                )
        object.__setattr__(self, "amplitudes", amplitudes)
        object.__setattr__(self, "rates", rates)

    def _lines(self) -> list[str]:
        return [f"{function_tex('rho', time)} &= {scalar_tex(self.rho)}"]

    @property
    def rho(self) -> Expr:
        """The kernel Σ a_i e^{−w_i t}."""
        return Add(*(a * exp(-w * time) for a, w in self._units))

    @property
    def laplace(self) -> Expr:
        """Σ a_i/(w_i + w)."""
        return Add(*(a / (w + rate) for a, w in self._units))

    @property
    def energy(self) -> Expr:
        """∫ρ² dt = Σ_ij a_i a_j/(w_i + w_j)."""
        return Add(*(a * b / (w + v) for a, w in self._units for b, v in self._units))

    def gram(self, power: int = 0) -> Matrix:
        """Return the Gram integrals ∫ t^k e^{−(w_i + w_j)t} dt = k!/(w_i + w_j)^{k+1}.

        Args:
            power: k, not negative.

        Raises:
            LonglagError: a negative power.

        >>> Mixture((1,), (2,)).gram(2)
        Matrix([[1/32]])
        """
        if not isinstance(power, int) or power < 0:
            raise LonglagError(f"power {power}", "Gram integrals have t^k, k >= 0", "give k >= 0")
        count, k = len(self.rates), Integer(power)
        return Matrix(
            count, count, lambda i, j: factorial(k) / (self.rates[i] + self.rates[j]) ** (k + 1)
        )

    def kernel(self, name: str = "mixture") -> Kernel:
        """Return it as a memory kernel."""
        return Kernel(name, self.rho, closed_transform=self.laplace)

    def gates(self, step: Any = 1) -> tuple[Expr, ...]:
        """Return the constant gates s_i = 1 − e^{−w_iΔ} of the network sampled at steps of Δ.

        >>> Mixture((1,), (sympy.log(2),)).gates()
        (1/2,)
        """
        delta = as_expression("step", step)
        return tuple(1 - exp(-w * delta) for w in self.rates)

    @property
    def _units(self) -> list[tuple[Expr, Expr]]:
        return list(zip(self.amplitudes, self.rates, strict=True))


def mixture_of(spectrum: Spectrum) -> Mixture:
    """Return the mixture of a spectrum with atoms: amplitudes are its weights.

    Args:
        spectrum: of rates or time scales, with atoms.

    Raises:
        LonglagError: a spectrum with a density, which is no finite sum.

    >>> from longlag.theory.spectra import SPECTRA
    >>> mixture_of(SPECTRA["mixture_of_2"]).rates
    (1/tau1, 1/tau2)
    """
    if spectrum.density is not None:
        raise LonglagError(
            f"spectrum {spectrum.name!r}",
            "its density makes a continuum of exponentials",
            "use its envelope as a kernel, or a spectrum with atoms",
        )
    atoms = spectrum.rate_atoms
    return Mixture(tuple(atoms.values()), tuple(atoms))


def linear_network(
    readout: Sequence[Any], recurrent: Sequence[Sequence[Any]], inputs: Sequence[Any]
) -> Mixture:
    """Return the kernel cᵀe^{Wt}U of a linear network h' = Wh + Ux, y = cᵀh, as a mixture.

    Args:
        readout: c, m numbers.
        recurrent: W, m rows.
        inputs: U, m numbers.

    Raises:
        LonglagError: shapes that do not fit, W that is not Hurwitz, or one without m different
            real eigenvalues, whose kernel holds more than real exponentials.

    >>> linear_network((1, 1), ((-1, 0), (1, -2)), (1, 0)).rates
    (1, 2)
    """
    rows = [list(row) for row in recurrent]
    if len({len(row) for row in rows}) > 1:
        raise LonglagError(
            f"rows of W of lengths {[len(row) for row in rows]}", "W is m x m", "complete them"
        )
    c, matrix, u = Matrix(list(readout)), Matrix(rows), Matrix(list(inputs))
    count = matrix.rows
    if matrix.cols != count or c.rows != count or u.rows != count or count == 0:
        raise LonglagError(
            f"c, W, U of sizes {c.rows}, {matrix.rows}x{matrix.cols}, {u.rows}",
            "W is m x m, c and U have m entries",
            "give matching sizes",
        )
    eigenvalues = matrix.eigenvals()
    for value in eigenvalues:
        if sympy.re(value).is_negative is not True:
            raise LonglagError(
                f"eigenvalue {value} of W",
                "the network forgets only if W is Hurwitz",
                "let every eigenvalue have a negative real part",
            )
    if len(eigenvalues) < count or not all(value.is_real for value in eigenvalues):
        raise LonglagError(
            f"W with the eigenvalues {eigenvalues}",
            "complex or repeated ones give oscillations or powers of t beside exponentials",
            "give W with different real eigenvalues",
        )
    vectors, diagonal = matrix.diagonalize(sort=True)
    left, right = (c.T * vectors), vectors.inv() * u
    units = sorted(
        ((-diagonal[i, i], left[0, i] * right[i, 0]) for i in range(count)),
        key=lambda unit: (float(unit[0]) if unit[0].is_number else 0.0, str(unit[0])),
    )
    return Mixture(tuple(a for _, a in units), tuple(w for w, _ in units))
