"""Rows for the tests."""

from kiosk_reports.parsing import OrderRow, parse_moment


def row(day, total_cents, status="paid", email="ada@example.com", number=1):
    return OrderRow(
        id=f"ord_{number:06d}",
        created_at=parse_moment(f"{day}T09:30:00.000Z"),
        status=status,
        customer="Ada",
        email=email,
        pieces=1,
        total_cents=total_cents,
    )
