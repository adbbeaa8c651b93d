import unittest
from lexer.tokens import LexError, kinds, tokenise


class TokensTest(unittest.TestCase):
    def test_names_and_keywords(self):
        self.assertEqual(kinds("a and not b_1"), ["name", "keyword", "keyword", "name"])

    def test_decimals(self):
        self.assertEqual([t.text for t in tokenise("3.14 2")], ["3.14", "2"])

    def test_sums_without_spaces(self):
        self.assertEqual([t.text for t in tokenise("1+2")], ["1", "+", "2"])

    def test_strings(self):
        self.assertEqual(kinds("x == 'a b'"), ["name", "operator", "string"])

    def test_unknown(self):
        with self.assertRaises(LexError):
            tokenise("a ? b")
