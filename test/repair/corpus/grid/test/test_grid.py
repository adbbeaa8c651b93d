import unittest

from src.grid import find, make, multiply, neighbours, rotate, spread, transpose


class GridTest(unittest.TestCase):
    def test_rows_are_apart(self):
        grid = make(2, 2)
        grid[0][0] = 1
        self.assertEqual(grid, [[1, 0], [0, 0]])

    def test_make_has_its_shape(self):
        self.assertEqual(make(1, 3, 7), [[7, 7, 7]])

    def test_transpose(self):
        self.assertEqual(transpose([[1, 2, 3], [4, 5, 6]]), [[1, 4], [2, 5], [3, 6]])

    def test_transpose_nothing(self):
        self.assertEqual(transpose([]), [])

    def test_rotate(self):
        self.assertEqual(rotate([[1, 2], [3, 4]]), [[3, 1], [4, 2]])

    def test_neighbours_in_a_corner(self):
        self.assertEqual(neighbours([[1, 2], [3, 4]], 0, 0), [2, 3, 4])

    def test_neighbours_in_the_middle(self):
        self.assertEqual(neighbours([[1, 2, 3], [4, 5, 6], [7, 8, 9]], 1, 1), [1, 2, 3, 4, 6, 7, 8, 9])

    def test_multiply(self):
        self.assertEqual(multiply([[1, 2], [3, 4]], [[5, 6], [7, 8]]), [[19, 22], [43, 50]])

    def test_find(self):
        self.assertEqual(find([[1, 2], [3, 4]], 3), (1, 0))
        self.assertEqual(find([[1, 2], [3, 4]], 2), (0, 1))

    def test_find_nothing(self):
        self.assertIsNone(find([[1]], 2))

    def test_spread(self):
        self.assertEqual(spread([[3, -1], [7, 2]]), 8)
