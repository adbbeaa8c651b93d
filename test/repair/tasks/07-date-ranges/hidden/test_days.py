import unittest
from datetime import date
from src.dates import days_between, working_days


class DaysTest(unittest.TestCase):
    def test_one_day(self):
        self.assertEqual(days_between(date(2024, 1, 1), date(2024, 1, 1)), [date(2024, 1, 1)])

    def test_none_backwards(self):
        self.assertEqual(days_between(date(2024, 1, 3), date(2024, 1, 1)), [])

    def test_ends(self):
        days = days_between(date(2024, 2, 27), date(2024, 3, 1))
        self.assertEqual((days[0], days[-1], len(days)), (date(2024, 2, 27), date(2024, 3, 1), 4))

    def test_holidays(self):
        self.assertEqual(working_days(date(2024, 12, 23), date(2024, 12, 27), {date(2024, 12, 25)}), 4)
        self.assertEqual(working_days(date(2024, 3, 9), date(2024, 3, 10)), 0)
        self.assertEqual(working_days(date(2024, 3, 10), date(2024, 3, 11)), 1)
