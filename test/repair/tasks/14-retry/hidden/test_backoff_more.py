import unittest
from src.backoff import GaveUp, call


class MoreTest(unittest.TestCase):
    def test_no_retries_is_one_call(self):
        calls = []
        with self.assertRaises(GaveUp):
            call(lambda: calls.append(1) or 1 / 0, retries=0)
        self.assertEqual(len(calls), 1)

    def test_pauses(self):
        slept, left = [], [5]

        def action():
            left[0] -= 1
            if left[0] > 0:
                raise ValueError
            return "done"

        self.assertEqual(call(action, retries=4, pause=slept.append, base=2), "done")
        self.assertEqual(slept, [2, 4, 8, 16])

    def test_other_errors_pass(self):
        with self.assertRaises(KeyError):
            call(lambda: {}["x"], retry_on=(OSError,))
