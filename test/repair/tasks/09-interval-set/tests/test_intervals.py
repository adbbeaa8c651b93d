import unittest
from src.intervals import IntervalSet


class IntervalTest(unittest.TestCase):
    def test_keeps_apart(self):
        self.assertEqual(IntervalSet([(5, 6), (1, 2)]).spans(), [(1, 2), (5, 6)])

    def test_joins_touching(self):
        self.assertEqual(IntervalSet([(1, 3), (3, 5)]).spans(), [(1, 5)])

    def test_swallows_a_smaller_one(self):
        held = IntervalSet([(1, 10)])
        held.add(3, 4)
        self.assertEqual(held.spans(), [(1, 10)])

    def test_removes(self):
        held = IntervalSet([(0, 10)])
        held.remove(3, 5)
        self.assertEqual(held.spans(), [(0, 3), (5, 10)])

    def test_contains(self):
        held = IntervalSet([(1, 3)])
        self.assertTrue(1 in held and 2 in held and 3 not in held)
