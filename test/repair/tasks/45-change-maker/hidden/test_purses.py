import unittest
from src.coins import first_covering


class PursesTest(unittest.TestCase):
    def test_order(self):
        purses = {"x": [2, 2], "y": [10, 10], "z": [50], "w": [4]}
        self.assertEqual([first_covering(n, purses) for n in (1, 4, 5, 21, 51)], ["x", "x", "y", "z", None])
