import unittest
from src.ini import IniError, dump, parse


class IniTest(unittest.TestCase):
    def test_sections(self):
        self.assertEqual(parse("[a]\nx = 1\n[b]\ny = no"), {"": {}, "a": {"x": 1}, "b": {"y": False}})

    def test_comments(self):
        self.assertEqual(parse("x = 1 # one")[""], {"x": 1})

    def test_errors_name_the_line(self):
        with self.assertRaises(IniError) as caught:
            parse("x = 1\ny\n")
        self.assertEqual(caught.exception.line, 2)

    def test_dumps(self):
        self.assertEqual(dump({"": {"x": 1}, "s": {"y": "z"}}), "x = 1\n[s]\ny = z\n")
