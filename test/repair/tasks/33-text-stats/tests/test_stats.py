import unittest
from src.stats import average_length, frequencies, longest_run, most_common


class StatsTest(unittest.TestCase):
    def test_counts(self):
        self.assertEqual(frequencies("The cat, the hat."), {"the": 2, "cat": 1, "hat": 1})

    def test_ranks(self):
        self.assertEqual(most_common("b a b c c b", 2), ["b", "c"])

    def test_average(self):
        self.assertEqual(average_length("ab abcd"), 3.0)
        self.assertEqual(average_length(" "), 0.0)

    def test_runs(self):
        self.assertEqual(longest_run("no no no yes no"), 3)
