"""Runs at the start of every Python in a check: arranges the report, then lets the machine's own sitecustomize run."""
import os
import sys

_here = os.path.dirname(os.path.abspath(__file__))


class _Hook:
    """Finds ``unittest.runner`` as everyone does, and patches it once it is there."""

    def find_spec(self, name, path=None, target=None):
        if name != "unittest.runner":
            return None
        from importlib.machinery import PathFinder

        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return spec
        execute = spec.loader.exec_module

        def execute_and_patch(module):
            execute(module)
            import writ_unittest

            writ_unittest.install(module)

        spec.loader.exec_module = execute_and_patch
        return spec


if os.environ.get("WRIT_REPORT"):
    # What we need is taken from the standard library now, before the repository's own directory is searched;
    # other Pythons that a check starts pay nothing for it.
    if any("unittest" in word or "pytest" in word for word in getattr(sys, "orig_argv", ["unittest"])):
        import functools  # noqa: F401
        import traceback  # noqa: F401

        import writ_report  # noqa: F401

    sys.meta_path.insert(0, _Hook())


def _chain():
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    rest = [entry for entry in sys.path if os.path.abspath(entry) != _here]
    spec = PathFinder.find_spec("sitecustomize", rest)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(module_from_spec(spec))


_chain()
