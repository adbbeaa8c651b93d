import copy

DEFAULTS = {
    "server": {"host": "localhost", "port": 8080},
    "log": {"level": "info", "targets": ["stderr"]},
    "debug": False,
}


def merge(base, extra):
    """A new mapping: nested mappings are joined, everything else is replaced."""
    merged = copy.deepcopy(base)
    for key, value in extra.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = merge(merged[key], value)
        else:
            merged[key] = value
    return merged


def load(overrides=None):
    return merge(DEFAULTS, overrides or {})


def get(settings, path, default=None):
    here = settings
    for part in path.split("."):
        if not isinstance(here, dict) or part not in here:
            return default
        here = here[part]
    return here


def put(settings, path, value):
    *parents, last = path.split(".")
    here = settings
    for part in parents:
        here = here.setdefault(part, {})
    here[last] = value
    return settings
