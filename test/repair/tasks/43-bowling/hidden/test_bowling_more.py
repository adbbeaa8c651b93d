import unittest
from src.bowling import frames, is_over, score


class MoreTest(unittest.TestCase):
    def test_perfect(self):
        self.assertEqual(score([10] * 12), 300)
        self.assertTrue(is_over([10] * 12))

    def test_unknown_yet(self):
        self.assertEqual(frames([10, 10]), [])
        self.assertEqual(frames([10, 10, 4]), [24])

    def test_mixed(self):
        self.assertEqual(score([10, 7, 3, 9, 0, 10, 0, 8, 8, 2, 0, 6, 10, 10, 10, 8, 1]), 167)
