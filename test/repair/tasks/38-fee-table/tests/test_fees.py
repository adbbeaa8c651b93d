import unittest
from fees import FeeTable


class FeesTest(unittest.TestCase):
    def setUp(self):
        self.table = FeeTable([(0, 10), (100, 5)], minimum=2)

    def test_flat(self):
        self.assertEqual(self.table.flat(50), 5)

    def test_flat_high(self):
        self.assertEqual(self.table.flat(200), 10)

    def test_graded(self):
        self.assertEqual(self.table.graded(200), 15)

    def test_minimum(self):
        self.assertEqual(self.table.graded(1), 2)

    def test_refuses(self):
        with self.assertRaises(ValueError):
            FeeTable([(5, 1)])
