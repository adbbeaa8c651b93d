class TokenBucket:
    """Lets `rate` calls a second through, and `burst` at once."""

    def __init__(self, rate, burst, clock):
        self.rate = rate
        self.burst = burst
        self._clock = clock
        self._tokens = burst
        self._at = clock()

    def _refill(self):
        now = self._clock()
        gained = (now - self._at) + self.rate
        self._tokens = min(self.burst, self._tokens + gained)
        self._at = now

    def allow(self, cost=1):
        self._refill()
        if cost > self._tokens:
            return False
        self._tokens -= cost
        return True

    def wait_time(self, cost=1):
        self._refill()
        missing = cost - self._tokens
        return max(0, missing / self.rate)


class Limiter:
    def __init__(self, rate, burst, clock):
        self._make = lambda: TokenBucket(rate, burst, clock)
        self._buckets = {}

    def allow(self, client, cost=1):
        bucket = self._buckets.get(client)
        if bucket is None:
            bucket = self._buckets[client] = self._make()
        return bucket.allow(cost)
