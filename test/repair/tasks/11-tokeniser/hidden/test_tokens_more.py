import unittest
from lexer.tokens import LexError, tokenise


def texts(source):
    return [token.text for token in tokenise(source)]


class TokensMoreTest(unittest.TestCase):
    def test_numbers_with_operators(self):
        self.assertEqual(texts("10-3*2/5"), ["10", "-", "3", "*", "2", "/", "5"])
        self.assertEqual(texts("1 2 33"), ["1", "2", "33"])
        self.assertEqual(texts("(12.50)<=7"), ["(", "12.50", ")", "<=", "7"])

    def test_a_dot_alone(self):
        with self.assertRaises(LexError):
            tokenise("1.")
