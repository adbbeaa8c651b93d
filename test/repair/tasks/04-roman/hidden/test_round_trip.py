import unittest
from src.roman import from_roman, to_roman


class RoundTripTest(unittest.TestCase):
    def test_all(self):
        for number in range(1, 4000):
            self.assertEqual(from_roman(to_roman(number)), number)
