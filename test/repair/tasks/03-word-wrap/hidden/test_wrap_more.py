import unittest
from textwrapper import fill, wrap


class WrapMoreTest(unittest.TestCase):
    def test_empty_string(self):
        self.assertEqual(wrap("", 1), [])

    def test_one_word(self):
        self.assertEqual(wrap("word", 10), ["word"])

    def test_exact_fit(self):
        self.assertEqual(wrap("ab cd", 5), ["ab cd"])

    def test_empty_paragraph_stays_empty(self):
        self.assertEqual(fill("a\n\n \n\nb", 5, "> "), "> a\n\n\n\n> b")
