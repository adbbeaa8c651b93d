import unittest
from limiter import TokenBucket


class MoreTest(unittest.TestCase):
    def test_wait_time(self):
        now = [0.0]
        bucket = TokenBucket(4, 10, lambda: now[0])
        bucket.allow(10)
        self.assertEqual(bucket.wait_time(2), 0.5)
        now[0] = 0.25
        self.assertEqual(bucket.wait_time(2), 0.25)
        now[0] = 60.0
        self.assertEqual(bucket.wait_time(10), 0)
        self.assertFalse(bucket.allow(11))

    def test_no_time_no_tokens(self):
        bucket = TokenBucket(5, 3, lambda: 1.0)
        self.assertEqual([bucket.allow() for _ in range(5)], [True] * 3 + [False] * 2)
