import unittest
from src.sudoku import candidates, parse, solve

PUZZLE = "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79"


class SudokuTest(unittest.TestCase):
    def test_parses(self):
        self.assertEqual(parse(PUZZLE)[1][:6], [6, 0, 0, 1, 9, 5])

    def test_candidates_on_the_diagonal(self):
        self.assertEqual(candidates(parse(PUZZLE), 0, 2), [1, 2, 4])

    def test_candidates_in_the_left_boxes(self):
        grid = parse("." * 81)
        grid[4][1] = 5
        self.assertEqual(candidates(grid, 3, 0), [1, 2, 3, 4, 6, 7, 8, 9])

    def test_refuses(self):
        with self.assertRaises(ValueError):
            parse("123")
