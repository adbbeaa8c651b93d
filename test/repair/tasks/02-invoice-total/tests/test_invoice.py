import unittest
from src.invoice import Invoice
from src.money import split_evenly


class InvoiceTest(unittest.TestCase):
    def test_total_with_tax(self):
        self.assertEqual(Invoice(20).add("tea", "2.50", 4).total, 1200)

    def test_splits_evenly(self):
        self.assertEqual(split_evenly(100, 3), [34, 33, 33])

    def test_shares_are_printed(self):
        self.assertEqual(Invoice().add("pizza", "10").shares(3), ["3.34", "3.33", "3.33"])
