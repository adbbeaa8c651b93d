import { pythonFork } from './python-fork.ts'
import { pythonProbe } from './python-probe.ts'
import { pythonWatch } from './python-watch.ts'

/**
 * `sitecustomize.py` of the tested project's own Python while candidates are tried. The first interpreter of the check that
 * runs tests stops here, before any of the project's code is imported; from then on it is forked where jobs begin to differ (see
 * `pythonFork`), and each job goes on to run the check's command as it stands. So the runner, its arguments and its discovery are
 * exactly the check's. Kept as text because it must reach a process that sees
 * none of our files.
 */
export const pythonHarness = String.raw`
import os
import sys

_here = os.path.dirname(os.path.abspath(__file__))
_work = os.environ.pop('WRIT_LANE', None)
sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or '.') != _here]


def _chain():
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec
    spec = PathFinder.find_spec('sitecustomize', sys.path)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(module_from_spec(spec))


def _is_tester():
    words = getattr(sys, 'orig_argv', [])
    if os.environ.get('WRIT_LANE_SCRIPT'):
        return any(os.path.normpath(word) == os.environ['WRIT_LANE_SCRIPT'] for word in words[1:])
    if '-m' in words:
        at = words.index('-m')
        return words[at + 1] in ('unittest', 'pytest') if at + 1 < len(words) else False
    return any(os.path.basename(word) in ('pytest', 'py.test') or 'test' in os.path.basename(word) for word in words[1:2])


${pythonProbe}
${pythonFork}
${pythonWatch}

class _Lane(_Probe, _Watch):
    # One job, in the process that is its own.
    def __init__(self, walk, job):
        import time
        self.walk = walk
        self.root = walk.root
        self.keep = set(walk.work['keep'])
        self.files = set(job.get('files', ()))
        self.only = set(name.partition(' #')[0] for name in job['only']) if 'only' in job else None
        self.targets = set(job.get('targets', ()))
        # Files that could not be loaded on the base: they are mended where they can be, and all their tests pass.
        self.wholes = {name: set() for name in (self.only or set()) & self.files}
        self.mended = False
        self.missed = False
        self.at = time.monotonic()
        self.began = self.at
        self.load = None
        self.job = job
        self.counts = {}
        self.watch = job.get('watch')
        self.rows = None
        # Copying it writes to a page of nearly every module's name, so only for who asks.
        self.before = set(sys.modules) if job.get('loaded') else set()

    def say(self, record):
        record['id'] = self.job['id']
        self.walk.write(self.walk.out, record)

    def relative(self, path):
        return self.walk.relative(path)

    # Coverage of one test at a time, by rows from 0.
    def begin(self, parts):
        import time
        self.at = time.monotonic()
        self.arm(self.plain(parts), parts)
        if self.load is None:
            self.load = self.at - self.began
        if not self.job.get('cover'):
            return
        import threading
        rows = self.rows = {}
        wanted = {}
        root = self.root + os.sep

        def trace(frame, event, arg):
            name = frame.f_code.co_filename
            known = wanted.get(name)
            if known is None:
                full = os.path.realpath(name)
                known = wanted[name] = full if full.startswith(root) and 'site-packages' not in full else ''
            if not known:
                return None
            seen = rows.setdefault(known, set())

            def local(frame, event, arg):
                if event == 'line':
                    seen.add(frame.f_lineno)
                return local

            seen.add(frame.f_lineno)
            return local

        threading.settrace(trace)
        sys.settrace(trace)

    # The line of a test's own file in which an error came up, the innermost such line.
    def line_of(self, error, file):
        found = None
        step = getattr(error, '__traceback__', None)
        while step is not None:
            if self.relative(step.tb_frame.f_code.co_filename) == file:
                found = step.tb_lineno
            step = step.tb_next
        return found

    def finish(self, parts, status, error=None):
        self.disarm()
        covers = None
        if self.rows is not None:
            sys.settrace(None)
            covers = {self.relative(path): sorted(row - 1 for row in rows if row > 0) for path, rows in self.rows.items()}
            self.rows = None
        import time
        plain = self.plain(parts)
        count = self.counts[plain] = self.counts.get(plain, 0) + 1
        name = plain if count == 1 else '%s #%d' % (plain, count)
        if len(parts) > 1 and parts[0] in self.wholes:
            self.wholes[parts[0]].add(status)
        record = {'name': name, 'status': status, 'file': parts[0] or '', 'testMs': (time.monotonic() - self.at) * 1000}
        at = self.line_of(error, parts[0]) if status == 'failed' else None
        if at is not None:
            record['at'] = at
        if covers is not None:
            record['covers'] = covers
        if self.watch is not None:
            record.update(self.take_samples())
            self.arm(None)
        self.say(record)
        if name in self.targets:
            self.targets.discard(name)
            self.missed = self.missed or status != 'passed'
            self.mended = self.mended or status == 'passed'
            hopeless = not self.targets and not self.mended
        else:
            hopeless = status == 'failed' and name in self.keep
        if hopeless:
            self.say({'ended': 'bailed'})
            os._exit(0)

    # Is it one of the tests that this job runs?
    def asks(self, parts):
        return self.only is None or parts[0] in self.wholes or self.plain(parts) in self.only

    # The parent learns from the exit code that all that can be reached was mended.
    def leave(self):
        for file, seen in self.wholes.items():
            if seen and file not in self.counts:
                self.finish([file], 'failed' if 'failed' in seen else 'passed' if 'passed' in seen else 'skipped')
        self.disarm()
        if self.job.get('loaded'):
            self.tell_loaded()
        if self.job.get('probe'):
            self.ask_probed()
        os._exit(77 if self.mended and not self.missed and not self.targets else 0)

    # What the tests load that is not the project's: loaded before the forks of later jobs.
    def tell_loaded(self):
        foreign = []
        own = []
        for name, module in list(sys.modules.items()):
            file = getattr(module, '__file__', None)
            inner = self.relative(file) if file else None
            if inner is not None and 'site-packages' not in inner:
                own.append(inner)
            elif name not in self.before and name != '__main__':
                foreign.append(name)
        self.say({'loaded': foreign[:2000], 'own': own[:400], 'loadMs': (self.load or 0) * 1000})

    def plain(self, parts):
        return ' › '.join(' '.join(part.split()) for part in parts if part)


def _run_script(walk, script):
    import runpy
    full = os.path.join(walk.root, script['file'])
    sys.argv = [full]
    sys.path.insert(0, os.path.dirname(full))
    status = 'passed'
    error = None
    if walk.lane is not None:
        walk.lane.begin([script['name']])
    try:
        runpy.run_path(full, run_name='__main__')
    except SystemExit as stop:
        status = 'passed' if stop.code in (None, 0) else 'failed'
    except BaseException as raised:
        status = 'failed'
        error = raised
    if walk.lane is None:
        os._exit(0)
    walk.lane.finish([script['name']], status, error)
    walk.lane.leave()


def _watch_unittest(walk):
    import unittest
    import unittest.runner
    run = unittest.TestCase.run
    state = {'busy': False}

    # A result keeps tracebacks as texts only.
    def watch(result):
        seen = getattr(result, '_writ_seen', None)
        if seen is not None:
            del seen[:]
            return seen
        seen = result._writ_seen = []
        for name in ('addFailure', 'addError', 'addSubTest'):
            add = getattr(result, name, None)
            if add is None:
                continue

            def note(*args, add=add):
                if args[-1] is not None:
                    seen.append(args[-1][1])
                return add(*args)

            setattr(result, name, note)
        return seen

    def run_one(test, result=None):
        if result is None or not hasattr(result, 'failures') or state['busy']:
            return run(test, result)
        walk.rest()
        lane = walk.lane
        kind = type(test)
        module = sys.modules.get(kind.__module__)
        file = lane.relative(getattr(module, '__file__', None))
        if kind.__name__ == '_FailedTest':
            dotted = getattr(test, '_testMethodName', '').replace('.', '/')
            for entry in [''] + sys.path:
                found = lane.relative(os.path.join(entry or os.getcwd(), dotted + '.py'))
                if found and os.path.exists(os.path.join(lane.root, found)):
                    run(test, result)
                    lane.finish([found], 'failed')
                    return result
            return run(test, result)
        identity = test.id()
        prefix = kind.__module__ + '.'
        path = identity[len(prefix):] if identity.startswith(prefix) else identity
        owner, _, method = path.partition('.')
        parts = [file, owner, method]
        if not lane.asks(parts):
            return result
        state['busy'] = True
        seen = watch(result)
        bad = len(result.failures) + len(result.errors) + len(getattr(result, 'unexpectedSuccesses', ()))
        passed_over = len(getattr(result, 'skipped', ())) + len(getattr(result, 'expectedFailures', ()))
        lane.begin(parts)
        try:
            return run(test, result)
        finally:
            state['busy'] = False
            worse = len(result.failures) + len(result.errors) + len(getattr(result, 'unexpectedSuccesses', ())) > bad
            skipped = len(getattr(result, 'skipped', ())) + len(getattr(result, 'expectedFailures', ())) > passed_over
            lane.finish(parts, 'failed' if worse else 'skipped' if skipped else 'passed', seen[-1] if seen else None)

    unittest.TestCase.run = run_one
    if hasattr(unittest.TestLoader, '_match_path'):
        match = unittest.TestLoader._match_path
        unittest.TestLoader._match_path = lambda loader, path, full_path, pattern: walk.wants(full_path) and match(loader, path, full_path, pattern)
    run_all = unittest.runner.TextTestRunner.run

    def run_and_leave(runner, tests):
        walk.rest()
        run_all(runner, tests)
        # Taking the interpreter down in good order costs more than the tests do.
        walk.lane.leave()

    unittest.runner.TextTestRunner.run = run_and_leave


def _watch_pytest(walk, preload):
    import pathlib
    import types
    import pytest
    from _pytest.assertion import rewrite
    plugin = types.ModuleType('writ_lane_plugin')
    state = {'broken': []}

    # What asserts are rewritten in is read past the import system's own loader.
    if hasattr(rewrite, '_rewrite_test') and hasattr(rewrite, '_read_pyc') and hasattr(rewrite, 'rewrite_asserts'):
        made, read = rewrite._rewrite_test, rewrite._read_pyc

        def rewrite_test(path, config):
            import ast
            text = walk.find_text(str(path))
            if text is not None:
                tree = ast.parse(text, filename=str(path))
                rewrite.rewrite_asserts(tree, text, str(path), config)
                return os.stat(str(path)), compile(tree, str(path), 'exec', dont_inherit=True)
            key = str(path)
            if key not in walk.codes:
                walk.codes[key] = made(path, config)
            return walk.codes[key]

        rewrite._rewrite_test = rewrite_test
        rewrite._read_pyc = lambda source, *more: None if walk.find_text(str(source)) is not None else read(source, *more)

    def parts(nodeid):
        head, bracket, tail = nodeid.partition('[')
        parts = head.split('::')
        parts[-1] += bracket + tail
        return [walk.relative(os.path.join(state['root'], parts[0])) or parts[0]] + parts[1:]

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(session):
        if walk.lane is None:
            preload()
            if hasattr(rewrite, '_rewrite_test'):
                for file in sorted(walk.files):
                    path = pathlib.Path(walk.root, file)
                    try:
                        if path.suffix == '.py':
                            rewrite._rewrite_test(path, session.config)
                    except Exception:
                        continue
        else:
            import time
            if walk.lane.job.get('loaded'):
                walk.lane.before = set(sys.modules)
            walk.lane.began = time.monotonic()

    def pytest_ignore_collect(collection_path):
        if collection_path.suffix == '.py' and collection_path.name != '__init__.py' and not walk.wants(str(collection_path)):
            return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(session):
        walk.rest()
        lane = walk.lane
        for file in state['broken']:
            lane.finish([file], 'failed')
        session.items[:] = [item for item in session.items if lane.asks(parts(item.nodeid))]

    # A file that cannot be loaded is told of once there is a job to tell of.
    def pytest_collectreport(report):
        if report.failed and report.nodeid.partition('::')[0].endswith('.py'):
            state['broken'].append(parts(report.nodeid)[0])

    def pytest_runtest_setup(item):
        state['status'] = None
        state['error'] = None
        walk.lane.begin(parts(item.nodeid))

    def pytest_runtest_makereport(item, call):
        if call.excinfo is not None and state.get('error') is None:
            state['error'] = call.excinfo.value

    def pytest_runtest_logreport(report):
        if report.outcome == 'failed':
            state['status'] = 'failed'
        elif report.outcome == 'skipped' and state.get('status') is None:
            state['status'] = 'skipped'
        elif report.when == 'call' and state.get('status') is None:
            state['status'] = 'passed'

    def pytest_runtest_logfinish(nodeid, location):
        walk.lane.finish(parts(nodeid), state.get('status') or 'skipped', state.get('error'))

    def pytest_configure(config):
        state['root'] = str(config.rootpath)

    # What others do once the tests are over is for people to read.
    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(session):
        if walk.lane is None:
            os._exit(0)
        walk.lane.leave()

    hooks = [pytest_collection, pytest_collectreport, pytest_runtestloop, pytest_runtest_setup, pytest_runtest_makereport, pytest_runtest_logreport, pytest_runtest_logfinish, pytest_configure, pytest_sessionfinish]
    if int(pytest.__version__.partition('.')[0]) >= 7:
        hooks.append(pytest_ignore_collect)
    for hook in hooks:
        setattr(plugin, hook.__name__, hook)
    sys.modules['writ_lane_plugin'] = plugin
    os.environ['PYTEST_PLUGINS'] = 'writ_lane_plugin'
    os.environ['PYTEST_ADDOPTS'] = (os.environ.get('PYTEST_ADDOPTS', '') + ' -p no:cacheprovider --tb=no --show-capture=no').strip()


def _serve(path):
    """Returns in the walker, and in each job that begins with it."""
    import json
    with open(os.path.join(path, 'work.json'), encoding='utf-8') as handle:
        work = json.load(handle)
    out = os.open(os.environ['WRIT_LANE_OUT'], os.O_WRONLY | os.O_APPEND)
    # Loaded once here instead of once in each child.
    import importlib, re, select, threading, traceback, types, unittest, unittest.main  # noqa

    def load(names):
        for name in names:
            try:
                importlib.import_module(name)
            except Exception:
                continue

    standard = set(getattr(sys, 'stdlib_module_names', ()))
    load(sorted(name for name in work.get('preload', ()) if name.partition('.')[0] in standard))
    uses_pytest = any('py.test' in word or 'pytest' in word for word in sys.orig_argv)
    if uses_pytest:
        try:
            import pytest, _pytest.config, _pytest.main, _pytest.assertion.rewrite, _pytest.python, _pytest.unittest, _pytest.runner  # noqa
        except ImportError:
            pass
    by_pytest = uses_pytest and 'pytest' in sys.modules and not work.get('script')
    if not by_pytest:
        load(work.get('loaded', ()))
    walk = _Walk(work, out)
    walk.begin()
    if walk.lane is None:
        walk.warm()
    if work.get('script'):
        _run_script(walk, work['script'])
    elif by_pytest:
        _watch_pytest(walk, lambda: load(work.get('loaded', ())))
    else:
        _watch_unittest(walk)


if _work and hasattr(os, 'fork') and _is_tester():
    _serve(_work)
elif _work:
    # Not a test runner: the next interpreter that this one starts may be.
    os.environ['WRIT_LANE'] = _work
    os.environ['PYTHONPATH'] = _here
_chain()
`
