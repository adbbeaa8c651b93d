import unittest
from calc.evaluate import Broken, evaluate


class BracketsTest(unittest.TestCase):
    def test_nested(self):
        self.assertEqual(evaluate("((2))*(3-(4-(5)))"), 8)

    def test_not_closed(self):
        for text in ("(1", "((1)", "(1 + 2", "1)", "()"):
            with self.assertRaises(Broken, msg=text):
                evaluate(text)
