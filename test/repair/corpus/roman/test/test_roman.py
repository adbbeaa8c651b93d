import unittest

from src.roman import digits_sum, from_roman, is_prime, primes, to_base, to_roman


class RomanTest(unittest.TestCase):
    def test_to_roman(self):
        self.assertEqual(to_roman(4), 'IV')
        self.assertEqual(to_roman(1987), 'MCMLXXXVII')
        self.assertEqual(to_roman(3), 'III')

    def test_limits(self):
        self.assertEqual(to_roman(3999), 'MMMCMXCIX')
        for bad in (0, 4000):
            with self.assertRaises(ValueError):
                to_roman(bad)

    def test_from_roman(self):
        self.assertEqual(from_roman('IX'), 9)
        self.assertEqual(from_roman('MCMLXXXVII'), 1987)
        self.assertEqual(from_roman('XX'), 20)


class NumbersTest(unittest.TestCase):
    def test_bases(self):
        self.assertEqual(to_base(10, 2), '1010')
        self.assertEqual(to_base(255, 16), 'ff')

    def test_zero(self):
        self.assertEqual(to_base(0, 2), '0')

    def test_digits(self):
        self.assertEqual(digits_sum(123), 6)
        self.assertEqual(digits_sum(-45), 9)

    def test_primes(self):
        self.assertEqual(primes(5), [2, 3, 5, 7, 11])
        self.assertFalse(is_prime(1))
        self.assertFalse(is_prime(49))
        self.assertTrue(is_prime(97))
