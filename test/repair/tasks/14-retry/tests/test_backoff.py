import unittest
from src.backoff import GaveUp, call, delays, total_wait


class Flaky:
    def __init__(self, failures):
        self.failures = failures
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if self.calls <= self.failures:
            raise OSError("not yet")
        return self.calls


class BackoffTest(unittest.TestCase):
    def test_first_time(self):
        self.assertEqual(call(Flaky(0)), 1)

    def test_last_retry_counts(self):
        self.assertEqual(call(Flaky(3), retries=3), 4)

    def test_gives_up(self):
        flaky = Flaky(99)
        with self.assertRaises(GaveUp) as caught:
            call(flaky, retries=2)
        self.assertEqual((flaky.calls, caught.exception.attempts), (3, 3))

    def test_delays(self):
        self.assertEqual(list(delays(4, base=1, factor=3, most=10)), [1, 3, 9, 10])
        self.assertEqual(total_wait(3), 7)
