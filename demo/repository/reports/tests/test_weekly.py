import unittest
from datetime import date

from kiosk_reports.weekly import weekly_report

EXPORT = """id,created_at,status,customer,email,pieces,total
ord_000001,2024-02-27T10:00:00.000Z,paid,Ada,ada@example.com,1,80.00
ord_000002,2024-03-04T00:00:00.000Z,paid,Ada,ada@example.com,1,60.00
ord_000003,2024-03-06T23:59:59.000Z,shipped,Bo,bo@example.com,2,40.00
ord_000004,2024-03-07T12:00:00.000Z,open,Cy,cy@example.com,1,99.00
ord_000005,2024-03-12T00:00:00.000Z,paid,Cy,cy@example.com,1,500.00
"""


class WeeklyReport(unittest.TestCase):
    def test_compares_with_the_week_before(self):
        self.assertEqual(
            weekly_report(EXPORT, date(2024, 3, 6)).splitlines()[:2],
            ["Sales      100.00 EUR (+25.0 %)", "Average    50.00 EUR"],
        )

    def test_names_the_best_customers_of_the_week(self):
        self.assertEqual(
            weekly_report(EXPORT, date(2024, 3, 6)).splitlines()[2:],
            ["Best customers", "  ada@example.com: 60.00 EUR", "  bo@example.com: 40.00 EUR"],
        )

    def test_a_week_without_orders(self):
        report = weekly_report(EXPORT, date(2024, 4, 3))
        self.assertEqual(report, "Sales      0.00 EUR (–)\nAverage    0.00 EUR\nBest customers")
