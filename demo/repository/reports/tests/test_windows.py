import unittest
from datetime import date

from kiosk_reports.windows import Window, month_of, previous, week_of, within
from tests.rows import row


class WindowTest(unittest.TestCase):
    def test_holds_both_ends(self):
        window = Window(date(2024, 3, 4), date(2024, 3, 6))
        self.assertIn(date(2024, 3, 4), window)
        self.assertIn(date(2024, 3, 6), window)
        self.assertNotIn(date(2024, 3, 3), window)
        self.assertNotIn(date(2024, 3, 7), window)

    def test_counts_and_lists_its_days(self):
        window = Window(date(2024, 2, 28), date(2024, 3, 1))
        self.assertEqual(len(window), 3)
        self.assertEqual(window.days(), [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)])

    def test_may_be_a_single_day(self):
        self.assertEqual(Window(date(2024, 3, 4), date(2024, 3, 4)).days(), [date(2024, 3, 4)])

    def test_cannot_end_before_it_starts(self):
        with self.assertRaises(ValueError):
            Window(date(2024, 3, 5), date(2024, 3, 4))


class WeekOf(unittest.TestCase):
    def test_runs_from_monday_to_sunday(self):
        self.assertEqual(week_of(date(2024, 3, 6)), Window(date(2024, 3, 4), date(2024, 3, 10)))

    def test_is_the_same_week_for_its_monday_and_its_sunday(self):
        expected = Window(date(2024, 3, 4), date(2024, 3, 10))
        self.assertEqual(week_of(date(2024, 3, 4)), expected)
        self.assertEqual(week_of(date(2024, 3, 10)), expected)

    def test_has_seven_days_and_may_cross_a_year(self):
        week = week_of(date(2025, 1, 1))
        self.assertEqual(len(week), 7)
        self.assertEqual(week.first, date(2024, 12, 30))


class MonthOf(unittest.TestCase):
    def test_knows_leap_years(self):
        self.assertEqual(month_of(date(2024, 2, 10)), Window(date(2024, 2, 1), date(2024, 2, 29)))
        self.assertEqual(month_of(date(2023, 2, 10)).last, date(2023, 2, 28))

    def test_covers_december(self):
        self.assertEqual(month_of(date(2023, 12, 31)), Window(date(2023, 12, 1), date(2023, 12, 31)))


class Previous(unittest.TestCase):
    def test_ends_on_the_day_before_and_is_as_long(self):
        window = Window(date(2024, 3, 4), date(2024, 3, 10))
        self.assertEqual(previous(window), Window(date(2024, 2, 26), date(2024, 3, 3)))

    def test_of_a_single_day_is_a_single_day(self):
        self.assertEqual(
            previous(Window(date(2024, 3, 1), date(2024, 3, 1))),
            Window(date(2024, 2, 29), date(2024, 2, 29)),
        )


class Within(unittest.TestCase):
    def test_keeps_rows_of_the_window_in_their_order(self):
        rows = [row("2024-03-10", 3), row("2024-03-03", 1), row("2024-03-04", 2)]
        window = Window(date(2024, 3, 4), date(2024, 3, 10))
        self.assertEqual([kept.total_cents for kept in within(rows, window)], [3, 2])
