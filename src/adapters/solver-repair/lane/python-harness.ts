import { pythonProbe } from './python-probe.ts'
import { pythonWatch } from './python-watch.ts'

/**
 * `sitecustomize.py` of the tested project's own Python while candidates are tried. The first interpreter of the check that
 * runs tests stops here, before any of the project's code is imported, and becomes a fork server: each child takes one job,
 * puts one file's new text in the place of what is on disk, and goes on to run the check's command as it stands. So the
 * runner, its arguments and its discovery are exactly the check's. Kept as text because it must reach a process that sees
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
${pythonWatch}

class _Lane(_Probe, _Watch):
    def __init__(self, work, job, out):
        self.root = os.path.realpath(work['root'])
        self.keep = set(work['keep'])
        self.files = set(job.get('files', ()))
        self.only = set(name.partition(' #')[0] for name in job['only']) if 'only' in job else None
        self.targets = set(job.get('targets', ()))
        self.mended = False
        self.missed = False
        self.at = 0.0
        self.job = job
        self.out = out
        self.counts = {}
        self.watch = job.get('watch')
        self.rows = None
        self.rootpath = os.getcwd()
        self.before = set(sys.modules)

    def say(self, record):
        import json
        record['id'] = self.job['id']
        os.write(self.out, (json.dumps(record) + '\n').encode())

    def relative(self, path):
        full = os.path.realpath(path or '')
        return os.path.relpath(full, self.root).replace(os.sep, '/') if full.startswith(self.root + os.sep) else None

    # Candidates: the text of some files, nearly always one, is not the one on disk.
    def replace(self):
        changed = ([self.job] if 'path' in self.job else []) + self.job.get('others', [])
        if not changed:
            return
        from importlib import machinery
        texts = {os.path.join(self.root, one['path']): one['text'].encode('utf-8') for one in changed}
        loader = machinery.SourceFileLoader
        stats, data = loader.path_stats, loader.get_data

        def path_stats(this, name):
            if os.path.realpath(name) in texts:
                raise OSError('no cache for a candidate')
            return stats(this, name)

        def get_data(this, name):
            full = os.path.realpath(name)
            return texts[full] if full in texts else data(this, name)

        loader.path_stats, loader.get_data = path_stats, get_data

    # Coverage of one test at a time, by rows from 0.
    def begin(self, parts):
        import time
        self.at = time.monotonic()
        self.arm(self.plain(parts), parts)
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

    # The parent learns from the exit code that all that can be reached was mended.
    def leave(self):
        self.disarm()
        if self.job.get('loaded'):
            self.tell_loaded()
        if self.job.get('probe'):
            self.ask_probed()
        os._exit(77 if self.mended and not self.missed and not self.targets else 0)

    # What the tests load that is not the project's: loaded before the forks of later jobs.
    def tell_loaded(self):
        foreign = []
        for name, module in list(sys.modules.items()):
            file = getattr(module, '__file__', None)
            inner = self.relative(file) if file else None
            if name not in self.before and name != '__main__' and (inner is None or 'site-packages' in inner):
                foreign.append(name)
        self.say({'loaded': foreign[:2000]})

    def parts(self, nodeid):
        head, bracket, tail = nodeid.partition('[')
        parts = head.split('::')
        parts[-1] += bracket + tail
        return [self.relative(os.path.join(self.rootpath, parts[0])) or parts[0]] + parts[1:]

    def plain(self, parts):
        return ' › '.join(' '.join(part.split()) for part in parts if part)

    def run_script(self, script):
        import runpy
        full = os.path.join(self.root, script['file'])
        sys.argv = [full]
        sys.path.insert(0, os.path.dirname(full))
        status = 'passed'
        error = None
        self.begin([script['name']])
        try:
            runpy.run_path(full, run_name='__main__')
        except SystemExit as stop:
            status = 'passed' if stop.code in (None, 0) else 'failed'
        except BaseException as raised:
            status = 'failed'
            error = raised
        self.finish([script['name']], status, error)
        self.leave()

    def watch_unittest(self):
        import unittest
        lane = self
        run = unittest.TestCase.run

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
            if result is None or not hasattr(result, 'failures') or getattr(lane, 'busy', False):
                return run(test, result)
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
            if lane.only is not None and lane.plain(parts) not in lane.only:
                return result
            lane.busy = True
            seen = watch(result)
            bad = len(result.failures) + len(result.errors) + len(getattr(result, 'unexpectedSuccesses', ()))
            passed_over = len(getattr(result, 'skipped', ())) + len(getattr(result, 'expectedFailures', ()))
            lane.begin(parts)
            try:
                return run(test, result)
            finally:
                lane.busy = False
                worse = len(result.failures) + len(result.errors) + len(getattr(result, 'unexpectedSuccesses', ())) > bad
                skipped = len(getattr(result, 'skipped', ())) + len(getattr(result, 'expectedFailures', ())) > passed_over
                lane.finish(parts, 'failed' if worse else 'skipped' if skipped else 'passed', seen[-1] if seen else None)

        unittest.TestCase.run = run_one
        if lane.files and not lane.job.get('cover') and hasattr(unittest.TestLoader, '_match_path'):
            match = unittest.TestLoader._match_path

            def match_path(loader, path, full_path, pattern):
                return lane.relative(full_path) in lane.files and match(loader, path, full_path, pattern)

            unittest.TestLoader._match_path = match_path
        import unittest.runner
        run_all = unittest.runner.TextTestRunner.run

        def run_and_leave(runner, tests):
            run_all(runner, tests)
            # Taking the interpreter down in good order costs more than the tests do.
            lane.leave()

        unittest.runner.TextTestRunner.run = run_and_leave


def _watch_pytest(lane, fork=None):
    """Tells a lane what pytest does. With "fork" there is no lane before pytest has its settings and plugins: it makes one in each child."""
    import types
    import pytest
    plugin = types.ModuleType('writ_lane_plugin')
    held = {'lane': lane}
    state = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(session):
        if held['lane'] is None:
            held['lane'] = fork()
            held['lane'].rootpath = held['rootpath']

    def pytest_collection_modifyitems(session, config, items):
        lane = held['lane']
        if lane.only is not None:
            items[:] = [item for item in items if lane.plain(lane.parts(item.nodeid)) in lane.only]

    def pytest_runtest_setup(item):
        state.clear()
        state['status'] = None
        state['error'] = None
        held['lane'].begin(held['lane'].parts(item.nodeid))

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
        held['lane'].finish(held['lane'].parts(nodeid), state.get('status') or 'skipped', state.get('error'))

    def pytest_configure(config):
        held['rootpath'] = str(config.rootpath)
        if held['lane'] is not None:
            held['lane'].rootpath = held['rootpath']

    def pytest_unconfigure(config):
        if held['lane'] is not None:
            held['lane'].leave()

    for hook in (pytest_collection, pytest_collection_modifyitems, pytest_runtest_setup, pytest_runtest_makereport, pytest_runtest_logreport, pytest_runtest_logfinish, pytest_configure, pytest_unconfigure):
        setattr(plugin, hook.__name__, hook)
    sys.modules['writ_lane_plugin'] = plugin
    os.environ['PYTEST_PLUGINS'] = 'writ_lane_plugin'
    os.environ['PYTEST_ADDOPTS'] = (os.environ.get('PYTEST_ADDOPTS', '') + ' -p no:cacheprovider --tb=no --show-capture=no').strip()


def _fork_late(path, work, out):
    """Forks where pytest is about to collect. What a conftest has loaded by then cannot be replaced: then all is begun anew, to fork early."""
    root = os.path.realpath(work['root'])
    wanted = {os.path.join(root, one['path']) for job in work['jobs'] for one in [job] + job.get('others', []) if 'path' in one}
    loaded = {os.path.realpath(module.__file__) for module in list(sys.modules.values()) if getattr(module, '__file__', None)}
    if wanted & loaded:
        os.environ.update({'WRIT_LANE': path, 'WRIT_LANE_EARLY': '1', 'PYTHONPATH': _here})
        os.environ.pop('PYTEST_PLUGINS', None)
        os.execv(sys.executable, [sys.executable] + sys.orig_argv[1:])
    return _fork_each(work, out)


def _serve(path):
    """Returns in each child, and in pytest itself where it forks later."""
    import json
    with open(os.path.join(path, 'work.json'), encoding='utf-8') as handle:
        work = json.load(handle)
    out = os.open(os.environ['WRIT_LANE_OUT'], os.O_WRONLY | os.O_APPEND)
    # Loaded once here instead of once in each child.
    import importlib, re, threading, traceback, types, unittest, unittest.main  # noqa
    named = set(work.get('preload', ()))
    standard = set(getattr(sys, 'stdlib_module_names', ()))
    for name in sorted(name for name in named if name.partition('.')[0] in standard):
        try:
            importlib.import_module(name)
        except Exception:
            pass
    uses_pytest = any('py.test' in word or 'pytest' in word for word in sys.orig_argv)
    if uses_pytest:
        try:
            import pytest, _pytest.config, _pytest.main, _pytest.assertion.rewrite, _pytest.python, _pytest.unittest, _pytest.runner  # noqa
        except ImportError:
            pass
    if uses_pytest and 'pytest' in sys.modules and not work.get('script') and not os.environ.get('WRIT_LANE_EARLY'):
        return _watch_pytest(None, lambda: _fork_late(path, work, out))
    lane = _fork_each(work, out)
    if work.get('script'):
        lane.run_script(work['script'])
    elif uses_pytest:
        _watch_pytest(lane)
    else:
        lane.watch_unittest()


def _fork_each(work, out):
    """Returns in each child, with its lane, and never in the parent."""
    import gc
    import json
    import signal
    import importlib
    import time
    for name in work.get('loaded', ()):
        try:
            importlib.import_module(name)
        except Exception:
            continue
    gc.collect()
    gc.freeze()
    until = time.monotonic() + work['budgetMs'] / 1000
    queue = list(work['jobs'])
    live = {}

    def end(pid, status):
        job, began = live.pop(pid)
        took = (time.monotonic() - began) * 1000
        os.write(out, (json.dumps({'id': job['id'], 'ended': status, 'ms': took}) + '\n').encode())

    while queue or live:
        while queue and len(live) < work['width'] and time.monotonic() < until:
            job = queue.pop(0)
            pid = os.fork()
            if pid == 0:
                os.setpgid(0, 0)
                try:
                    import resource
                    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
                except (ImportError, ValueError, OSError):
                    pass
                lane = _Lane(work, job, out)
                sys.dont_write_bytecode = True
                lane.replace()
                lane.arm(None)
                if job.get('probe'):
                    lane.probe()
                return lane
            live[pid] = (job, time.monotonic())
        if not live:
            break
        pid, code = os.waitpid(-1, os.WNOHANG)
        if pid in live:
            if os.WIFEXITED(code) and os.WEXITSTATUS(code) == 77:
                until = min(until, time.monotonic() + work['graceMs'] / 1000)
            end(pid, 'done')
            continue
        now = time.monotonic()
        for pid, (job, began) in list(live.items()):
            if now - began > job['perMs'] / 1000:
                for kill in (lambda: os.killpg(pid, signal.SIGKILL), lambda: os.kill(pid, signal.SIGKILL)):
                    try:
                        kill()
                    except OSError:
                        continue
                os.waitpid(pid, 0)
                end(pid, 'timeout')
        time.sleep(0.001)
    os._exit(0)


if _work and hasattr(os, 'fork') and _is_tester():
    _serve(_work)
elif _work:
    # Not a test runner: the next interpreter that this one starts may be.
    os.environ['WRIT_LANE'] = _work
    os.environ['PYTHONPATH'] = _here
_chain()
`
