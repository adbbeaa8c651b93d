import unittest
from textwrapper import fill, longest, wrap


class WrapTest(unittest.TestCase):
    def test_breaks_between_words(self):
        self.assertEqual(wrap("the quick brown fox", 10), ["the quick", "brown fox"])

    def test_cuts_long_words(self):
        self.assertEqual(wrap("abcdefgh", 3), ["abc", "def", "gh"])

    def test_nothing_gives_no_lines(self):
        self.assertEqual(wrap("   ", 10), [])

    def test_fill_indents(self):
        self.assertEqual(fill("a b\n\nc", 4, "  "), "  a\n  b\n\n  c")

    def test_longest(self):
        self.assertEqual(longest(["a", "abc"]), 3)
