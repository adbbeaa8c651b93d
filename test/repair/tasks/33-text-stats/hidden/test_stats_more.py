import unittest
from src.stats import frequencies


class MoreTest(unittest.TestCase):
    def test_adds_up(self):
        text = "one two two three three three -- !"
        self.assertEqual(frequencies(text), {"one": 1, "two": 2, "three": 3})
        self.assertEqual(frequencies(""), {})
