import unittest
from src.bowling import frames, is_over, score


class BowlingTest(unittest.TestCase):
    def test_open_frames(self):
        self.assertEqual(score([3, 4] * 10), 70)

    def test_spare(self):
        self.assertEqual(frames([5, 5, 3, 2]), [13, 5])

    def test_strike(self):
        self.assertEqual(frames([10, 3, 4, 0, 0]), [17, 7, 0])

    def test_over(self):
        self.assertFalse(is_over([10] * 5))
