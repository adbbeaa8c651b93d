import unittest
from src.coins import CannotPay, fewest, first_covering, greedy


class CoinsTest(unittest.TestCase):
    def test_greedy(self):
        self.assertEqual(greedy(88), [50, 20, 10, 5, 2, 1])

    def test_fewest(self):
        self.assertEqual(fewest(6, [4, 3, 1]), [3, 3])

    def test_cannot(self):
        with self.assertRaises(CannotPay):
            fewest(3, [2])

    def test_first_purse(self):
        self.assertEqual(first_covering(5, {"a": [1], "b": [5], "c": [9]}), "b")

    def test_no_purse(self):
        self.assertIsNone(first_covering(5, {"a": [1]}))
