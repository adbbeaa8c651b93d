"""Greedy wrapping of plain text."""


def split_long(word, width):
    return [word[at:at + width] for at in range(0, len(word), width)]


def wrap(text, width):
    if width < 1:
        raise ValueError("width must be at least 1")
    lines = []
    line = ""
    for word in text.split():
        for piece in split_long(word, width):
            if not line:
                line = piece
            elif len(line) + 1 + len(piece) <= width:
                line = f"{line} {piece}"
            else:
                lines.append(line)
                line = piece
    if line:
        lines.append(line)
    return lines


def fill(text, width, indent=""):
    paragraphs = text.split("\n\n")
    blocks = []
    for paragraph in paragraphs:
        lines = wrap(paragraph, width - len(indent))
        blocks.append("\n".join(indent + line for line in lines))
    return "\n\n".join(blocks)


def longest(lines):
    return max((len(line) for line in lines), default=0)
