r"""The author's notation: what a paper calls its symbols, and how it writes products and time.

A ``Notation`` is given to one ``.latex()``, or set for a session; every printer asks ``current``.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, replace
from types import TracebackType
from typing import Any

from longlag.theory.errors import LonglagError
from longlag.theory.typeset.tokens import Role, tokens

#: Signs of elementwise products; nothing for factors side by side.
PRODUCTS = ("", r"\odot", r"\circ", r"\ast", r"\cdot", r"\times")
_PRODUCT_WORDS = {"juxtaposition": "", "⊙": r"\odot", "∘": r"\circ", "·": r"\cdot"}
TIMES = ("subscript", "argument")
#: What a letter may not hold: it would end the formula, or a line, or begin a comment.
_FORBIDDEN = ("$", "&", r"\\", "%", "#", "~", "\n", r"\begin", r"\end", r"\input", r"\def")
#: Widths in centimetres between which a line can be broken.
_NARROWEST, _WIDEST = 2.0, 100.0


@dataclass(frozen=True)
class Notation:
    r"""How an author writes: names of symbols, products, vectors, time, transposes, line widths.

    Args:
        names: name of a symbol ↦ its TeX. A state, gate, parameter or letter of a law bears the
            name it was made with; weights are ``W_z``, rows ``u_z``, drives ``d_z``; what is
            derived is ``J``, ``D``, ``R``, ``V``, ``M``, ``mu``, ``f``, ``H_N``; the time is ``t``.
        product: the sign of an elementwise product, ``\odot`` or ``\circ`` say; "" for none.
        bold: whether vectors and matrices are bold; a name that is given stays as it is given.
        time: where the time stands, "subscript" or "argument".
        transpose: the mark of a transpose.
        inline: whether the new value of a state is written out where another state uses it, or
            named, as c_t in an LSTM.
        width: lines are broken at this width, in cm of 10 pt type; None for no breaks.

    Raises:
        LonglagError: TeX that would not compile, an unknown product, place of the time or width.

    >>> from longlag.theory import CELLS, Notation
    >>> notation = Notation({"h": r"\mathbf{s}", "n": "c"}, product=r"\odot")
    >>> print(CELLS["diag_gate"].latex(notation).splitlines()[-2])
    \mathbf{s}_{t} &= \mathbf{s}_{t-1} \odot \left(1 - z_{t}\right) + c_{t} \odot z_{t}
    """

    names: Mapping[str, str] = field(default_factory=dict)
    product: str = ""
    bold: bool = False
    time: str = "subscript"
    transpose: str = r"\top"
    inline: bool = True
    width: float | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.names, Mapping):
            raise LonglagError(
                f"names {self.names!r}",
                "they map the name of a symbol to its TeX",
                r'give a dictionary such as {"h": r"\mathbf{s}"}',
            )
        names = {str(getattr(key, "name", key)): tex for key, tex in self.names.items()}
        for name, tex in names.items():
            check_tex(f"TeX of {name!r}", tex)
        object.__setattr__(self, "names", names)
        product = _PRODUCT_WORDS.get(self.product, self.product)
        object.__setattr__(self, "product", _one_of("product", product, PRODUCTS))
        object.__setattr__(self, "time", _one_of("time", self.time, TIMES))
        check_tex("transpose", self.transpose)
        for name in ("bold", "inline"):
            _one_of(name, getattr(self, name), (True, False))
        if self.width is not None:
            object.__setattr__(self, "width", check_width(self.width))

    @classmethod
    def of(cls, settings: Mapping[str, Any], owner: str = "notation") -> Notation:
        r"""Return the notation that a table says, as one of a TOML file.

        Args:
            settings: the arguments of a notation by name.
            owner: whose they are, for messages.

        Raises:
            LonglagError: a setting that there is none of, or one that cannot be.

        >>> Notation.of({"names": {"h": "s"}, "bold": True}).names
        {'h': 's'}
        """
        known = [each.name for each in fields(cls)]
        for key in settings:
            if key not in known:
                close = difflib.get_close_matches(str(key), known, n=1)
                hint = f"did you mean {close[0]!r}?" if close else "put symbols under [names]"
                raise LonglagError(
                    f"setting {key!r} of {owner}", f"a notation has {', '.join(known)}", hint
                )
        return cls(**settings)

    def changed(
        self,
        names: Mapping[Any, str] | None = None,
        product: str | None = None,
        width: float | None = None,
    ) -> Notation:
        """Return the same notation with more names, or another product or width."""
        changes: dict[str, Any] = {"names": {**self.names, **names}} if names else {}
        changes |= {} if product is None else {"product": product}
        changes |= {} if width is None else {"width": width}
        return replace(self, **changes) if changes else self

    def __enter__(self) -> Notation:
        _ACTIVE.set((*_ACTIVE.get(), self))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _ACTIVE.set(_ACTIVE.get()[:-1])


def current() -> Notation:
    """Return the notation in which everything is printed now."""
    return _ACTIVE.get()[-1]


def set_notation(notation: Notation | None) -> None:
    """Set the notation of the session, outside of any ``with``.

    Args:
        notation: how its author writes; None for that of longlag.

    >>> set_notation(Notation(bold=True)); current().bold
    True
    >>> set_notation(None); current().bold
    False
    """
    _ACTIVE.set((notation or Notation(), *_ACTIVE.get()[1:]))


@contextmanager
def met_names() -> Iterator[set[str]]:
    """Give the set of names that are printed inside."""
    met: set[str] = set()
    token = _MET.set(met)
    try:
        yield met
    finally:
        _MET.reset(token)
        outer = _MET.get()
        if outer is not None:
            outer |= met


def letter(name: str, default: str) -> str:
    """Return the TeX of a symbol: the author's, or what it is by default.

    Args:
        name: as the symbol was made.
        default: its TeX where the author has none.
    """
    met = _MET.get()
    if met is not None:
        met.add(name)
    tex = current().names.get(name)
    return default if tex is None else _held_together(tex)


def is_named(name: str) -> bool:
    """Whether the author has a name for a symbol."""
    return name in current().names


def at_time(symbol: str, step: str, above: str = "") -> str:
    r"""Return a letter at a time, below it or in brackets behind it.

    Args:
        symbol: the letter.
        step: the time, such as ``t-1``; "" for what has none.
        above: what stands above it.

    >>> at_time("h", "t-1", "q"), at_time("y_{2}", "t")
    ('h^{q}_{t-1}', '{y_{2}}_{t}')
    >>> from longlag.theory.typeset.author import Notation, at_time
    >>> with Notation(time="argument"):
    ...     at_time("h", "t-1", "q")
    'h^{q}(t-1)'
    """
    upper = f"^{{{above}}}" if above else ""
    if not step:
        return symbol + upper
    if current().time == "argument":
        return f"{symbol}{upper}({step})"
    # Braces keep a letter that has an index of its own, such as y_2, apart from the step.
    held = f"{{{symbol}}}" if "_{" in symbol and not symbol.startswith("{") else symbol
    return f"{held}{upper}_{{{step}}}"


def at_now(symbol: str) -> str:
    r"""Return a letter, with what stands above it, at the time t.

    >>> at_now("D^{(q)}")
    'D^{(q)}_t'
    """
    now = clock()
    if current().time == "argument":
        return f"{symbol}({now})"
    return f"{symbol}_{now}" if len(now) == 1 else f"{symbol}_{{{now}}}"


def clock() -> str:
    """Return the letter of the time."""
    return letter("t", "t")


def emboldened(tex: str) -> str:
    r"""Return a letter in bold where vectors and matrices are bold.

    >>> from longlag.theory.typeset.author import Notation, emboldened
    >>> with Notation(bold=True):
    ...     emboldened("h"), emboldened(r"\alpha")
    ('\\mathbf{h}', '\\boldsymbol{\\alpha}')
    """
    if not current().bold:
        return tex
    if len(tex) == 1 and tex.isascii():
        return rf"\mathbf{{{tex}}}"
    return rf"\boldsymbol{{{tex}}}"


def transposed(tex: str) -> str:
    """Return a row or a matrix with the mark of its transpose."""
    return f"{tex}^{{{current().transpose}}}"


def check_tex(owner: str, tex: object) -> str:
    """Return TeX that can stand for a letter; what would break a formula raises LonglagError.

    >>> check_tex("TeX of 'h'", "{s")
    Traceback (most recent call last):
    longlag.theory.errors.LonglagError: TeX of 'h' is '{s': its brackets do not close; write such \
as \\mathbf{s}
    """
    remedy = r"write such as \mathbf{s}"
    what = f"{owner} is {tex!r}"
    if not isinstance(tex, str) or not tex.strip():
        raise LonglagError(what, "it is a letter or a few, as TeX", remedy)
    for part in _FORBIDDEN:
        if part in tex:
            raise LonglagError(what, f"it holds {part!r}, which ends a formula", remedy)
    opened: list[str] = []
    for token in tokens(tex):
        if token.role is Role.OPEN:
            opened.append(token.text)
        elif token.role is Role.CLOSE and (not opened or not _closes(opened.pop(), token.text)):
            raise LonglagError(what, "its brackets do not close", remedy)
    if opened:
        raise LonglagError(what, "its brackets do not close", remedy)
    bare = "".join(token.text for token in tokens(tex) if not token.depth)
    if bare.endswith(("^", "_", "\\")) or "__" in bare or "^^" in bare:
        raise LonglagError(what, "an index is missing", remedy)
    for mark in "_^":
        if bare.count(mark) > 1:
            raise LonglagError(what, "it has two indices in one place", "put them in one {…}")
    return tex


def check_width(width: object) -> float:
    """Return a width in cm; anything that no column has raises LonglagError."""
    if not isinstance(width, (int, float)) or isinstance(width, bool) or not math.isfinite(width):
        raise LonglagError(
            f"width {width!r}", "it is the width of a column in cm", "give a number such as 8.5"
        )
    if not _NARROWEST <= width <= _WIDEST:
        raise LonglagError(
            f"width {width:g} cm",
            f"a column is {_NARROWEST:g} to {_WIDEST:g} cm wide",
            "give a number such as 8.5",
        )
    return float(width)


def _one_of(name: str, value: Any, known: tuple[Any, ...]) -> Any:
    if not any(value is each or (value == each and isinstance(value, str)) for each in known):
        told = ", ".join(repr(each) for each in known)
        raise LonglagError(f"{name} {value!r}", "a notation does not have it", f"choose of {told}")
    return value


def _closes(opening: str, closing: str) -> bool:
    pairs = {"{": "}", "(": ")", "[": "]", r"\{": r"\}"}
    if opening.startswith(r"\left") or closing.startswith(r"\right"):
        return opening.startswith(r"\left") and closing.startswith(r"\right")
    return pairs.get(opening, closing) == closing


def _held_together(tex: str) -> str:
    """TeX in braces where an index of its own would meet one that is added."""
    marks = {token.text for token in tokens(tex) if not token.depth}
    return f"{{{tex}}}" if marks & {"^", "_", "'"} else tex


_ACTIVE: ContextVar[tuple[Notation, ...]] = ContextVar("notation", default=(Notation(),))
#: The names that printers asked for, while somebody listens.
_MET: ContextVar[set[str] | None] = ContextVar("names that were met", default=None)
