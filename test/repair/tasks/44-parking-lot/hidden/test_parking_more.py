import unittest
from src.parking import Lot


class MoreTest(unittest.TestCase):
    def test_a_day(self):
        lot = Lot(10, rate_cents=150, free_minutes=0)
        for n in range(4):
            lot.enter(f"P{n}", n)
        self.assertEqual(lot.free(), 6)
        self.assertEqual([lot.leave(f"P{n}", 60 * (n + 1)) for n in range(4)], [150, 300, 450, 600])
        self.assertEqual((lot.takings, lot.free()), (1500, 10))
