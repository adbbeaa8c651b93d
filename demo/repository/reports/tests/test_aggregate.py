import unittest
from datetime import date

from kiosk_reports.aggregate import (
    average_order,
    best_customers,
    change_percent,
    running_totals,
    sales_by_day,
)
from kiosk_reports.windows import Window
from tests.rows import row


class SalesByDay(unittest.TestCase):
    def test_sums_what_was_sold_and_shows_empty_days(self):
        rows = [row("2024-03-04", 1000), row("2024-03-04", 250, status="shipped"), row("2024-03-06", 400)]
        window = Window(date(2024, 3, 4), date(2024, 3, 6))
        self.assertEqual(
            sales_by_day(rows, window),
            {date(2024, 3, 4): 1250, date(2024, 3, 5): 0, date(2024, 3, 6): 400},
        )

    def test_leaves_out_open_and_cancelled_orders_and_other_days(self):
        rows = [
            row("2024-03-04", 1000, status="open"),
            row("2024-03-04", 1000, status="cancelled"),
            row("2024-03-05", 1000),
        ]
        window = Window(date(2024, 3, 4), date(2024, 3, 4))
        self.assertEqual(sales_by_day(rows, window), {date(2024, 3, 4): 0})


class RunningTotals(unittest.TestCase):
    def test_adds_up(self):
        self.assertEqual(running_totals([100, -30, 5]), [100, 70, 75])

    def test_starts_from_the_opening_balance(self):
        self.assertEqual(running_totals([100, -30], opening=500), [600, 570])

    def test_may_start_below_zero(self):
        self.assertEqual(running_totals([50, 50], opening=-80), [-30, 20])

    def test_of_nothing_is_nothing(self):
        self.assertEqual(running_totals([], opening=500), [])


class BestCustomers(unittest.TestCase):
    def test_ranks_by_what_they_bought(self):
        rows = [
            row("2024-03-04", 500, email="bo@example.com"),
            row("2024-03-04", 300, email="ada@example.com"),
            row("2024-03-05", 400, email="ada@example.com"),
            row("2024-03-05", 9000, email="cy@example.com", status="cancelled"),
        ]
        self.assertEqual(best_customers(rows, 5), [("ada@example.com", 700), ("bo@example.com", 500)])

    def test_breaks_ties_by_email_and_cuts_to_the_count(self):
        rows = [row("2024-03-04", 500, email=f"{name}@example.com") for name in "cab"]
        self.assertEqual([email for email, _ in best_customers(rows, 2)], ["a@example.com", "b@example.com"])


class Averages(unittest.TestCase):
    def test_average_rounds_half_up(self):
        self.assertEqual(average_order([row("2024-03-04", 100), row("2024-03-04", 101)]), 101)
        self.assertEqual(average_order([row("2024-03-04", 100), row("2024-03-04", 100), row("2024-03-04", 101)]), 100)

    def test_average_of_nothing_sold_is_zero(self):
        self.assertEqual(average_order([]), 0)
        self.assertEqual(average_order([row("2024-03-04", 100, status="open")]), 0)

    def test_change_in_percent(self):
        self.assertEqual(change_percent(200, 250), 25.0)
        self.assertEqual(change_percent(300, 200), -33.3)
        self.assertIsNone(change_percent(0, 200))
