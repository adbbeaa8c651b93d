/**
 * Part of the Python harness: who forks where. One process (the walker) goes through the check's command as it stands; where it
 * is about to load a file that jobs replace, it leaves a server behind, which forks for each such job and so goes on from there,
 * as a run from the start would with that text. Files that nothing has loaded when the tests begin have a server there.
 */
export const pythonFork = String.raw`
class _Walk:
    # Servers at most, and bytes of their own memory in sum.
    most = 12
    most_bytes = 400 << 20
    # What a job may take beyond what it was forked with.
    grow_bytes = 512 << 20

    def __init__(self, work, out):
        self.work = work
        self.out = out
        self.root = os.path.realpath(work['root'])
        # The job of this process, once it has one.
        self.lane = None
        self.texts = {}
        self.codes = {}
        self.served = 0
        self.files = set(file for job in work['jobs'] for file in job.get('files', ()))
        paths = list(dict.fromkeys(path for job in work['jobs'] for path in self.paths(job)))
        self.waiting = set(paths)
        self.tails = set(os.path.basename(one['path']) for job in work['jobs'] for one in self.changed(job))
        self.pipes = {key: os.pipe() for key in ['start', 'rest'] + paths[:self.most]}
        self.told = os.pipe()

    def changed(self, job):
        return ([job] if 'path' in job else []) + job.get('others', [])

    def paths(self, job):
        """Files before which a job may begin; none for one that is to see everything from the start."""
        return [] if job.get('cover') or job.get('loaded') else [os.path.join(self.root, one['path']) for one in self.changed(job)]

    def relative(self, path):
        full = os.path.realpath(path or '')
        return os.path.relpath(full, self.root).replace(os.sep, '/') if full.startswith(self.root + os.sep) else None

    def wants(self, path):
        """Does anything here run tests of this file? A survey runs those of all."""
        files = self.files if self.lane is None else self.lane.files
        return not files or self.relative(path) in files

    def begin(self):
        """Returns in the walker and, later, in each job's process; never in the caller's."""
        walker = os.fork()
        if walker:
            try:
                self.schedule(walker)
            finally:
                # Servers end where their pipes do.
                os._exit(0)
        for reader, writer in self.pipes.values():
            os.close(writer)
        os.close(self.told[0])
        self.watch_loads()
        if not self.waiting:
            self.write(self.told[1], ['over', None, None])
            return self.serve('start')
        if os.fork() == 0:
            self.serve('start')

    # ---- the first process: hands jobs out in their order, each to the server that stands where its file is loaded first
    def schedule(self, walker):
        import json
        import select
        import signal
        import time
        for reader, writer in self.pipes.values():
            os.close(reader)
        os.close(self.told[1])
        jobs = self.work['jobs']
        began = time.monotonic()
        until = None
        at = 0
        stops = []
        busy = {}
        walking = True
        text = b''

        def find_server(job):
            paths = self.paths(job)
            if not paths:
                return 'start'
            for path, key in stops:
                if path == 'rest' or path in paths:
                    return key
            return None if walking else 'start'

        while True:
            now = time.monotonic()
            while at < len(jobs) and len(busy) < self.work['width'] and (until is None or now < until):
                key = find_server(jobs[at])
                if key is None:
                    break
                if until is None:
                    until = now + self.work['budgetMs'] / 1000
                os.write(self.pipes[key][1], b'%d\n' % at)
                busy[at] = now + jobs[at]['perMs'] / 1000 + 2
                at += 1
            if not busy and (at == len(jobs) or until is not None and now >= until):
                break
            if select.select([self.told[0]], [], [], 0.02 if walking else 0.5)[0]:
                text += os.read(self.told[0], 65536)
            lines = text.split(b'\n')
            text = lines.pop()
            for line in lines:
                kind, value, more = json.loads(line)
                if kind == 'stop':
                    stops.append((value, more))
                elif kind == 'over':
                    walking = False
                elif busy.pop(value, None) is not None and more == 77:
                    until = min(until, time.monotonic() + self.work['graceMs'] / 1000)
            now = time.monotonic()
            for job, last in list(busy.items()):
                if now > last:
                    # Its server is gone.
                    busy.pop(job)
                    self.write(self.out, {'id': jobs[job]['id'], 'ended': 'crash'})
            if walking and os.waitpid(walker, os.WNOHANG)[0]:
                walking = False
                walker = None
            elif walking and now > began + self.work['walkMs'] / 1000:
                walking = False
                os.kill(walker, signal.SIGKILL)
        if walker is not None:
            os.kill(walker, signal.SIGKILL)

    def write(self, where, record):
        import json
        os.write(where, (json.dumps(record) + '\n').encode())

    # ---- the walker
    def own_bytes(self):
        try:
            with open('/proc/self/statm', encoding='ascii') as handle:
                size, resident, shared = (int(word) * os.sysconf('SC_PAGE_SIZE') for word in handle.read().split()[:3])
            return size, resident - shared
        except (OSError, ValueError):
            return 512 << 20, 64 << 20

    def can_fork(self):
        import threading
        return threading.active_count() == 1 and threading.current_thread() is threading.main_thread()

    def reach(self, full):
        """Something is about to load a file. Returns in the walker, and in each job that begins here."""
        if self.lane is not None or full not in self.waiting:
            return
        self.waiting.discard(full)
        if not self.can_fork():
            # A fork would be without the other threads: these jobs begin at the start.
            return self.write(self.told[1], ['stop', full, 'start'])
        self.served += 1
        if full not in self.pipes or self.served * self.own_bytes()[1] > self.most_bytes:
            self.waiting.add(full)
            return self.rest()
        self.write(self.told[1], ['stop', full, full])
        if not self.waiting:
            self.write(self.told[1], ['over', None, None])
            return self.serve(full)
        if os.fork() == 0:
            self.serve(full)

    def rest(self):
        """The tests are about to begin. Returns in each job of a file that nothing has loaded, and at once where this is a job already."""
        if self.lane is not None:
            return
        if not self.waiting or not self.can_fork():
            os._exit(0)
        self.write(self.told[1], ['stop', 'rest', 'rest'])
        self.write(self.told[1], ['over', None, None])
        self.serve('rest')

    # ---- servers
    def serve(self, key):
        """Forks for each job that comes in, and returns in it."""
        try:
            self.serve_jobs(key)
        finally:
            if self.lane is None:
                os._exit(1)

    def serve_jobs(self, key):
        import gc
        import select
        import signal
        import time
        jobs = self.work['jobs']
        reader = self.pipes[key][0]
        size = self.own_bytes()[0]
        gc.collect()
        gc.freeze()
        live = {}
        text = b''

        def end(pid, how, code):
            job = jobs[live[pid][0]]
            self.write(self.out, {'id': job['id'], 'ended': how, 'ms': (time.monotonic() - live[pid][1]) * 1000})
            self.write(self.told[1], ['end', live.pop(pid)[0], code])

        def kill(pid):
            for each in (lambda: os.killpg(pid, signal.SIGKILL), lambda: os.kill(pid, signal.SIGKILL)):
                try:
                    each()
                except OSError:
                    continue
            os.waitpid(pid, 0)

        while True:
            if select.select([reader], [], [], 0.001 if live else None)[0]:
                more = os.read(reader, 65536)
                if not more:
                    for pid in live:
                        kill(pid)
                    os._exit(0)
                text += more
                lines = text.split(b'\n')
                text = lines.pop()
                for line in lines:
                    job = jobs[int(line)]
                    pid = os.fork()
                    if pid == 0:
                        return self.take(job, size)
                    live[pid] = (int(line), time.monotonic())
            for pid, (job, began) in list(live.items()):
                done, code = os.waitpid(pid, os.WNOHANG)
                if done:
                    end(pid, 'done', os.WEXITSTATUS(code) if os.WIFEXITED(code) else -1)
                elif time.monotonic() - began > jobs[job]['perMs'] / 1000:
                    kill(pid)
                    end(pid, 'timeout', -1)

    def take(self, job, size):
        os.setpgid(0, 0)
        try:
            import resource
            most = size + self.grow_bytes
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
        except (ImportError, ValueError, OSError):
            pass
        sys.dont_write_bytecode = True
        self.texts = {os.path.join(self.root, one['path']): one['text'].encode('utf-8') for one in self.changed(job)}
        self.lane = _Lane(self, job)
        self.lane.arm(None)
        if job.get('probe'):
            self.lane.probe()

    # ---- what is loaded: in a job the text of some files, nearly always one, is not the one on disk
    def find_text(self, name):
        if os.path.basename(name) not in self.tails:
            return None
        full = os.path.realpath(name)
        self.reach(full)
        return self.texts.get(full)

    def watch_loads(self):
        from importlib import machinery
        loader = machinery.SourceFileLoader
        stats, data, compile_text = loader.path_stats, loader.get_data, loader.source_to_code

        def path_stats(this, name):
            if self.find_text(name) is not None:
                raise OSError('no cache for a candidate')
            return stats(this, name)

        def get_data(this, name):
            text = self.find_text(name)
            return data(this, name) if text is None else text

        def source_to_code(this, text, name, **more):
            if not isinstance(text, bytes) or not str(name).startswith(self.root):
                return compile_text(this, text, name, **more)
            key = (text, str(name))
            if key not in self.codes:
                self.codes[key] = compile_text(this, text, name, **more)
            return self.codes[key]

        loader.path_stats, loader.get_data, loader.source_to_code = path_stats, get_data, source_to_code

    def warm(self):
        """Compiles what is likely to be loaded after a fork, once instead of in each job."""
        from importlib import machinery
        for path in self.work.get('warm', ()):
            full = os.path.join(self.root, path)
            try:
                with open(full, 'rb') as handle:
                    machinery.SourceFileLoader('warm', full).source_to_code(handle.read(), full)
            except Exception:
                continue

`
