import unittest
from src.ini import IniError, parse


class LinesTest(unittest.TestCase):
    def test_first_line(self):
        with self.assertRaisesRegex(IniError, "^line 1: a section is not closed$"):
            parse("[a")

    def test_far_down(self):
        with self.assertRaises(IniError) as caught:
            parse("\n" * 9 + "oops")
        self.assertEqual(caught.exception.line, 10)

    def test_values(self):
        self.assertEqual(parse('a = "x y"\nb = On\nc=-7')[""], {"a": "x y", "b": True, "c": -7})
