"""A small reader of comma separated values with quotes."""


class CsvError(ValueError):
    pass


def parse_line(line, separator=","):
    cells = []
    cell = []
    quoted = False
    at = 0
    while at < len(line):
        char = line[at]
        if quoted:
            if char == '"' and line[at + 1:at + 2] == '"':
                cell.append('"')
                at += 1
            elif char == '"':
                quoted = False
            else:
                cell.append(char)
        elif char == '"':
            quoted = True
        elif char == separator:
            cells.append("".join(cell))
            cell = []
        else:
            cell.append(char)
        at += 1
    if quoted:
        raise CsvError("a quote is not closed")
    cells.append("".join(cell))
    return cells


def read_table(text, separator=","):
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return []
    header = parse_line(lines[0], separator)
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        cells = parse_line(line, separator)
        if len(cells) != len(header):
            raise CsvError(f"line {number} has {len(cells)} cells, not {len(header)}")
        rows.append(dict(zip(header, cells)))
    return rows
