"""The weekly report: puts the other modules together."""

import sys
from datetime import date

from kiosk_reports.aggregate import average_order, best_customers, change_percent, sales_by_day
from kiosk_reports.formatting import format_cents, format_change, shorten
from kiosk_reports.parsing import parse_export
from kiosk_reports.windows import previous, week_of, within


def weekly_report(export: str, day: date) -> str:
    """The report in plain text for the week that a day lies in."""
    rows = parse_export(export)
    week = week_of(day)
    earlier = previous(week)
    sales = sum(sales_by_day(rows, week).values())
    before = sum(sales_by_day(rows, earlier).values())
    this_week = within(rows, week)
    lines = [
        f"Sales      {format_cents(sales)} ({format_change(change_percent(before, sales))})",
        f"Average    {format_cents(average_order(this_week))}",
        "Best customers",
    ]
    for email, cents in best_customers(this_week, 3):
        lines.append(f"  {shorten(email, 24)}: {format_cents(cents)}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(weekly_report(sys.stdin.read(), date.fromisoformat(sys.argv[1])))
