r"""LaTeX → MathML that browsers set well: latex2mathml, with rewrites before and repairs after.

Possible issues: browsers know MathML Core, which has fewer attributes than the MathML that
latex2mathml writes. The repairs say what would go wrong without them; a command that nothing here
knows is an error, never a blank.
"""

from __future__ import annotations

import html
import itertools
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from xml.etree.ElementTree import Element, fromstring, tostring

from latex2mathml.converter import convert_to_element
from latex2mathml.symbols_parser import convert_symbol

from longlag.theory.errors import LonglagError

Replacement = str | Callable[[re.Match[str]], str]


def _operator_name(match: re.Match[str]) -> str:
    """Join the words of ``arg\\,max`` by a space that survives."""
    name = re.sub(r"\\[,;: ]|[ ]", "\xa0", match.group(1))
    return rf"\operatorname{{{name}}}"


#: What latex2mathml reads wrongly, and how the same is said so that it reads it right.
REWRITES: tuple[tuple[str, Replacement], ...] = (
    # `aligned` is unknown to it (its & come out as letters); `split` is the same and is known.
    (r"\\(begin|end)\{(?:aligned|align\*?)\}", r"\\\1{split}"),
    # A single roman letter would come out italic.
    (r"\\mathrm\{\s*(\w)\s*\}", r"{\\rm \1}"),
    # The star would be printed, and a space within be lost; which operators take limits is
    # decided below.
    (r"\\operatorname\s*\*?\{([^{}]*)\}", _operator_name),
)

#: Operators whose limits stand below them in a display.
_LIMIT_OPERATORS = frozenset(
    ("lim", "max", "min", "sup", "inf", "arg max", "arg min", "lim sup", "lim inf", "Pr", "det")
) | frozenset("∑∏∐⋃⋂⨁⨂")
#: Capital Greek letters, which TeX sets upright and a browser slants.
_UPRIGHT = frozenset("ΓΔΘΛΞΠΣΥΦΨΩ")
#: Letters that come out as operators, with space around them.
_LETTERS = frozenset("∞∂∇∅")
#: Relations and fences that come out as letters, without the space around them.
_OPERATORS = {"~": "∼", ":": ":"} | {sign: sign for sign in "⌈⌉⌊⌋⟸⟹⟺"}
_DELIMITERS = {r"\|": "‖", r"\{": "{", r"\}": "}"}
#: Bars open and close with the same character: a browser takes them for infix operators.
_BARS = frozenset("|‖∥")
_PAIRS = {"(": ")", "[": "]", "{": "}", "⟨": "⟩", "⌈": "⌉", "⌊": "⌋", "|": "|", "‖": "‖"}
_CLOSING = frozenset(_PAIRS.values()) - _BARS
#: What makes a fence grow: elements and operators.
_BIG = frozenset("∫∬∮∑∏⋃⋂")
_TALL = frozenset(("mfrac", "munder", "munderover", "mtable", "msqrt", "mroot"))
_ALPHABETS = {
    "bold": "BOLD",
    "bold-italic": "BOLD ITALIC",
    "double-struck": "DOUBLE-STRUCK",
    "script": "SCRIPT",
    "fraktur": "FRAKTUR",
    "sans-serif": "SANS-SERIF",
    "monospace": "MONOSPACE",
}
_SIGNS = frozenset("+−±∓")
_SCRIPTS = frozenset(("msub", "msup", "msubsup", "munder", "mover", "munderover"))
#: A fraction without its denominator is read without complaint and drawn as nothing.
_ARGUMENTS = {tag: 3 if tag in ("msubsup", "munderover") else 2 for tag in ("mfrac", *_SCRIPTS)}
_THIN = "0.167em"


@lru_cache(maxsize=4096)
def mathml(tex: str, *, display: bool = False) -> str:
    r"""Return a formula as MathML.

    Args:
        tex: LaTeX mathematics without dollar signs, with ``aligned`` for several lines.
        display: as a display rather than within a line.

    Returns:
        One ``<math>`` element, well-formed, as it stands in a page of HTML.

    Raises:
        LonglagError: for a command that has no MathML here.

    >>> mathml("d^2").partition(">")[2]
    '<mrow><msup><mi>d</mi><mn>2</mn></msup></mrow></math>'
    """
    # Within a line its parentheses around a binomial would keep the height of a display.
    rewritten = tex if display else tex.replace(r"\binom", r"\tbinom")
    for pattern, replacement in REWRITES:
        rewritten = re.sub(pattern, replacement, rewritten)
    try:
        root = convert_to_element(rewritten, display="block" if display else "inline")
    except Exception as error:  # its own errors share no base class
        reason = str(error) or type(error).__name__
        raise LonglagError(
            f"TeX {_excerpt(tex)!r}",
            f"it has to be well-formed LaTeX mathematics ({reason})",
            "balance its braces, \\left and \\right",
        ) from error
    for node in root.iter():
        _repair_text(node, tex)
    for repair in _REPAIRS:
        repair(root)
    _drop_what_says_nothing(root)
    # For readers aloud, for who copies it, and for browsers without MathML.
    root.set("alttext", tex)
    return tostring(root, encoding="unicode")


def _drop_what_says_nothing(root: Element) -> None:
    """Take out what is so anyway in a page, or is no part of MathML Core: a tenth of its bytes."""
    root.attrib.pop("xmlns", None)
    if root.get("display") == "inline":
        del root.attrib["display"]
    for node in root.iter():
        node.attrib.pop("fence", None)


def plain_text(tex: str) -> str:
    r"""Return a formula as bare characters, for a place that takes no mathematics.

    >>> plain_text(r"\alpha_{t}")
    'αt'
    """
    return "".join(fromstring(mathml(tex)).itertext())


def _repair_text(node: Element, tex: str) -> None:
    """Turn what one element says into characters that a browser draws."""
    text = html.unescape(node.text or "")
    if text.startswith("\\"):
        code = convert_symbol(text)
        text = _DELIMITERS.get(text) or (chr(int(code, 16)) if code else text)
    text = text.replace("\xa0", " ") if node.tag == "mo" else text
    complete = len(node) == _ARGUMENTS.get(node.tag, len(node))
    if "\\" in text or text == "&" or node.get("linebreak") or not complete:
        raise LonglagError(
            f"TeX {text or node.tag!r} in {_excerpt(tex)!r}",
            "it has no MathML",
            "say it with other commands, or choose the format tex or pdf",
        )
    variant = node.get("mathvariant", "")
    if variant in _ALPHABETS:
        # MathML Core has dropped mathvariant: the letter itself has to be the bold one.
        text = "".join(_in_alphabet(char, _ALPHABETS[variant]) for char in text)
        del node.attrib["mathvariant"]
    if node.tag == "mi" and text in _OPERATORS:
        node.tag, text = "mo", _OPERATORS[text]
    if node.tag == "mi" and len(text) > 1 and text.isascii() and text.isalpha():
        node.tag = "mo"  # the name of a function, which keeps its distance
    if node.tag == "mo" and text in _LETTERS:
        node.tag = "mi"
    if node.tag == "mo" and (text in _BARS or text == "/" or not text):
        node.attrib.update(lspace="0", rspace="0")
    if node.get("width", "").startswith("negative"):
        node.set("width", f"-{_THIN}")
    node.text = text or None


def _in_alphabet(char: str, alphabet: str) -> str:
    name = re.sub(r"^(LATIN|GREEK) | LETTER\b", "", unicodedata.name(char, ""))
    try:
        return unicodedata.lookup(f"MATHEMATICAL {alphabet} {name}")
    except KeyError:
        return char


def _is_roman(node: Element) -> bool:
    return node.tag == "mi" and node.get("mathvariant") == "normal"


def _merge_roman(parent: Element) -> None:
    """Make one identifier of neighbouring roman letters: they are one word; set Γ upright."""
    for child in list(parent):
        _merge_roman(child)
    before: Element | None = None
    for child in list(parent) if parent.tag in ("mrow", "mtd", "math") else ():
        if before is not None and _is_roman(before) and _is_roman(child):
            before.text = (before.text or "") + (child.text or "")
            parent.remove(child)
        else:
            before = child
    for child in parent:
        if _is_roman(child) and len(child.text or "") > 1:
            del child.attrib["mathvariant"]  # a word of several letters is upright anyway
        elif child.tag == "mi" and (child.text or "") in _UPRIGHT:
            child.set("mathvariant", "normal")


def _limits(root: Element) -> None:
    """Put the limits of lim, max, ∑, … below and above them in a display."""
    stacked = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
    for node in root.iter():
        if node.tag in stacked and node[0].text in _LIMIT_OPERATORS:
            node.tag = stacked[node.tag]
            node[0].set("movablelimits", "true")


def _quiet_fences(root: Element) -> None:
    """Keep the fences around one line of letters small: stretched ones come with a wide space."""
    for row in root.iter("mrow"):
        fences = [row[0], row[-1]] if len(row) > 1 else []
        inside = (node for child in row[1:-1] for node in child.iter())
        if all(fence.get("form") and fence.get("fence") for fence in fences) and not any(
            node.tag in _TALL or node.text in _BIG or node.get("minsize") for node in inside
        ):
            for fence in fences:
                fence.set("stretchy", "false")


def _fences_with_scripts(root: Element) -> None:
    """Hang the index of ``\\bigr\\|_2`` on the whole of the norm: both bars get one height."""
    for parent in list(root.iter()):
        for node in list(parent):
            if node.tag not in _SCRIPTS or not node[0].get("minsize"):
                continue
            children = list(parent)
            end = children.index(node)
            openings = [
                position
                for position, child in enumerate(children[:end])
                if child.get("minsize") and _PAIRS.get(child.text or "") == node[0].text
            ]
            if not openings:
                continue
            row = Element("mrow")
            row.extend([*children[openings[-1] : end], node[0]])
            for child in children[openings[-1] : end]:
                parent.remove(child)
            node[0] = row


def _signs(root: Element) -> None:
    """Tell the signs of −x from the differences: a browser looks only at the first child."""
    for parent in root.iter():
        for before, node in itertools.pairwise(parent):
            after_operator = before.tag == "mo" and not _is_operand(before)
            if after_operator and node.tag == "mo" and node.text in _SIGNS:
                node.set("form", "prefix")


def _space_fences(root: Element) -> None:
    """Set the thin space between a fenced product and its neighbours, as TeX does."""
    for parent in root.iter():
        for before, after in itertools.pairwise(parent if parent.tag not in _SCRIPTS else ()):
            closes = (_core(after).text or "") in _CLOSING
            if _is_fenced(before) and not closes and (_is_operand(after) or _opens(after)):
                before[-1].set("rspace", _THIN)
            elif _is_fenced(_core(after)) and _is_operand(before) and not _is_function(before):
                _core(after)[0].set("lspace", _THIN)


def _tighten_scripts(root: Element) -> None:
    """Take the space around operators out of indices: t−1, not t − 1."""
    for node in root.iter():
        for script in node[1:] if node.tag in _SCRIPTS else ():
            for operator in script.iter("mo"):
                operator.attrib.update(lspace="0", rspace="0")


def _space_functions(root: Element) -> None:
    """Set the thin spaces around the names of functions that TeX sets."""
    for parent in root.iter():
        if parent.tag in _SCRIPTS:
            continue  # there the children are no neighbours
        children = list(parent)
        for position, child in enumerate(children):
            core = _core(child)
            if not _is_function(core):
                continue
            before = children[position - 1] if position else None
            after = children[position + 1] if position + 1 < len(children) else None
            core.set("lspace", _THIN if before is not None and _is_operand(before) else "0")
            core.set("rspace", _THIN if after is not None and not _opens(after) else "0")


def _core(node: Element) -> Element:
    """The operator within its indices."""
    return _core(node[0]) if node.tag in _SCRIPTS and len(node) else node


def _is_function(node: Element) -> bool:
    return node.tag == "mo" and len(node.text or "") > 1


def _is_operand(node: Element) -> bool:
    core = _core(node)
    return core.tag not in ("mo", "mspace") or _is_function(core) or core.text in _CLOSING


def _is_fenced(node: Element) -> bool:
    """Whether an element is a row between ``\\left`` and ``\\right``."""
    return node.tag == "mrow" and len(node) > 1 and node[0].get("form") == "prefix"


def _opens(node: Element) -> bool:
    """Whether an element begins with an opening fence."""
    if node.tag == "mrow" and len(node):
        return _opens(node[0])
    return node.tag == "mo" and (node.text or "") in _PAIRS


#: In this order: words before the spaces between them, indices before the functions in them.
_REPAIRS = (
    _merge_roman,
    _limits,
    _quiet_fences,
    _fences_with_scripts,
    _signs,
    _space_fences,
    _tighten_scripts,
    _space_functions,
)


def _excerpt(tex: str) -> str:
    line = " ".join(tex.split())
    return line if len(line) <= 80 else line[:77] + "..."
