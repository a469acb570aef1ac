"""The one table of symbols and their TeX: every document takes its letters from here."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sympy import Symbol
from sympy.printing.latex import tex_greek_dictionary, translate

#: The lag ℓ: the number of one-step factors in a transport. Lag 0 is the identity.
lag = Symbol("ell", integer=True, nonnegative=True)
#: The number of neurons.
neurons = Symbol("H", integer=True, positive=True)
#: The global step size of the optimiser.
learning_rate = Symbol("eta", positive=True)
#: max ‖D‖₂ over the steps of a transport.
local_norm = Symbol("d", nonnegative=True)
#: max ‖R‖₂ over the steps of a transport.
recurrent_norm = Symbol("r", nonnegative=True)
#: The expansion parameter in J = D + εR.
epsilon = Symbol("epsilon", real=True)

TEX: dict[Symbol, str] = {
    lag: r"\ell",
    neurons: "H",
    learning_rate: r"\eta",
    local_norm: "d",
    recurrent_norm: "r",
    epsilon: r"\varepsilon",
}

#: Layout and order, printed with every result.
CONVENTION = (
    r"$J[q,p] = \partial h_{t,q} / \partial h_{t-1,p}$; products have the newest factor on the "
    r"left; the lag $\ell$ counts factors; products of vectors are elementwise; "
    r"$d^{z}_{t}$ is the drive of the map $z$: its input and bias part."
)


@dataclass(frozen=True)
class Notation:
    """One line of the table that documents print: a symbol and what it stands for."""

    tex: str
    meaning: str


@dataclass(frozen=True)
class Glossary:
    """What a document says about its symbols.

    Args:
        convention: layout and order, in words with TeX.
        notation: the table of symbols.
    """

    convention: str
    notation: tuple[Notation, ...]


NOTATION: tuple[Notation, ...] = (
    Notation(r"J_t", r"one-step Jacobian, $J_t = D_t + R_t$"),
    Notation(r"D_t", "local part: a neuron reaches itself without crossing a recurrent weight"),
    Notation(r"R_t", "recurrent part: crosses at least one recurrent weight"),
    Notation(r"M_{t,\ell}", r"transport, $J_t J_{t-1} \cdots J_{t-\ell+1}$"),
    Notation(r"\mu^{(q)}_{t,\ell}", r"effective learning rate of neuron $q$ at lag $\ell$"),
    Notation(r"\eta", "global step size"),
    Notation(
        r"d,\ r", r"$\max_j \|D_j\|_2$ and $\max_j \|R_j\|_2$ over the steps of the transport"
    ),
)


#: Of documents about the transport through a cell.
TRANSPORT = Glossary(CONVENTION, NOTATION)

#: Of documents about sample sizes and learnability windows.
WINDOW = Glossary(
    r"A lag is learnable with $N$ sequences when $A f(\ell)^{-\kappa} \le N$; the window is a "
    r"supremum over real lags.",
    (
        Notation(r"f(\ell)", r"envelope: what is still known after $\ell$ steps"),
        Notation(r"N(\ell)", r"sequences needed to learn lag $\ell$"),
        Notation("A", "sequences needed where the envelope is 1"),
        Notation(r"\kappa", "concentration exponent of an estimator under the noise"),
        Notation(r"\varphi", r"threshold $(A/N)^{1/\kappa}$ of the envelope"),
        Notation("H_N", r"learnability window, $\sup\{\ell : N(\ell) \le N\}$"),
        Notation(r"\alpha,\ \sigma", "tail index and scale of the stable noise"),
    ),
)


#: What ``layer_norm`` adds to a name, and the letter that stands for it.
SUFFIX_TEX: dict[str, str] = {"mean": "m", "variance": "v", "gain": r"\gamma", "bias": r"\beta"}


def tex_parts(name: str) -> tuple[str, str]:
    r"""Return the TeX letter of a user's identifier and what stands above it.

    Args:
        name: an ASCII identifier such as ``z``, ``alpha`` or ``n_gain``.

    Returns:
        One letter as it is, a Greek name as its letter, anything longer in roman type.

    >>> tex_parts("z"), tex_parts("alpha"), tex_parts("n_gain"), tex_parts("slow_z")
    (('z', ''), ('\\alpha', ''), ('\\gamma', 'n'), ('\\mathrm{slow\\_z}', ''))
    """
    stem, _, suffix = name.rpartition("_")
    if stem and suffix in SUFFIX_TEX:
        return SUFFIX_TEX[suffix], tex_name(stem)
    if len(name) == 1 and name.isalpha():
        return name, ""
    if name in tex_greek_dictionary or translate(name) == "\\" + name:
        return str(translate(name)), ""
    lettered = re.fullmatch(r"([A-Za-z])_?(\d+)", name)
    if lettered:
        return f"{lettered.group(1)}_{{{lettered.group(2)}}}", ""
    return r"\mathrm{" + name.replace("_", r"\_") + "}", ""


def tex_name(name: str) -> str:
    r"""Return the TeX of a user's identifier as one piece.

    >>> tex_name("n_gain")
    '\\gamma^{n}'
    """
    letter, above = tex_parts(name)
    return letter + (f"^{{{above}}}" if above else "")
