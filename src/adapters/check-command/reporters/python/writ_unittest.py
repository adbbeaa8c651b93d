"""Reports what ``unittest.TextTestRunner`` ran; put in place by the import hook in ``sitecustomize``."""
import functools
import os
import sys
import time
import traceback

from writ_report import Stream, to_relative


def _name(test):
    """(file, path) of a test, a failed import or a failed class or module fixture."""
    kind = type(test)
    if kind.__module__ == "unittest.loader" and kind.__name__ == "_FailedTest":
        return _file_of_module(getattr(test, "_testMethodName", "")), []
    if kind.__module__ == "unittest.suite":
        return _fixture(str(getattr(test, "description", test)))
    module = sys.modules.get(kind.__module__)
    file = to_relative(getattr(module, "__file__", None))
    identity = test.id()
    prefix = kind.__module__ + "."
    path = identity[len(prefix):] if identity.startswith(prefix) else identity
    owner, _, method = path.partition(".")
    return file, [owner, method] if method else [owner]


def _as_given(dotted):
    """The loader tells the last part of a module that was named on the command line and could not be imported."""
    for given in sys.argv[1:]:
        parts = given.split(".")
        if dotted in parts[1:]:
            return ".".join(parts[: parts.index(dotted, 1) + 1])
    return dotted


def _file_of_module(dotted):
    tail = _as_given(dotted).replace(".", "/")
    for base in ["."] + [entry or "." for entry in sys.path]:
        for candidate in (tail + ".py", tail + "/__init__.py"):
            full = os.path.join(base, candidate)
            if os.path.exists(full):
                found = to_relative(full)
                if found:
                    return found
    return dotted


def _fixture(description):
    """``setUpClass (tests.test_a.B)`` is the class B of that file, ``setUpModule (tests.test_a)`` the file."""
    dotted = description.partition("(")[2].rstrip(")")
    owner = []
    name = dotted
    while name:
        if name in sys.modules:
            return to_relative(getattr(sys.modules[name], "__file__", None)), owner
        name, _, last = name.rpartition(".")
        owner.insert(0, last)
    return None, [description]


def _message(error):
    """What went wrong first, then the frames that are not unittest's own."""
    if not error:
        return None
    kind, value, trace = error
    frames = [
        frame
        for frame, entry in zip(traceback.extract_tb(trace), traceback.walk_tb(trace))
        if "__unittest" not in entry[0].f_globals
    ]
    what = "".join(traceback.format_exception_only(kind, value)).strip()
    if kind is ImportError and what.startswith("ImportError: Failed to import test module"):
        # The loader wraps what happened: the exception itself is the last line of what it quotes.
        what = what.splitlines()[-1].strip() + "\n" + what
    return what[:1200] + "\n" + "".join(traceback.format_list(frames[-6:]))


class _Recorder:
    def __init__(self, stream):
        self.stream = stream
        self.current = {}

    def start(self, test):
        self.current[id(test)] = {"status": None, "message": None, "at": time.monotonic()}

    def note(self, test, status, message=None):
        entry = self.current.get(id(test))
        if entry is None:
            file, path = _name(test)
            self.stream.case(file, path, status, message)
        elif entry["status"] in (None, "passed") or status == "failed" and entry["status"] != "failed":
            entry["status"], entry["message"] = status, message

    def sub(self, test, subtest, error):
        file, path = _name(test)
        status = "passed" if error is None else "failed"
        self.stream.case(file, path + [subtest._subDescription()], status, _message(error))
        if error is not None:
            self.note(test, "failed", _message(error))

    def stop(self, test):
        entry = self.current.pop(id(test), None)
        if entry is None:
            return
        file, path = _name(test)
        self.stream.case(file, path, entry["status"] or "failed", entry["message"], (time.monotonic() - entry["at"]) * 1000)


def _watch(result, recorder):
    """Lets the recorder hear what this one result object is told."""

    def wrap(name, tell):
        original = getattr(result, name)

        @functools.wraps(original)
        def heard(*args, **kwargs):
            tell(*args, **kwargs)
            return original(*args, **kwargs)

        setattr(result, name, heard)

    wrap("startTest", recorder.start)
    wrap("stopTest", recorder.stop)
    wrap("addSuccess", lambda test: recorder.note(test, "passed"))
    wrap("addError", lambda test, error: recorder.note(test, "failed", _message(error)))
    wrap("addFailure", lambda test, error: recorder.note(test, "failed", _message(error)))
    wrap("addSkip", lambda test, reason: recorder.note(test, "skipped"))
    wrap("addExpectedFailure", lambda test, error: recorder.note(test, "skipped"))
    wrap("addUnexpectedSuccess", lambda test: recorder.note(test, "failed", "unexpected success"))
    wrap("addSubTest", recorder.sub)


def install(module):
    """Patches ``unittest.runner`` once, when it is imported."""
    runner = module.TextTestRunner
    run, make = runner.run, runner._makeResult
    active = []

    def run_and_report(self, test):
        # A runner inside a test is the project's own business.
        if active or not os.environ.get("WRIT_REPORT"):
            return run(self, test)
        stream = Stream("unittest")
        active.append(stream)
        try:
            result = run(self, test)
        finally:
            active.clear()
        stream.end()
        return result

    def make_and_watch(self):
        result = make(self)
        if active and not hasattr(active[0], "watched"):
            active[0].watched = True
            _watch(result, _Recorder(active[0]))
        return result

    runner.run, runner._makeResult = run_and_report, make_and_watch
