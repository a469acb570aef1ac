r"""The user's macros: what ``\newcommand`` and its kin define, and their expansion.

Every token of an expansion bears the place of the call; those of an argument keep their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from longlag.theory.tex.tokens import Text, Token, refusal, tokenise

#: Calls and tokens that the expansion of one display, or of one definition, may come to.
_MOST_CALLS, _MOST_TOKENS = 5_000, 20_000


@dataclass(frozen=True)
class Macro:
    r"""What stands for a control sequence.

    Args:
        body: its tokens, ``#`` and a digit for an argument.
        arguments: how many it takes.
        default: of the first one, if that is optional.
        paired: whether it is a pair of delimiters, ``\name*{x}`` or ``\name[\big]{x}``.
    """

    body: tuple[Token, ...]
    arguments: int = 0
    default: tuple[Token, ...] | None = None
    paired: bool = False


class Reader:
    """Takes tokens one at a time, with groups and optional arguments.

    Args:
        tokens: to be read.
    """

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._waiting = list(reversed(tokens))

    def __bool__(self) -> bool:
        return bool(self._waiting)

    @property
    def next_text(self) -> str:
        """The text of the token that comes next, empty at the end."""
        return self._waiting[-1].text if self._waiting else ""

    @property
    def next_is_tight(self) -> bool:
        """Whether nothing stands before the token that comes next."""
        return bool(self._waiting) and self._waiting[-1].tight

    def take(self) -> Token:
        """Take the next token."""
        return self._waiting.pop()

    def put_back(self, tokens: Sequence[Token]) -> None:
        """Let tokens come next."""
        self._waiting.extend(reversed(tokens))

    def argument(self, of: Token) -> list[Token]:
        """Take a group in braces, without them, or one token.

        Args:
            of: whose argument it is, for messages.
        """
        while self._waiting and self._waiting[-1].is_note:
            self.take()
        if not self._waiting or self.next_text == "}":
            raise refusal(of, "an argument is missing", "write it in braces")
        first = self.take()
        return self._until(first, "}") if first.text == "{" else [first]

    def optional(self) -> list[Token] | None:
        """Take an argument in square brackets, if there is one."""
        return self._until(self.take(), "]") if self.next_text == "[" else None

    def star(self) -> bool:
        """Take a star, if there is one."""
        if self.next_text != "*":
            return False
        self.take()
        return True

    def _until(self, opening: Token, closing: str) -> list[Token]:
        taken: list[Token] = []
        depth = 0
        while self._waiting:
            token = self.take()
            if token.text == closing and depth == 0:
                return taken
            depth += (token.text == "{") - (token.text == "}")
            taken.append(token)
        raise refusal(opening, "it is not closed", f"close it with '{closing}'")


#: What defines a macro.
DEFINING = frozenset(
    {
        r"\newcommand",
        r"\renewcommand",
        r"\providecommand",
        r"\DeclareRobustCommand",
        r"\def",
        r"\let",
        r"\DeclareMathOperator",
        r"\DeclarePairedDelimiter",
    }
)


def define(command: Token, reader: Reader, macros: dict[str, Macro]) -> None:
    r"""Read a definition and add it.

    Args:
        command: ``\newcommand`` or another of ``DEFINING``.
        reader: what stands behind it.
        macros: name ↦ macro, added to.

    Raises:
        LonglagError: a definition that breaks off, or has a form that is not read.
    """
    reader.star()
    name = _name(command, reader)
    if command.text == r"\let":
        if reader.next_text == "=":
            reader.take()
        original = reader.argument(command)
        macros[name.text] = macros.get(original[0].text, Macro(tuple(original)))
    elif command.text == r"\def":
        macros[name.text] = _plain_definition(name, reader)
    elif command.text == r"\DeclareMathOperator":
        word = reader.argument(command)
        macros[name.text] = Macro(tuple(_typed(r"\operatorname{#1}", name, [word])))
    elif command.text == r"\DeclarePairedDelimiter":
        sides = [reader.argument(command), reader.argument(command)]
        body = _typed(r"\left#2#1\right#3", name, [_typed("#1", name, []), *sides])
        macros[name.text] = Macro(tuple(body), 1, paired=True)
    else:
        count, default = reader.optional(), reader.optional()
        arguments = _count(name, count)
        body = reader.argument(command)
        known = command.text == r"\providecommand" and name.text in macros
        if not known:
            macros[name.text] = Macro(
                tuple(body), arguments, None if default is None else tuple(default)
            )


def expanded(tokens: Sequence[Token], macros: Mapping[str, Macro]) -> list[Token]:
    r"""Return tokens with every macro expanded.

    Args:
        tokens: of a display.
        macros: name ↦ macro.

    Raises:
        LonglagError: an argument is missing, or the expansion grows too large.

    >>> macros: dict[str, Macro] = {}
    >>> reader = Reader(tokenise(Text("", r"\newcommand{\half}[1]{\frac{#1}{2}}")))
    >>> define(reader.take(), reader, macros)
    >>> from longlag.theory.tex.tokens import written
    >>> written(expanded(tokenise(Text("", r"\half x")), macros))
    '\\frac{x}{2}'
    """
    if not any(token.text in macros for token in tokens):
        return list(tokens)
    reader = Reader(tokens)
    result: list[Token] = []
    calls = produced = 0
    while reader:
        token = reader.take()
        macro = macros.get(token.text)
        if macro is None:
            result.append(token)
            continue
        body = _call(token, macro, reader)
        calls, produced = calls + 1, produced + len(body)
        if calls > _MOST_CALLS or produced > _MOST_TOKENS:
            raise refusal(
                token,
                f"macros expand to more than {_MOST_TOKENS} tokens, or to themselves",
                "define it in commands of LaTeX",
            )
        reader.put_back(body)
    return result


def _call(token: Token, macro: Macro, reader: Reader) -> list[Token]:
    if macro.paired and not reader.star():
        reader.optional()
    arguments: list[Sequence[Token]] = []
    if macro.default is not None:
        given = reader.optional()
        arguments.append(macro.default if given is None else given)
    while len(arguments) < macro.arguments:
        arguments.append(reader.argument(token))
    return _filled(macro.body, token, arguments)


def _filled(
    body: Sequence[Token], call: Token, arguments: Sequence[Sequence[Token]]
) -> list[Token]:
    """The body with its arguments, at the place of the call."""
    result: list[Token] = []
    waiting = iter(body)
    for token in waiting:
        if token.text != "#":
            result.append(token._replace(source=call.source, offset=call.offset))
            continue
        digit = next(waiting, token).text
        if not digit.isdigit() or not 0 < int(digit) <= len(arguments):
            raise refusal(
                call,
                f"its definition speaks of argument {digit!a}, and it has {len(arguments)}",
                "correct the definition",
            )
        result.extend(arguments[int(digit) - 1])
    return result


def _typed(text: str, at: Token, arguments: Sequence[Sequence[Token]]) -> list[Token]:
    """Tokens of longlag's own at a place, with those arguments that there are."""
    tokens = [t._replace(source=at.source, offset=at.offset) for t in tokenise(Text("", text))]
    return _filled(tokens, at, arguments) if arguments else tokens


def _name(command: Token, reader: Reader) -> Token:
    name = reader.argument(command)
    if len(name) != 1 or not name[0].text.startswith("\\"):
        raise refusal(command, "it defines one control sequence", r"write \newcommand{\name}{...}")
    return name[0]


def _count(name: Token, count: Sequence[Token] | None) -> int:
    text = "0" if count is None else "".join(token.text for token in count)
    if not (text.isascii() and text.isdigit() and len(text) == 1):
        raise refusal(name, f"its number of arguments is {text!a}", "give a number from 0 to 9")
    return int(text)


def _plain_definition(name: Token, reader: Reader) -> Macro:
    r"""What ``\def\name#1#2{…}`` defines; arguments between other tokens are not read."""
    arguments = 0
    while reader and reader.next_text != "{":
        marks = reader.take().text + (reader.take().text if reader else "")
        arguments += 1
        if marks != f"#{arguments}":
            raise refusal(
                name, "its arguments are delimited by other tokens", r"define it by \newcommand"
            )
    return Macro(tuple(reader.argument(name)), arguments)


__all__ = ["DEFINING", "Macro", "Reader", "define", "expanded"]
