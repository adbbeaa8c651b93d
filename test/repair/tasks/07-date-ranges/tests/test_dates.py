import unittest
from datetime import date
from src.dates import add_months, month_end, quarter, working_days


class DatesTest(unittest.TestCase):
    def test_a_working_week(self):
        self.assertEqual(working_days(date(2024, 3, 4), date(2024, 3, 8)), 5)

    def test_a_week_with_weekend(self):
        self.assertEqual(working_days(date(2024, 3, 4), date(2024, 3, 10)), 5)

    def test_month_end(self):
        self.assertEqual(month_end(date(2024, 2, 3)), date(2024, 2, 29))
        self.assertEqual(month_end(date(2023, 12, 3)), date(2023, 12, 31))

    def test_add_months(self):
        self.assertEqual(add_months(date(2024, 1, 31), 1), date(2024, 2, 29))

    def test_quarter(self):
        self.assertEqual([quarter(date(2024, m, 1)) for m in (1, 3, 4, 12)], [1, 1, 2, 4])
