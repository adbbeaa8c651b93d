import unittest
from src.money import format_amount, split_evenly


class SharesTest(unittest.TestCase):
    def test_whole_cents(self):
        for cents in (0, 1, 99, 1001, 12345):
            for people in (1, 2, 3, 7):
                shares = split_evenly(cents, people)
                self.assertEqual(sum(shares), cents)
                self.assertTrue(all(isinstance(share, int) for share in shares))
                self.assertLessEqual(max(shares) - min(shares), 1)
                self.assertEqual(shares, sorted(shares, reverse=True))

    def test_large_amount(self):
        self.assertEqual(format_amount(split_evenly(123456789, 2)[0]), "617,283.95")
