"""Sums with + - * / and brackets, by precedence climbing."""
import re

_LEVELS = {"+": 1, "-": 1, "*": 2, "/": 2}
_TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|[-+*/()])")


class Broken(ValueError):
    pass


class Parser:
    def __init__(self, text):
        self.tokens = []
        at = 0
        text = text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if not match:
                raise Broken(f"unexpected {text[at]!r}")
            self.tokens.append(match.group(1))
            at = match.end()
        self.at = 0

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self):
        token = self.peek()
        self.at += 1
        return token

    def atom(self):
        token = self.take()
        if token == "-":
            return -self.atom()
        if token == "(":
            value = self.expression(1)
            if self.take() != ")":
                raise Broken("a bracket is not closed")
            return value
        if token is None or token in _LEVELS or token == ")":
            raise Broken("a number is missing")
        return float(token)

    def expression(self, level):
        value = self.atom()
        while self.peek() in _LEVELS and _LEVELS[self.peek()] >= level:
            sign = self.take()
            right = self.expression(_LEVELS[sign] + 1)
            if sign == "+":
                value += right
            elif sign == "-":
                value -= right
            elif sign == "*":
                value *= right
            else:
                value /= right
        return value


def evaluate(text):
    parser = Parser(text)
    value = parser.expression(1)
    if parser.peek() is not None:
        raise Broken(f"unexpected {parser.peek()!r}")
    return value
