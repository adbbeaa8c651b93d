import unittest
from src.sudoku import candidates, parse, solve
from tests.test_sudoku import PUZZLE


class SolveTest(unittest.TestCase):
    def test_solves(self):
        grid = parse(PUZZLE)
        self.assertTrue(solve(grid))
        self.assertEqual("".join(map(str, grid[0])), "534678912")
        self.assertEqual("".join(map(str, grid[8])), "345286179")

    def test_right_boxes(self):
        grid = parse("." * 81)
        grid[0][8] = 5
        self.assertNotIn(5, candidates(grid, 2, 6))
        self.assertIn(5, candidates(grid, 3, 6))
        self.assertIn(5, candidates(grid, 1, 2))
