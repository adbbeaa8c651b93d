import unittest
from src.parking import Full, Lot


class ParkingTest(unittest.TestCase):
    def test_short_stay(self):
        lot = Lot(2)
        lot.enter("A", 0)
        self.assertEqual(lot.leave("A", 15), 0)

    def test_pays_by_begun_hours(self):
        self.assertEqual(Lot(1).fee(61), 400)

    def test_free_places(self):
        lot = Lot(3)
        lot.enter("A", 0)
        self.assertEqual(lot.free(), 2)

    def test_full(self):
        lot = Lot(1)
        lot.enter("A", 0)
        with self.assertRaises(Full):
            lot.enter("B", 1)

    def test_longest(self):
        lot = Lot(3)
        lot.enter("A", 5)
        lot.enter("B", 2)
        self.assertEqual(lot.longest_inside(), "B")
