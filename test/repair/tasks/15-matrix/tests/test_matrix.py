import unittest
from matrix import Matrix


class MatrixTest(unittest.TestCase):
    def test_product(self):
        self.assertEqual((Matrix([[1, 2]]) @ Matrix([[3], [4]])).rows, [[11]])

    def test_transpose_of_a_square(self):
        self.assertEqual(Matrix([[1, 2], [3, 4]]).transpose().rows, [[1, 3], [2, 4]])

    def test_transpose_of_a_wide_one(self):
        self.assertEqual(Matrix([[1, 2, 3], [4, 5, 6]]).transpose().rows, [[1, 4], [2, 5], [3, 6]])

    def test_power(self):
        self.assertEqual(Matrix([[1, 1], [1, 0]]).power(10).rows, [[89, 55], [55, 34]])
