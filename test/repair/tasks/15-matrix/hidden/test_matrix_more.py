import unittest
from matrix import Matrix


class MoreTest(unittest.TestCase):
    def test_twice_is_the_same(self):
        for rows in ([[1]], [[1, 2, 3]], [[1], [2], [3]], [[1, 2], [3, 4], [5, 6]]):
            self.assertEqual(Matrix(rows).transpose().transpose().rows, rows)
            self.assertEqual(Matrix(rows).transpose().shape, Matrix(rows).shape[::-1])

    def test_filled_is_height_by_width(self):
        self.assertEqual(Matrix.filled(2, 3, 7).rows, [[7, 7, 7], [7, 7, 7]])
