import unittest
from fees import FeeTable
from fees.bands import band_for


class MoreTest(unittest.TestCase):
    def test_bands(self):
        bands = [(0, 9), (10, 6), (20, 3)]
        self.assertEqual([band_for(bands, amount)[1] for amount in (0, 9, 10, 19, 20, 99)], [9, 9, 6, 6, 3, 3])

    def test_at_the_edge(self):
        self.assertEqual(FeeTable([(0, 10), (100, 5)]).flat(100), 5)
