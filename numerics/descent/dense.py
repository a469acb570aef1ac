"""The network whose neurons do see each other, to show what diagonal recurrence leaves out.

H_t = tanh(α W H_{t−1}/√m + U X_t), F_t = m^{−1/2} Σ_i c_i H_t^{(i)} with all entries of W and U
standard normal: αW/√m has singular values up to 2α, and eigenvalues in the disc of radius α.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float
from scipy.sparse.linalg import LinearOperator, eigsh
from torch import Tensor

#: A change of W and of U.
Direction = tuple[Tensor, Tensor]
#: Relative accuracy of the largest eigenvalue of a Hessian.
_LANCZOS = 0.1


@dataclass(frozen=True, eq=False)
class DenseNetwork:
    """m neurons with dense recurrence.

    Args:
        alpha: α.
        weight: W, shape (m, m).
        input_weight: U, shape (m, d).
        signs: c_i = ±1, shape (m,).
    """

    alpha: float
    weight: Float[Tensor, "m m"]
    input_weight: Float[Tensor, "m d"]
    signs: Float[Tensor, " m"]

    @property
    def width(self) -> int:
        """The number m of neurons."""
        return len(self.signs)

    def hidden(self, inputs: Float[Tensor, "n T d"]) -> Float[Tensor, "n T m"]:
        """Return H_1 … H_T.

        Args:
            inputs: X_1 … X_T of each sequence.
        """
        drives = inputs @ self.input_weight.mT
        recurrence = self.weight.mT * (self.alpha / self.width**0.5)
        before = torch.zeros_like(drives[..., 0, :])
        values = []
        for drive in drives.unbind(-2):
            before = torch.tanh(before @ recurrence + drive)
            values.append(before)
        return torch.stack(values, -2)

    def last_output(self, inputs: Float[Tensor, "n T d"]) -> Float[Tensor, " n"]:
        """Return F_T of each sequence."""
        return self.hidden(inputs)[..., -1, :] @ self.signs / self.width**0.5

    def tangent_kernel(
        self, inputs: Float[Tensor, "n T d"], others: Float[Tensor, "k T d"]
    ) -> Float[Tensor, "n k"]:
        """Return ⟨∇F_T(X), ∇F_T(X')⟩ by W and U.

        ∂F_T/∂W = α/√m Σ_t δ_t H_{t−1}ᵀ with δ_t the derivative of F_T by the argument of step t,
        so that no gradient of m² numbers is formed.

        Args:
            inputs: the sequences X.
            others: the sequences X'.
        """
        other_errors, other_before, other_inputs = (
            part.flatten(0, 1).mT for part in (*self._errors(others), others)
        )
        total = inputs.new_zeros(len(inputs), len(others))
        scale = self.alpha**2 / self.width
        for error, hidden, x in zip(
            *(part.unbind(1) for part in (*self._errors(inputs), inputs)), strict=True
        ):
            reach = scale * (hidden @ other_before) + x @ other_inputs
            total += (reach * (error @ other_errors)).unflatten(1, others.shape[:2]).sum(2)
        return total

    def _errors(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """δ_t and H_{t−1} for every step."""
        hidden = self.hidden(inputs)
        error = self.signs / self.width**0.5 * (1 - hidden[:, -1].square())
        errors = [error]
        for t in range(inputs.shape[1] - 2, -1, -1):
            back = error @ self.weight * (self.alpha / self.width**0.5)
            error = back * (1 - hidden[:, t].square())
            errors.append(error)
        before = torch.cat((torch.zeros_like(hidden[:, :1]), hidden[:, :-1]), 1)
        return torch.stack(errors[::-1], 1), before

    def transport(self, sequence: Float[Tensor, "T d"]) -> Float[Tensor, "T m m"]:
        """Return ∂H_T/∂H_{T−k} for k = 1 … T.

        Args:
            sequence: X_1 … X_T.
        """
        slopes = 1 - self.hidden(sequence).square()
        recurrence = self.weight * (self.alpha / self.width**0.5)
        product = torch.eye(self.width, dtype=sequence.dtype, device=sequence.device)
        products = []
        for slope in slopes.flip(0).unbind(0):
            product = (product * slope) @ recurrence
            products.append(product)
        return torch.stack(products)

    def output_of(self, sequence: Float[Tensor, "T d"]) -> Callable[[Tensor, Tensor], Tensor]:
        """Return F_T of one sequence as a function of W and U."""

        def output(weight: Tensor, input_weight: Tensor) -> Tensor:
            network = replace(self, weight=weight, input_weight=input_weight)
            return network.last_output(sequence[None])[0]

        return output

    def remainder(self, sequence: Float[Tensor, "T d"], change: Direction) -> float:
        """Return |F_T(Φ) − F_T(Φ₀) − ⟨∇F_T(Φ₀), Φ − Φ₀⟩|.

        Args:
            sequence: X_1 … X_T.
            change: Φ − Φ₀, of W and of U.
        """
        output = self.output_of(sequence)
        here = (self.weight, self.input_weight)
        found = torch.func.jvp(output, here, change)
        after = output(self.weight + change[0], self.input_weight + change[1])
        return abs(float(after - found[0] - found[1]))

    def steepest(self, sequence: Float[Tensor, "T d"], radius: float) -> Direction:
        """Return the steepest change with Σ_i ‖δφ_i‖² = ρ², φ_i the row i of αW/√m and of U.

        A neuron then moves by ρ/√m in quadratic mean, as in the ball of the diagonal network.

        Args:
            sequence: X_1 … X_T.
            radius: ρ.
        """
        here = (self.weight, self.input_weight)
        by_weight, by_input = torch.func.grad(self.output_of(sequence), argnums=(0, 1))(*here)
        # In the coordinates s W the gradient is divided by s, and so is a change in them.
        scale = self.alpha / self.width**0.5
        length = _length((by_weight / scale, by_input)) / radius
        return by_weight / scale**2 / length, by_input / length

    def most_curved(
        self, sequence: Float[Tensor, "T d"], radius: float, generator: torch.Generator
    ) -> Direction:
        """Return a change of (W, U) of length ρ along which F_T is most curved.

        By the Lanczos iteration on ∇²F_T, whose eigenvalues come in near pairs ±λ.

        Args:
            sequence: X_1 … X_T.
            radius: ρ.
            generator: of the first direction.
        """
        here = (self.weight, self.input_weight)
        gradient = torch.func.grad(self.output_of(sequence), argnums=(0, 1))

        def change_of(vector: np.ndarray) -> Direction:
            whole = torch.from_numpy(vector).to(self.weight)
            parts = whole.split([part.numel() for part in here])
            return parts[0].reshape(here[0].shape), parts[1].reshape(here[1].shape)

        def product(vector: np.ndarray) -> np.ndarray:
            moved = torch.func.jvp(gradient, here, change_of(vector.reshape(-1)))[1]
            return torch.cat([part.flatten() for part in moved]).cpu().numpy()

        size = self.weight.numel() + self.input_weight.numel()
        hessian = LinearOperator((size, size), matvec=product, dtype=np.float64)
        first = torch.randn(size, generator=generator, dtype=torch.float64).numpy()
        _, vectors = eigsh(hessian, k=1, which="LM", v0=first, tol=_LANCZOS, ncv=10)
        by_weight, by_input = change_of(radius * vectors[:, 0])
        return by_weight, by_input


def _length(change: Direction) -> Tensor:
    return torch.hypot(torch.linalg.vector_norm(change[0]), torch.linalg.vector_norm(change[1]))


def dense_start(
    *, width: int, dimension: int, alpha: float, generator: torch.Generator
) -> DenseNetwork:
    """Draw a dense network.

    Args:
        width: m.
        dimension: d of an input.
        alpha: α, the radius of the disc in which the eigenvalues of the recurrence lie.
        generator: of the random numbers.
    """

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    coins = torch.randint(2, (width,), generator=generator, dtype=torch.float64)
    return DenseNetwork(alpha, normal(width, width), normal(width, dimension), 2 * coins - 1)


def ridge_error(
    kernel: Float[Tensor, "n n"],
    test_kernel: Float[Tensor, "k n"],
    labels: Float[Tensor, "n q"],
    test_labels: Float[Tensor, "k q"],
    *,
    ridge: float,
) -> Float[Tensor, " q"]:
    """Return the mean square error of kernel ridge regression over that of predicting 0.

    Args:
        kernel: between the sequences that are fitted.
        test_kernel: between other sequences and them.
        labels: of the sequences that are fitted, for q tasks.
        test_labels: of the others.
        ridge: over the mean eigenvalue of the kernel.
    """
    size = len(kernel)
    identity = torch.eye(size, dtype=kernel.dtype, device=kernel.device)
    shift = ridge * kernel.trace() / size * identity
    weights = torch.linalg.solve(kernel + shift, labels)
    wrong = (test_kernel @ weights - test_labels).square().mean(0)
    error: Tensor = wrong / test_labels.square().mean(0)
    return error
