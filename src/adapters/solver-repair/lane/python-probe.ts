/**
 * Part of the Python harness: a copy of each input that the tests give to a probed function is kept, and when they are over the
 * function is asked again, with these and with small variations of them.
 */
export const pythonProbe = String.raw`
def _show(value, depth=0):
    text = _render(value, depth)
    return text if len(text) <= 600 else text[:600] + '…'


def _render(value, depth):
    if depth > 6:
        return '…'
    if value is None or isinstance(value, (bool, int, float, complex, str, bytes)):
        text = repr(value)
        return text if len(text) <= 300 else text[:300] + '…'
    kind = type(value)
    deeper = lambda one: _render(one, depth + 1)
    if isinstance(value, dict):
        inner = '{%s}' % ', '.join('%s: %s' % (deeper(key), deeper(one)) for key, one in list(value.items())[:60])
        return inner if kind is dict else kind.__name__ + '(' + inner + ')'
    if isinstance(value, (list, tuple)):
        parts = [deeper(one) for one in value[:60]]
        if kind is tuple:
            return '(%s%s)' % (', '.join(parts), ',' if len(parts) == 1 else '')
        inner = '[%s]' % ', '.join(parts)
        return inner if kind is list else kind.__name__ + '(' + inner + ')'
    if isinstance(value, (set, frozenset)):
        return kind.__name__ + '{%s}' % ', '.join(sorted(deeper(one) for one in value))
    if isinstance(value, type) or callable(value) and hasattr(value, '__name__'):
        return value.__name__
    if hasattr(value, '__dict__') and kind.__module__ not in ('datetime', 'decimal', 'fractions'):
        return '%s(%s)' % (kind.__name__, ', '.join('%s=%s' % (key, deeper(one)) for key, one in sorted(vars(value).items())[:40]))
    try:
        return repr(value).partition(' at 0x')[0]
    except Exception:
        return kind.__name__


def _vary(value, depth=0):
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, (int, float)):
        yield value + 1
        yield value - 1
        if value:
            yield value - value
            yield -value
    elif isinstance(value, str):
        if value:
            yield ''
            yield value[1:]
            yield value[:-1]
        yield value + value
        yield value + ' '
        yield 'a' + value
        if value.upper() != value:
            yield value.upper()
    elif type(value) in (list, tuple):
        if value:
            yield value[:0]
            yield value[1:]
            yield value[:-1]
            yield value + value
        if len(value) > 1:
            yield value[::-1]
        if depth < 2:
            for at in sorted({0, len(value) - 1}):
                if 0 <= at < len(value):
                    for one in _vary(value[at], depth + 1):
                        yield value[:at] + type(value)([one]) + value[at + 1:]
    elif type(value) is dict:
        if value:
            yield {}
        if depth < 2:
            for key in list(value)[:8]:
                for one in _vary(value[key], depth + 1):
                    yield {**value, key: one}
                yield {name: one for name, one in value.items() if name != key}
    elif type(value) is set:
        if value:
            yield set()


def _variants(args, named):
    for at, value in enumerate(args):
        for one in _vary(value):
            yield args[:at] + (one,) + args[at + 1:], named
    for key, value in named.items():
        for one in _vary(value):
            yield args, {**named, key: one}
    for at in range(len(args) - 1):
        if type(args[at]) is type(args[at + 1]):
            yield args[:at] + (args[at + 1], args[at]) + args[at + 2:], named


class _Probe:
    # What the functions under a probe answer to the arguments of the tests and to small variations of them.
    def probe(self):
        import builtins
        import copy
        self.inputs = []
        self.known = set()
        self.asked = set()

        def enter(name, call, this, args, named):
            if self.inputs is None or len(self.inputs) >= 24:
                return
            key = '%s %s %s %s' % (name, _show(this), _show(args), _show(named))
            if key in self.known:
                return
            self.known.add(key)
            try:
                self.inputs.append((name, call) + copy.deepcopy((this, args, named)))
            except BaseException:
                # What cannot be copied is no input that can be given again.
                return

        builtins.writ_probe = enter

    def ask_probed(self):
        import time
        inputs, self.inputs = self.inputs, None
        until = time.monotonic() + 4
        for one in inputs:
            self.ask(one, True)
        rows = [(one, _variants(one[3], one[4])) for one in inputs]
        at = 0
        while rows and len(self.asked) < 320 and time.monotonic() < until:
            one, rest = rows[at % len(rows)]
            try:
                args, named = next(rest)
                self.ask((one[0], one[1], one[2], args, named), False)
            except StopIteration:
                rows.pop(at % len(rows))
            except Exception:
                rows.pop(at % len(rows))
            at += 1

    def ask(self, one, given):
        import copy
        import inspect
        import itertools
        import signal
        name, call, this, args, named = one
        try:
            this, args, named = copy.deepcopy((this, args, named))
        except BaseException:
            return
        shown = ', '.join([_show(value) for value in args] + ['%s=%s' % (key, _show(value)) for key, value in named.items()])
        owner = '' if this is None else _show(this)
        key = '\0'.join((name, owner, shown))
        if key in self.asked:
            return
        self.asked.add(key)

        class Late(BaseException):
            pass

        def late(number, frame):
            raise Late()

        signal.signal(signal.SIGALRM, late)
        signal.setitimer(signal.ITIMER_REAL, 0.25)
        try:
            answer = call(this, args, named)
            if inspect.iscoroutine(answer):
                import asyncio
                answer = asyncio.run(answer)
            if inspect.isgenerator(answer):
                outcome = 'yields ' + _show(list(itertools.islice(answer, 50)))
            else:
                outcome = 'returns ' + _show(answer)
        except Late:
            outcome = 'does not end'
        except BaseException as error:
            outcome = 'throws ' + type(error).__name__
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        after = ', '.join([_show(value) for value in args] + ['%s=%s' % (key, _show(value)) for key, value in named.items()])
        if after != shown:
            outcome += ', its arguments become ' + after
        if this is not None and _show(this) != owner:
            outcome += ', the object becomes ' + _show(this)
        self.say({'probed': [name, owner, shown, given, outcome]})
`
