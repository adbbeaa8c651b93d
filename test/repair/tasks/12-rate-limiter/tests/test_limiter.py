import unittest
from limiter import Limiter, TokenBucket


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


class LimiterTest(unittest.TestCase):
    def setUp(self):
        self.clock = Clock()

    def test_burst_then_refused(self):
        bucket = TokenBucket(1, 2, self.clock)
        self.assertEqual([bucket.allow() for _ in range(3)], [True, True, False])

    def test_refills_in_time(self):
        bucket = TokenBucket(2, 2, self.clock)
        bucket.allow(2)
        self.clock.now += 0.5
        self.assertEqual([bucket.allow(), bucket.allow()], [True, False])

    def test_clients_apart(self):
        limiter = Limiter(1, 1, self.clock)
        self.assertEqual([limiter.allow("a"), limiter.allow("b"), limiter.allow("a")], [True, True, False])
