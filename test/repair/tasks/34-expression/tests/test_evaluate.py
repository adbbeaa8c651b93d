import unittest
from calc.evaluate import Broken, evaluate


class EvaluateTest(unittest.TestCase):
    def test_precedence(self):
        self.assertEqual(evaluate("1 + 2 * 3 - 4"), 3)

    def test_brackets(self):
        self.assertEqual(evaluate("(1 + 2) * 3"), 9)

    def test_minus_in_front(self):
        self.assertEqual(evaluate("-2 * 3"), -6)

    def test_broken(self):
        for text in ("1 +", "* 2", "1 2"):
            with self.assertRaises(Broken):
                evaluate(text)
