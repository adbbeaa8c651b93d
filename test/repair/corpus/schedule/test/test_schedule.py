import unittest
from datetime import date

from src.schedule import age, first_free, format_time, group_by_day, is_free, next_weekday, occurrences, parse_time


class TimesTest(unittest.TestCase):
    def test_parse(self):
        self.assertEqual(parse_time('09:30'), 570)
        self.assertEqual(parse_time(' 0:05 '), 5)

    def test_format(self):
        self.assertEqual(format_time(570), '09:30')
        self.assertEqual(format_time(65), '01:05')

    def test_free(self):
        busy = [(60, 120), (200, 220)]
        self.assertTrue(is_free(busy, 120, 200))
        self.assertFalse(is_free(busy, 119, 200))
        self.assertFalse(is_free(busy, 130, 201))

    def test_first_free(self):
        busy = [(60, 90), (0, 30)]
        self.assertEqual(first_free(busy, 30, 0, 200), 30)
        self.assertEqual(first_free(busy, 40, 0, 200), 90)
        self.assertIsNone(first_free(busy, 120, 0, 200))
        self.assertEqual(first_free(busy, 110, 0, 200), 90)


class DaysTest(unittest.TestCase):
    def test_next_weekday(self):
        self.assertEqual(next_weekday(date(2024, 3, 6), 4), date(2024, 3, 8))
        self.assertEqual(next_weekday(date(2024, 3, 6), 2), date(2024, 3, 13))
        self.assertEqual(next_weekday(date(2024, 3, 6), 0), date(2024, 3, 11))

    def test_occurrences(self):
        self.assertEqual(occurrences(date(2024, 1, 1), 7, date(2024, 1, 15)), [date(2024, 1, 1), date(2024, 1, 8), date(2024, 1, 15)])

    def test_age(self):
        self.assertEqual(age(date(2000, 5, 5), date(2024, 5, 4)), 23)
        self.assertEqual(age(date(2000, 5, 5), date(2024, 5, 5)), 24)
        self.assertEqual(age(date(2000, 5, 5), date(2024, 6, 1)), 24)

    def test_groups(self):
        self.assertEqual(group_by_day([('mon', 'a'), ('tue', 'b'), ('mon', 'c')]), {'mon': ['a', 'c'], 'tue': ['b']})
