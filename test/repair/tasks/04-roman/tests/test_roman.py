import unittest
from src.roman import from_roman, is_roman, to_roman


class RomanTest(unittest.TestCase):
    def test_small(self):
        self.assertEqual([to_roman(n) for n in (1, 4, 9, 14)], ["I", "IV", "IX", "XIV"])

    def test_large(self):
        self.assertEqual(to_roman(1994), "MCMXCIV")

    def test_eighties(self):
        self.assertEqual(to_roman(84), "LXXXIV")

    def test_reads(self):
        self.assertEqual(from_roman("mcmxciv"), 1994)

    def test_refuses(self):
        self.assertFalse(is_roman("IIII"))
        with self.assertRaises(ValueError):
            to_roman(0)
