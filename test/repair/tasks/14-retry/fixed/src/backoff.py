"""Trying again with growing pauses."""


class GaveUp(Exception):
    def __init__(self, attempts, last):
        super().__init__(f"gave up after {attempts} attempts: {last}")
        self.attempts = attempts
        self.last = last


def delays(retries, base=1.0, factor=2.0, most=60.0):
    pause = base
    for _ in range(retries):
        yield min(pause, most)
        pause *= factor


def call(action, retries=3, pause=lambda seconds: None, retry_on=(Exception,), **schedule):
    """Calls once, and again after each pause."""
    waits = list(delays(retries, **schedule))
    last = None
    for attempt in range(retries + 1):
        try:
            return action()
        except retry_on as error:
            last = error
            if attempt < len(waits):
                pause(waits[attempt])
    raise GaveUp(retries + 1, last)


def total_wait(retries, **schedule):
    return sum(delays(retries, **schedule))
