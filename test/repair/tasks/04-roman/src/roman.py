import re

_UNITS = [
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"),
    (100, "C"), (80, "XC"), (50, "L"), (40, "XL"),
    (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
]
_VALUES = {"M": 1000, "D": 500, "C": 100, "L": 50, "X": 10, "V": 5, "I": 1}
_FORM = re.compile(r"M{0,3}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})")


def to_roman(number):
    if not 0 < number < 4000:
        raise ValueError(f"{number} has no Roman numeral")
    out = []
    for value, sign in _UNITS:
        count, number = divmod(number, value)
        out.append(sign * count)
    return "".join(out)


def is_roman(text):
    return bool(text) and _FORM.fullmatch(text) is not None


def from_roman(text):
    text = text.upper()
    if not is_roman(text):
        raise ValueError(f"{text!r} is no Roman numeral")
    total = 0
    for here, following in zip(text, text[1:] + " "):
        value = _VALUES[here]
        total += -value if value < _VALUES.get(following, 0) else value
    return total
