"""A pytest plugin, loaded with ``-p writ_pytest``."""
import os

import pytest

from writ_report import Stream, to_relative

_state = {}


def _split(nodeid):
    head, bracket, tail = nodeid.partition("[")
    parts = head.split("::")
    parts[-1] += bracket + tail
    return parts[0], parts[1:]


def _message(report):
    """What went wrong first, then pytest's own account of it."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(report.longrepr)
    if crash is not None:
        return "%s\n%s" % (str(crash.message)[:800], text[-1100:])
    cause = _cause(text)
    return text if cause is None else "%s\n%s" % (cause[:800], text[-1100:])


def _cause(text):
    """The last line that pytest marks as the error: of a file that could not be collected, the exception itself."""
    marked = [line[1:].strip() for line in text.splitlines() if line.startswith("E ")]
    return next((line for line in reversed(marked) if line), None)


def _file(config, name):
    return to_relative(os.path.join(str(config.rootpath), name)) or name


def pytest_configure(config):
    # With pytest-xdist only the controller reports.
    if not hasattr(config, "workerinput") and os.environ.get("WRIT_REPORT"):
        _state["stream"] = Stream("pytest")
        _state["config"] = config
        _state["cases"] = {}


@pytest.hookimpl(trylast=True)
def pytest_collectreport(report):
    stream = _state.get("stream")
    # A file that asks to be skipped as a whole has no tests to name, and is not gone.
    if stream is None or report.outcome == "passed":
        return
    name, path = _split(report.nodeid)
    message = _message(report) if report.outcome == "failed" else None
    stream.case(_file(_state["config"], name), path, report.outcome, message)


@pytest.hookimpl(trylast=True)
def pytest_runtest_logreport(report):
    stream = _state.get("stream")
    if stream is None:
        return
    # Three phases make one test: the first that is not a pass decides.
    seen = _state["cases"].setdefault(report.nodeid, {"status": None, "message": None, "ms": 0.0})
    seen["ms"] += getattr(report, "duration", 0.0) * 1000
    if report.outcome == "failed":
        seen["status"] = "failed"
        seen["message"] = seen["message"] or _message(report)
    elif report.outcome == "skipped" and seen["status"] is None:
        seen["status"] = "skipped"
    elif report.when == "call" and seen["status"] is None:
        seen["status"] = "passed"
    if report.when == "teardown":
        name, path = _split(report.nodeid)
        stream.case(_file(_state["config"], name), path, seen["status"] or "skipped", seen["message"], seen["ms"])
        del _state["cases"][report.nodeid]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    stream = _state.get("stream")
    # 0 passed, 1 failed, 5 none found; everything else stopped before all was run.
    if stream is not None and int(exitstatus) in (0, 1, 5):
        stream.end()
