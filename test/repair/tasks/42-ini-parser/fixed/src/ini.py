"""Settings of the form [section] / key = value."""


class IniError(ValueError):
    def __init__(self, message, line):
        super().__init__(f"line {line}: {message}")
        self.line = line


def parse(text):
    sections = {}
    current = sections.setdefault("", {})
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.split("#", 1)[0].strip()
        if not line:
            continue
        if line.startswith("["):
            if not line.endswith("]"):
                raise IniError("a section is not closed", number)
            current = sections.setdefault(line[1:-1].strip(), {})
            continue
        key, sign, value = line.partition("=")
        if not sign:
            raise IniError(f"no value for {key.strip()}", number)
        current[key.strip()] = convert(value.strip())
    return sections


def convert(text):
    lowered = text.lower()
    if lowered in ("yes", "true", "on"):
        return True
    if lowered in ("no", "false", "off"):
        return False
    try:
        return int(text)
    except ValueError:
        return text.strip('"')


def dump(sections):
    lines = []
    for name, values in sections.items():
        if name:
            lines.append(f"[{name}]")
        lines.extend(f"{key} = {value}" for key, value in values.items())
    return "\n".join(lines) + "\n"
