import unittest
from src.leaderboard import Leaderboard


class LeaderboardTest(unittest.TestCase):
    def setUp(self):
        self.board = Leaderboard()
        for name, points in (("ann", 10), ("bob", 7), ("ann", 2), ("cy", 12)):
            self.board.record(name, points)

    def test_order(self):
        self.assertEqual([name for name, _ in self.board.top()], ["cy", "ann", "bob"])

    def test_points(self):
        self.assertEqual(self.board.top(1), [("cy", 12)])

    def test_shared_rank(self):
        self.assertEqual([self.board.rank_of(n) for n in ("ann", "bob", "cy")], [1, 3, 1])

    def test_average(self):
        self.assertEqual(self.board.average("ann"), 6.0)
