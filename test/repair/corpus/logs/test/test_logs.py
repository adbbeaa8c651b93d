import unittest

from src.logs import count_levels, error_rate, first_day, parse, parse_line, shorten, slow_requests

TEXT = '2024-03-02 INFO started\nnoise\n2024-03-01 ERROR disk full\n2024-03-03 INFO done\n'


class LogsTest(unittest.TestCase):
    def test_line(self):
        self.assertEqual(parse_line('2024-03-02 WARN low on space'), {'day': '2024-03-02', 'level': 'warn', 'message': 'low on space'})

    def test_other_lines(self):
        self.assertIsNone(parse_line('noise'))
        self.assertIsNone(parse_line('note 2024-03-02 WARN x'))

    def test_parse_passes_over_noise(self):
        self.assertEqual(len(parse(TEXT)), 3)
        self.assertEqual(parse(TEXT)[1]['message'], 'disk full')

    def test_counts(self):
        self.assertEqual(count_levels(parse(TEXT)), {'info': 2, 'error': 1})

    def test_slow(self):
        self.assertEqual(slow_requests({'a': 500, 'b': 499, 'c': 900}), ['c', 'a'])

    def test_shorten(self):
        self.assertEqual(shorten('x' * 20), 'x' * 20)
        self.assertEqual(shorten('x' * 21), 'x' * 17 + '...')
        self.assertEqual(shorten('abcdefgh', 6), 'abc...')

    def test_first_day(self):
        self.assertEqual(first_day(parse(TEXT)), '2024-03-01')

    def test_first_day_of_none(self):
        self.assertIsNone(first_day([]))

    def test_error_rate(self):
        self.assertAlmostEqual(error_rate(parse(TEXT)), 1 / 3)

    def test_error_rate_of_none(self):
        self.assertEqual(error_rate([]), 0.0)
