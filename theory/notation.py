"""The one registry of symbols: every room's letters, with TeX, meaning and unit.

A symbol is a ``Quantity``: two of them are equal only if they are the same entry of the registry,
so that the τ of a law and the τ of gradient descent stay apart however they are mixed. Documents
take their letters from here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sympy import Symbol
from sympy.printing.latex import tex_greek_dictionary, translate

from longlag.theory.errors import LonglagError
from longlag.theory.typeset.author import letter
from longlag.theory.typeset.prose import lettered, renamed

_REGISTERED: dict[tuple[str, str, str], Quantity] = {}


class Quantity(Symbol):
    """A symbol of the registry: its room and its meaning keep it apart from its namesakes.

    Args:
        name: as SymPy prints it.
        room: the room whose letter it is.
        meaning: what it stands for, a few words with TeX between dollar signs.
        tex: its TeX; by default that of the name.
        unit: what it counts or is measured in; empty for a pure number.
        assumptions: SymPy's, such as ``positive=True``.
    """

    room: str
    meaning: str
    tex: str
    unit: str

    def __new__(
        cls, name: str, room: str, meaning: str, tex: str = "", unit: str = "", **assumptions: Any
    ) -> Quantity:
        """Make the symbol; ``SymbolTable.add`` registers it."""
        # Not through the cache of Symbol, which knows of the name and the assumptions alone.
        symbol = Symbol.__xnew__(cls, name, **assumptions)
        symbol.room, symbol.meaning, symbol.unit = room, meaning, unit
        symbol.tex = tex or _tex_of(name)
        return symbol

    def _hashable_content(self) -> tuple[Any, ...]:
        return (*super()._hashable_content(), self.room, self.meaning)

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        (name,), assumptions = super().__getnewargs_ex__()
        return (name, self.room, self.meaning, self.tex, self.unit), assumptions

    @classmethod
    def class_key(cls) -> tuple[Any, ...]:
        """Sort among ordinary symbols, by name."""
        return Symbol.class_key()

    def _latex(self, printer: Any) -> str:
        renamed = printer._settings.get("symbol_names") or {}
        return str(renamed.get(self) or letter(self.name, self.tex))


@dataclass(frozen=True)
class SymbolTable:
    """The letters of one room.

    Args:
        room: its name.

    >>> table = SymbolTable("doctest of notation")
    >>> share = table.add("a", "share of a unit", nonnegative=True)
    >>> share == Symbol("a", nonnegative=True), share.meaning
    (False, 'share of a unit')
    """

    room: str

    def add(
        self, name: str, meaning: str, *, tex: str = "", unit: str = "", **assumptions: Any
    ) -> Quantity:
        """Register a symbol and return it; the same letter with the same meaning is refused.

        Args:
            name: as SymPy prints it.
            meaning: what it stands for.
            tex: its TeX; by default that of the name.
            unit: what it counts or is measured in; empty for a pure number.
            assumptions: SymPy's.
        """
        key = self.room, name, meaning
        if key in _REGISTERED:
            raise LonglagError(
                f"symbol {name!r} of {self.room}",
                f"{meaning!r} is registered already",
                "use that symbol, or say what is different about this one",
            )
        _REGISTERED[key] = Quantity(name, self.room, meaning, tex, unit, **assumptions)
        return _REGISTERED[key]


def registered_symbols() -> Iterator[Quantity]:
    """Return every registered symbol of the rooms that are imported, in order of registration."""
    return iter(_REGISTERED.values())


def _tex_of(name: str) -> str:
    """The TeX of a name such as ``alpha_m`` or ``s_0``, by SymPy's rules; ``ell`` is ℓ."""
    letter, underscore, below = name.partition("_")
    head = r"\ell" if letter == "ell" else str(translate(letter))
    return head + (f"_{{{translate(below)}}}" if underscore else "")


_everywhere = SymbolTable("every room")

#: The lag ℓ: the number of one-step factors in a transport (lag 0 is the identity), and the
#: argument of a decay law. It is real, since a window is a supremum over real lags.
ell = _everywhere.add("ell", "lag", unit="steps", positive=True)
#: N: the number of independent sequences or samples.
samples = _everywhere.add("N", "number of independent samples", unit="samples", positive=True)


def lag_tex() -> str:
    """Return the letter of the lag."""
    return letter(ell.name, ell.tex)


def of_lag(name: str) -> str:
    r"""Return a function of the lag by its letter, such as f(ℓ).

    >>> of_lag("f")
    'f(\\ell)'
    """
    return f"{letter(name, name)}({lag_tex()})"


def horizon_letter() -> str:
    """Return the letter of a window, H_N."""
    return letter("H_N", "H_N")


_transport = SymbolTable("transport")
neurons = _transport.add("H", "number of neurons", unit="neurons", integer=True, positive=True)
learning_rate = _transport.add("eta", "global step size of the optimiser", positive=True)
local_norm = _transport.add(
    "d", r"$\max_j \|D_j\|_2$ over the steps of the transport", nonnegative=True
)
recurrent_norm = _transport.add(
    "r", r"$\max_j \|R_j\|_2$ over the steps of the transport", nonnegative=True
)
epsilon = _transport.add(
    "epsilon", r"expansion parameter in $J = D + \varepsilon R$", tex=r"\varepsilon", real=True
)

#: Layout and order, printed with every result.
CONVENTION = (
    r"$J[q,p] = \partial h_{t,q} / \partial h_{t-1,p}$; products have the newest factor on the "
    r"left; the lag $\ell$ counts factors; products of vectors are elementwise; "
    r"$d^{z}_{t}$ is the drive of the map $z$: its input and bias part."
)


@dataclass(frozen=True)
class Entry:
    """One line of the table that documents print: a symbol and what it stands for."""

    tex: str
    meaning: str

    @property
    def letters(self) -> tuple[str, ...]:
        """The letters of a line that explains several at once."""
        return tuple(self.tex.split(r",\ "))


@dataclass(frozen=True)
class Glossary:
    """What a document says about its symbols.

    Args:
        convention: layout and order, in words with TeX.
        notation: the table of symbols.
    """

    convention: str
    notation: tuple[Entry, ...]


NOTATION: tuple[Entry, ...] = (
    Entry(r"J_t", r"one-step Jacobian, $J_t = D_t + R_t$"),
    Entry(r"D_t", "local part: a neuron reaches itself without crossing a recurrent weight"),
    Entry(r"R_t", "recurrent part: crosses at least one recurrent weight"),
    Entry(r"A_t", r"the Jacobian with the gates held fixed, $J_t = A_t + G_t$"),
    Entry(r"G_t", "what the derivatives of the gates add"),
    Entry(r"M_{t,\ell}", r"transport, $J_t J_{t-1} \cdots J_{t-\ell+1}$"),
    Entry(r"\mu^{(q)}_{t,\ell}", r"effective learning rate of neuron $q$ at lag $\ell$"),
    Entry(r"\eta", "global step size"),
    Entry(r"d,\ r", r"$\max_j \|D_j\|_2$ and $\max_j \|R_j\|_2$ over the steps of the transport"),
)


def in_letters(glossary: Glossary) -> Glossary:
    """Return a glossary in the author's letters."""
    lines = (Entry(renamed(line.tex), lettered(line.meaning)) for line in glossary.notation)
    return Glossary(lettered(glossary.convention), tuple(lines))


#: Of documents about the transport through a cell.
TRANSPORT = Glossary(CONVENTION, NOTATION)

#: Of documents about sample sizes and learnability windows.
WINDOW = Glossary(
    r"A lag is learnable with $N$ sequences when $A f(\ell)^{-\kappa} \le N$; the window is a "
    r"supremum over real lags.",
    (
        Entry(r"f(\ell)", r"envelope: what is still known after $\ell$ steps"),
        Entry(r"N(\ell)", r"sequences needed to learn lag $\ell$"),
        Entry("A", "sequences needed where the envelope is 1"),
        Entry(r"\kappa", "concentration exponent of an estimator under the noise"),
        Entry(r"\varphi", r"threshold $(A/N)^{1/\kappa}$ of the envelope"),
        Entry("H_N", r"learnability window, $\sup\{\ell : N(\ell) \le N\}$"),
        Entry(r"\alpha,\ \sigma", "tail index and scale of the stable noise"),
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

    >>> tex_parts("z"), tex_parts("alpha"), tex_parts("n_gain")
    (('z', ''), ('\\alpha', ''), ('\\gamma', 'n'))
    >>> tex_parts("p_f"), tex_parts("tau_m"), tex_parts("slow_z")
    (('p_{f}', ''), ('\\tau_{m}', ''), ('\\mathrm{slow}_{z}', ''))
    """
    stem, _, suffix = name.rpartition("_")
    if stem and suffix in SUFFIX_TEX:
        return SUFFIX_TEX[suffix], tex_name(stem)
    lettered = re.fullmatch(r"([A-Za-z])_?(\d+)", name)
    if lettered:
        return f"{lettered.group(1)}_{{{lettered.group(2)}}}", ""
    head, *indices = name.split("_")
    if indices and all(indices) and head.isalpha():
        return f"{_word(head)}_{{{','.join(map(_word, indices))}}}", ""
    return _word(name), ""


def _word(name: str) -> str:
    """A letter or a number as it is, a Greek name as its letter, anything longer in roman type."""
    if (len(name) == 1 and name.isalnum()) or name.isdigit():
        return name
    if name in tex_greek_dictionary or translate(name) == "\\" + name:
        return str(translate(name))
    return r"\mathrm{" + name.replace("_", r"\_") + "}"


def tex_name(name: str) -> str:
    r"""Return the TeX of a user's identifier as one piece.

    >>> tex_name("n_gain")
    '\\gamma^{n}'
    """
    letter, above = tex_parts(name)
    return letter + (f"^{{{above}}}" if above else "")
