"""Plain text for people: amounts, changes, tables."""


def format_cents(cents: int, currency: str = "EUR") -> str:
    """``123456`` becomes ``1,234.56 EUR``."""
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}{whole:,}.{rest:02d} {currency}"


def format_change(percent) -> str:
    """A change with its sign; a dash where there is none to tell."""
    if percent is None:
        return "–"
    return f"{percent:+.1f} %"


def shorten(text: str, width: int) -> str:
    """Cuts a text to a width, the last place taken by an ellipsis."""
    if len(text) <= width:
        return text
    return text[: width - 1].rstrip() + "…"


def align(cell: str, width: int, right: bool = False) -> str:
    """Pads a cell to a width; numbers stand to the right."""
    if right:
        cell.rjust(width)
    return cell.ljust(width)


def format_table(header, rows, right=()) -> str:
    """A table in plain text. ``right`` holds the indexes of the columns that stand to the right."""
    lines = [list(header)] + [[str(cell) for cell in row] for row in rows]
    widths = [max(len(line[index]) for line in lines) for index in range(len(header))]

    def render(line) -> str:
        cells = [align(cell, widths[index], index in right) for index, cell in enumerate(line)]
        return "  ".join(cells).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([render(lines[0]), rule] + [render(line) for line in lines[1:]])
