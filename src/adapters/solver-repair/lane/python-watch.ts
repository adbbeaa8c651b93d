/**
 * Part of the harness for Python: finds out which test does not end, and where. An alarm keeps the stacks of a test that has had its
 * time, a few of them, and then ends it by an exception that no handler of the project expects; the tests after it run as usual.
 */
export const pythonWatch = String.raw`
class _Endless(BaseException):
    """Not an Exception: code that catches those does not catch this."""


class _Watch:
    samples_wanted = 5
    watch = None
    samples = ()
    pace = 0.02
    # What the test does when it is ended (its teardown, the runner's report of it) is given so long before it is asked again.
    grace = 1

    # "name" is the test that begins; None while files are loaded.
    def arm(self, name, parts=None):
        if self.watch is None:
            return
        import signal
        import time
        self.samples = []
        self.asked = 0
        self.alarmed = parts
        self.patience = self.watch['patienceMs'] / 1000
        if name in self.watch.get('endless', ()):
            self.patience = min(self.patience, 0.8)
        self.armed = (time.monotonic(), time.process_time())
        signal.signal(signal.SIGALRM, self.look)
        signal.setitimer(signal.ITIMER_REAL, self.patience, self.pace)

    def disarm(self):
        if self.watch is not None:
            import signal
            signal.setitimer(signal.ITIMER_REAL, 0)

    def look(self, _number, frame):
        import signal
        import time
        if not self.samples:
            elapsed = time.monotonic() - self.armed[0]
            # What only waits is given three times as long.
            if time.process_time() - self.armed[1] < 0.2 * elapsed and elapsed < 3 * self.patience:
                signal.setitimer(signal.ITIMER_REAL, 3 * self.patience - elapsed, self.pace)
                return
        stack = []
        while frame is not None and len(stack) < 50:
            path = self.relative(frame.f_code.co_filename)
            if path and not path.startswith(('<', '.writ-lane')) and 'site-packages' not in path:
                stack.append([frame.f_code.co_name, path, frame.f_lineno - 1])
            frame = frame.f_back
        self.samples.append(stack)
        if len(self.samples) < self.samples_wanted:
            return
        self.asked += 1
        if self.asked > 3 and self.alarmed:
            # Whatever is raised is swallowed there: nothing after it can run.
            self.finish(self.alarmed, 'failed')
            os._exit(0)
        signal.setitimer(signal.ITIMER_REAL, self.grace, self.grace)
        raise _Endless('it does not end')

    # For the record of the test that has just ended.
    def take_samples(self):
        told = {'endless': True, 'samples': self.samples[:self.samples_wanted]} if len(self.samples) >= self.samples_wanted else {}
        self.samples = []
        return told
`
