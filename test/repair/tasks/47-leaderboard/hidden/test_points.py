import unittest
from src.leaderboard import Leaderboard


class PointsTest(unittest.TestCase):
    def test_sums(self):
        board = Leaderboard()
        self.assertEqual([board.record("x", n) for n in (1, 2, 3, -4)], [1, 3, 6, 2])
        self.assertEqual(board.average("x"), 0.5)
