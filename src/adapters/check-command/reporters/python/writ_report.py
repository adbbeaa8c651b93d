"""Writes what a test runner saw, one record a line, each line sealed with a key that this process alone has read.

Code under test runs beside us: it can destroy the file, but it cannot easily write a line that the harness believes,
and a stream that is cut short has no closing record.
"""
import hashlib
import hmac
import json
import os

MAX_KEYS = 16
MAX_MESSAGE = 2000


def _claim_key(directory):
    for n in range(MAX_KEYS):
        path = os.path.join(directory, "key-%d" % n)
        try:
            with open(path, "rb") as handle:
                key = handle.read()
            os.unlink(path)
            return n, key
        except FileNotFoundError:
            continue
    raise RuntimeError("more than 16 test runners in one check: split the check")


class Stream:
    def __init__(self, runner):
        directory = os.environ["WRIT_REPORT"]
        number, self._key = _claim_key(directory)
        self._file = os.open(os.path.join(directory, "stream-%d" % number), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        self._seal = ""
        self._pid = os.getpid()
        self._write({"t": "begin", "runner": runner})

    def _write(self, record):
        # A forked child must not write into its parent's stream.
        if os.getpid() != self._pid:
            return
        text = json.dumps(record)
        self._seal = hmac.new(self._key, (self._seal + text).encode(), hashlib.sha256).hexdigest()
        os.write(self._file, ("%s %s\n" % (self._seal, text)).encode())

    def case(self, file, path, status, message=None, ms=None):
        record = {"t": "case", "path": path, "status": status}
        if file is not None:
            record["file"] = file
        if message is not None:
            record["message"] = message[:MAX_MESSAGE]
        if ms is not None:
            record["ms"] = ms
        self._write(record)

    def end(self):
        self._write({"t": "end"})


def to_relative(path):
    """Relative to the repository with ``/``; None for what lies outside it."""
    if not path:
        return None
    root = os.path.realpath(os.environ.get("WRIT_ROOT") or os.getcwd())
    relative = os.path.relpath(os.path.realpath(path), root)
    return None if relative.startswith("..") else relative.replace(os.sep, "/")
