import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    at: int


_RULES = [
    ("number", r"\d+(?:\.\d+)?"),
    ("name", r"[A-Za-z_]\w*"),
    ("string", r"'[^']*'"),
    ("operator", r"==|<=|>=|[-+*/<>=()]"),
    ("space", r"\s+"),
]
_MASTER = re.compile("|".join(f"(?P<{kind}>{rule})" for kind, rule in _RULES))
_KEYWORDS = {"and", "or", "not", "if", "else"}


class LexError(SyntaxError):
    pass


def tokenise(text):
    tokens = []
    at = 0
    while at < len(text):
        match = _MASTER.match(text, at)
        if match is None:
            raise LexError(f"unexpected {text[at]!r} at {at}")
        kind = match.lastgroup
        if kind == "name" and match.group() in _KEYWORDS:
            kind = "keyword"
        if kind != "space":
            tokens.append(Token(kind, match.group(), at))
        at = match.end()
    return tokens


def kinds(text):
    return [token.kind for token in tokenise(text)]
