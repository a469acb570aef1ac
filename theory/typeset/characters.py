"""Unicode in TeX: pdfLaTeX sets ASCII and accented letters; other characters are spelt out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from longlag.theory.errors import LonglagError

#: Each character and the command that TeX has for it.
_COMMANDS = """
α alpha  β beta  γ gamma  δ delta  ε varepsilon  ζ zeta  η eta  θ theta  ι iota  κ kappa
λ lambda  μ mu  ν nu  ξ xi  π pi  ρ rho  σ sigma  τ tau  υ upsilon  φ varphi  χ chi  ψ psi
ω omega  ϵ epsilon  ϑ vartheta  ϕ phi  ϱ varrho  ς varsigma  Γ Gamma  Δ Delta  Θ Theta
Λ Lambda  Ξ Xi  Π Pi  Σ Sigma  Υ Upsilon  Φ Phi  Ψ Psi  Ω Omega
× times  ÷ div  ± pm  ∓ mp  · cdot  ⋅ cdot  ∘ circ  ∗ ast  ≤ le  ≥ ge  ≠ ne  ≈ approx  ∼ sim
≃ simeq  ≅ cong  ≡ equiv  ≍ asymp  ≪ ll  ≫ gg  ≲ lesssim  ≳ gtrsim  ∝ propto  ∈ in  ∉ notin
⊂ subset  ⊆ subseteq  ∪ cup  ∩ cap  ∅ emptyset  ∀ forall  ∃ exists  ∧ wedge  ∨ vee  ⊤ top
⊥ bot  ⊗ otimes  ⊕ oplus  ⊙ odot  → to  ← leftarrow  ↔ leftrightarrow  ⇒ Rightarrow
⇐ Leftarrow  ⇔ Leftrightarrow  ↦ mapsto  ↑ uparrow  ↓ downarrow  ∞ infty  ∂ partial  ∇ nabla
∑ sum  ∏ prod  ∫ int  √ surd  ⋯ cdots  ⋮ vdots  ‖ Vert  ∥ parallel  ∣ mid  ⟨ langle  ⟩ rangle
⌈ lceil  ⌉ rceil  ⌊ lfloor  ⌋ rfloor  ℓ ell  ℏ hbar  ℜ Re  ℑ Im  ¬ neg  □ square  ✓ checkmark
""".strip()
_NAMES = dict(pair.split() for pair in re.split(r"\s\s+|\n", _COMMANDS))
#: Characters with one spelling in mathematics.
_MATH = {char: "\\" + name for char, name in _NAMES.items()}
_MATH |= {"−": "-", "′": "'", "″": "''", "µ": r"\mu", "⁄": "/", "∕": "/"}
#: Characters with the same spelling in mathematics and in words.
_ANYWHERE = {"\u2009": r"\,", "\u202f": r"\,", "\u2006": r"\,", "\u200b": "", "\u2011": "-"}

_ACCENTS = {
    "\u0302": "hat",
    "\u0303": "tilde",
    "\u0304": "bar",
    "\u0305": "bar",
    "\u0307": "dot",
    "\u0308": "ddot",
    "\u20d7": "vec",
}
#: How Unicode names its mathematical alphabets, the longer names first.
_ALPHABETS = {
    "BOLD ITALIC": "boldsymbol",
    "DOUBLE-STRUCK": "mathbb",
    "SANS-SERIF": "mathsf",
    "MONOSPACE": "mathtt",
    "BLACK-LETTER": "mathfrak",
    "FRAKTUR": "mathfrak",
    "SCRIPT": "mathcal",
    "BOLD": "mathbf",
}


def characters_of_commands() -> dict[str, str]:
    """Return the character of each command of TeX that has one, such as alpha ↦ α."""
    return {name: char for char, name in _NAMES.items()}


def _decomposed_as(tag: str) -> str:
    """All characters below U+2D00 that Unicode explains as another one, raised or lowered."""
    return "".join(
        chr(code)
        for code in range(0x80, 0x2D00)
        if unicodedata.decomposition(chr(code)).startswith(tag)
    )


# Neighbouring indices form one group: x₁₂ is x_{12}, and x_1_2 is no TeX.
_TOKEN = re.compile(
    rf"(?P<accented>\w[{''.join(_ACCENTS)}])|(?P<lower>[{_decomposed_as('<sub>')}]+)"
    rf"|(?P<upper>[{_decomposed_as('<super>')}]+)|(?P<other>[^\x00-\x7f])"
)
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_\allowbreak{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
}
#: The special characters as mathematics has them, which notebooks do not read within \\text.
_SPECIAL_IN_MATH = {char: rf"\{char}" for char in "{}$&#%_"}
_SPECIAL_IN_MATH |= {"\\": r"\backslash", "^": r"{}^\wedge", "~": r"\sim"}
_TEXT_IN_MATH = re.compile(r"(\\(?:text|textrm|textit|textbf|mbox)\{[^{}]*\})")

#: Accented letters that the T1 encoding lacks.
_NOT_IN_T1 = frozenset("ĦħĸĿŀŉŦŧſ")
_PUNCTUATION = frozenset("–—‘’‚“”„…\u00a0§¶©®°†‡•«»¿¡€£™")


def math_tex(tex: str) -> str:
    r"""Spell the Unicode in a formula as TeX; characters without a spelling stay.

    Mathematics within ``\text`` is taken out of it: dollar signs would end the formula in Markdown.

    >>> print(math_tex("α₁₂ ≤ ‖x̂‖²"))
    \alpha _{12} \le  \Vert \hat{x}\Vert ^{2}
    >>> print(math_tex(r"x \text{for every $x$ and α}"))
    x \text{for every }x\text{ and }\alpha
    """
    return "".join(
        _text_tex(part) if position % 2 else _spelt(part, _command)
        for position, part in enumerate(_TEXT_IN_MATH.split(tex))
    )


def words_tex(words: str) -> str:
    r"""Escape words for TeX and spell their Unicode.

    >>> words_tex("50 % of my_cell, κ ≥ 1")
    '50 \\% of my\\_\\allowbreak{}cell, \\ensuremath{\\kappa} \\ensuremath{\\ge} 1'
    """
    escaped = "".join(_SPECIAL.get(char, char) for char in words)
    return _spelt(escaped, lambda command: rf"\ensuremath{{{command}}}")


def text_tex(words: str) -> str:
    r"""Return words as they stand in a formula; what is special stands beside its ``\text``.

    Args:
        words: with TeX between dollar signs; an odd number of these are dollars.

    >>> print(text_tex("50 % of my_cell, κ ≥ 1"))
    \text{50 }\%\text{ of my}\_\text{cell, }\kappa \text{ }\ge \text{ 1}
    """
    bare = words.replace("$", "\0") if words.count("$") % 2 else words
    spelt = _spelt(bare, lambda command: f"${command}$")
    pieces = re.split(r"\$([^$]*)\$", spelt)
    return "".join(
        _command(piece) if position % 2 else _plain_text(piece.replace("\0", "$"))
        for position, piece in enumerate(pieces)
    )


def _plain_text(words: str) -> str:
    special = re.escape("".join(_SPECIAL_IN_MATH))
    return "".join(
        _command(_SPECIAL_IN_MATH[piece]) if piece in _SPECIAL_IN_MATH else rf"\text{{{piece}}}"
        for piece in re.split(f"([{special}])", words.replace('"', "''").replace("`", "'"))
        if piece
    )


def refuse_unknown(tex: str) -> str:
    """Return TeX as it is, or raise LonglagError for a character that pdfLaTeX cannot set."""
    for char in tex:
        if ord(char) > 127 and not _is_known(char):
            raise LonglagError(
                f"character {char!r} (U+{ord(char):04X}, {unicodedata.name(char, 'without name')})",
                "LaTeX documents are set in ASCII, accented Latin letters and mathematics",
                "write it as TeX between dollar signs, or choose the format html",
            )
    return tex


def _is_known(char: str) -> bool:
    is_latin = 0xC0 <= ord(char) <= 0x17F and char.isalpha()
    return (is_latin and char not in _NOT_IN_T1) or char in _PUNCTUATION


def _text_tex(part: str) -> str:
    """Take the mathematics out of one ``\\text{…}``."""
    opening, inner = part[: part.index("{") + 1], part[part.index("{") + 1 : -1]
    pieces = re.split(r"\$([^$]*)\$", _spelt(inner, lambda command: f"${command}$"))
    return "".join(
        _spelt(piece, _command) if position % 2 else f"{opening}{piece}}}"
        for position, piece in enumerate(pieces)
        if piece
    )


def _command(command: str) -> str:
    return command + " " * command[-1:].isalpha()


def _spelt(text: str, wrap: Callable[[str], str]) -> str:
    """Replace every character that has a spelling; ``wrap`` makes it fit its surroundings."""

    def spelling(match: re.Match[str]) -> str:
        found = match.group()
        if match["accented"]:
            return wrap(rf"\{_ACCENTS[found[1]]}{{{_math_character(found[0]) or found[0]}}}")
        for group, mark in (("lower", "_"), ("upper", "^")):
            if match[group]:
                inner = "".join(_base(char) for char in found)
                return wrap(f"{mark}{{{inner}}}")
        if found in _ANYWHERE:
            return _ANYWHERE[found]
        command = _math_character(found)
        return found if command is None else wrap(command)

    return _TOKEN.sub(spelling, unicodedata.normalize("NFC", text))


def _base(char: str) -> str:
    base = unicodedata.normalize("NFKC", char)
    return "".join(_math_character(letter) or letter for letter in base)


def _math_character(char: str) -> str | None:
    if char in _MATH:
        return _MATH[char]
    tag, *codes = unicodedata.decomposition(char).split() or [""]
    if tag == "<font>":
        letter = chr(int(codes[0], 16))
        letter = _MATH.get(letter, letter)
        name = unicodedata.name(char)
        command = next((tex for key, tex in _ALPHABETS.items() if key in name), None)
        return rf"\{command}{{{letter}}}" if command else letter
    if codes and not _is_known(char) and chr(int(codes[-1], 16)) in _ACCENTS:
        return rf"\{_ACCENTS[chr(int(codes[-1], 16))]}{{{chr(int(tag, 16))}}}"
    if tag == "<fraction>":
        above, below = unicodedata.normalize("NFKC", char).split("⁄")
        return rf"\tfrac{{{above}}}{{{below}}}"
    return None
