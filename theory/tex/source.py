r"""A paper's source: its displays with labels, declarations and comments, in their places.

The source is walked once. Macros are learnt, files taken in, declarations read as they come; a
display keeps its tokens and what was declared before it, and is read when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from longlag.theory.tex.declarations import Declarations
from longlag.theory.tex.display import Display
from longlag.theory.tex.files import included, read_text
from longlag.theory.tex.macros import DEFINING, Macro, Reader, define, expanded
from longlag.theory.tex.notes import first_word, note_tokens
from longlag.theory.tex.tokens import Text, Token, refusal, tokenise, written

#: Displays, each row of which is an equation or the continuation of one.
_DISPLAYS = frozenset(
    name + star
    for name in (
        *("equation", "align", "gather", "multline", "flalign", "alignat", "eqnarray"),
        *("displaymath", "dmath", "math"),
    )
    for star in ("", "*")
)
_MOST_FILES = 100
#: Displays of a paper, and comments that declare.
_MOST_DISPLAYS, _MOST_NOTES = 1000, 2000
_DECLARING = frozenset({"let", "define", "print", "forget"})


@dataclass
class Paper:
    """What a paper displays and declares.

    Args:
        path: of its main file.
        displays: in order.
        objects: comments that name cells and laws, in order.
        declarations: all that hold at its end.
    """

    path: Path
    displays: list[Display] = field(default_factory=list)
    objects: list[Token] = field(default_factory=list)
    declarations: Declarations = field(default_factory=Declarations)

    @property
    def annotated(self) -> list[Display]:
        """The displays that are to be checked."""
        return [display for display in self.displays if display.checks]


#: Declares what a comment that names a cell or a law says.
Bind = Callable[[Declarations, Token], None]


def read_paper(path: Path | str, bind: Bind | None = None) -> Paper:
    """Return the displays and declarations of a paper.

    Args:
        path: of its main file.
        bind: declares what a comment about a cell or a law says; without it they are collected.

    Raises:
        LonglagError: a file, a declaration or a definition that cannot be read. What cannot be read
            in a display is told when its chains are asked for.
    """
    path = Path(path)
    return walked(path, read_text(path, path.name), bind)


def walked(path: Path, text: Text, bind: Bind | None = None) -> Paper:
    """Return the displays and declarations of a text.

    Args:
        path: where it would stand; files that it takes in lie in that folder.
        text: of a paper.
        bind: as of ``read_paper``.
    """
    paper = Paper(path)
    _Walk(paper, bind).walk(text)
    return paper


def _is_formula(tokens: Sequence[Token]) -> bool:
    r"""Whether a comment is a law by itself, ``f(\ell) = ...``."""
    texts = [token.text for token in tokens]
    return "=" in texts and "(" in texts[: texts.index("=")]


class _Walk:
    """One pass over the tokens of a paper."""

    def __init__(self, paper: Paper, bind: Bind | None) -> None:
        self.paper, self.bind = paper, bind
        self.macros: dict[str, Macro] = {}
        self.waiting: list[Token] = []
        self.files = 0
        self.reader = Reader([])
        self.frozen: tuple[int, Declarations] | None = None
        self.changes = 0

    def walk(self, text: Text) -> None:
        """Walk over a text and all that it takes in."""
        self.reader = Reader(tokenise(text))
        while self.reader:
            token = self.reader.take()
            if len(token.text) == 1 and token.text != "$":
                continue
            if token.is_note:
                self._note(token)
            elif token.text in DEFINING:
                define(token, self.reader, self.macros)
            elif token.text in (r"\input", r"\include", r"\subfile"):
                self._take_in(token)
            elif token.text == r"\begin":
                self._begin(token)
            elif token.text == r"\end" and self._named(token) == "document":
                return
            elif token.text == r"\[":
                self._display(token, self._until(token, lambda t: t.text == r"\]"))
            elif token.text == "$":
                self._dollar(token)
            elif token.text in self.macros and self._opens(self.macros[token.text]):
                # As \be for \begin{equation}.
                self.reader.put_back(expanded([token], self.macros))

    def _opens(self, macro: Macro) -> bool:
        texts = {token.text for token in macro.body}
        return macro.arguments == 0 and not macro.paired and bool(texts & {r"\begin", r"\["})

    def _note(self, token: Token) -> None:
        tokens = note_tokens(token)
        if not tokens:
            return
        word, _ = first_word(tokens)
        if word in _DECLARING:
            self.paper.declarations.read(token)
            self.changes += 1
            if self.changes > _MOST_NOTES:
                raise refusal(
                    token, f"a paper has at most {_MOST_NOTES} declarations", "declare more in one"
                )
        elif word == "check":
            self.waiting.append(token)
        elif word in ("cell", "law") or _is_formula(tokens):
            self.paper.objects.append(token)
            if self.bind is not None:
                self.bind(self.paper.declarations, token)
                self.changes += 1
        else:
            raise refusal(
                tokens[0], f"longlag reads no {word!a} here", "write let, define, print or check"
            )

    def _take_in(self, token: Token) -> None:
        if self.reader.next_text == "{":
            name = "".join(t.text for t in self.reader.argument(token))
        else:
            name = ""
            while self.reader and (not name or self.reader.next_is_tight):
                name += self.reader.take().text
        self.files += 1
        if self.files > _MOST_FILES:
            raise refusal(
                token, f"more than {_MOST_FILES} files are taken in", "look for one in itself"
            )
        self.reader.put_back(tokenise(included(self.paper.path.parent, name, token)))

    def _named(self, token: Token) -> str:
        return written(self.reader.argument(token)) if self.reader.next_text == "{" else ""

    def _begin(self, token: Token) -> None:
        name = self._named(token)
        if name not in _DISPLAYS:
            return
        if name.startswith("alignat") and self.reader.next_text == "{":
            self.reader.argument(token)
        self._display(token, self._environment(token, name), name)

    def _environment(self, token: Token, name: str) -> list[Token]:
        r"""The tokens up to the ``\end`` of an environment."""
        taken: list[Token] = []
        while self.reader:
            following = self.reader.take()
            if following.text in self.macros and self._closes(self.macros[following.text], name):
                self.reader.put_back(expanded([following], self.macros))
                continue
            if following.text == r"\end":
                inner = self.reader.argument(following) if self.reader.next_text == "{" else []
                if written(inner) == name:
                    return taken
                brace = following._replace(text="{"), following._replace(text="}")
                taken += [following, brace[0], *inner, brace[1]]
                continue
            taken.append(following)
        raise refusal(
            token._replace(text=rf"\begin{{{name}}}"), "it is not closed", rf"write \end{{{name}}}"
        )

    def _closes(self, macro: Macro, name: str) -> bool:
        return not macro.arguments and rf"\end{{{name}}}" in written(macro.body)

    def _until(self, token: Token, ends: Callable[[Token], bool]) -> list[Token]:
        taken: list[Token] = []
        while self.reader:
            following = self.reader.take()
            if ends(following):
                return taken
            taken.append(following)
        raise refusal(token, "it is not closed", "close it")

    def _dollar(self, token: Token) -> None:
        r"""Pass over ``$…$``, and take in ``$$…$$``."""
        if self.reader.next_text != "$" or not self.reader.next_is_tight:
            self._until(token, lambda t: t.text == "$")
            return
        self.reader.take()
        taken = self._until(token, lambda t: t.text == "$")
        if self.reader.next_text != "$":
            raise refusal(token, "it is not closed by two dollars", r"write \[ ... \]")
        self.reader.take()
        self._display(token, taken)

    def _display(self, token: Token, tokens: Sequence[Token], environment: str = "") -> None:
        if self.frozen is None or self.frozen[0] != self.changes:
            self.frozen = self.changes, self.paper.declarations.copy()
        if len(self.paper.displays) >= _MOST_DISPLAYS:
            raise refusal(
                token, f"a paper has at most {_MOST_DISPLAYS} displays", "split it into papers"
            )
        waiting, self.waiting = self.waiting, []
        display = Display(
            token.place,
            tuple(expanded(tokens, self.macros)),
            self.frozen[1],
            tuple(waiting),
            environment,
        )
        self.paper.displays.append(display)
        for note in display.notes:
            if note.text.split()[1:2] and note.text.split()[1] in _DECLARING:
                self._note(note)


__all__ = ["Paper", "read_paper", "walked"]
