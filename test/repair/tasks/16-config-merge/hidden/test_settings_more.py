import unittest
from src.settings import load, merge


class MoreTest(unittest.TestCase):
    def test_lists_are_ones_own(self):
        load()["log"]["targets"].append("file")
        self.assertEqual(load()["log"]["targets"], ["stderr"])

    def test_merge_leaves_the_base(self):
        base = {"a": {"b": {"c": [1]}}}
        merged = merge(base, {"x": 1})
        merged["a"]["b"]["c"].append(2)
        merged["a"]["b"]["d"] = 3
        self.assertEqual(base, {"a": {"b": {"c": [1]}}})
        self.assertEqual(merged["x"], 1)
