"""Sums over order rows. Amounts are whole cents."""

from collections import defaultdict

#: Orders in these states count as sales.
SOLD = frozenset({"paid", "shipped"})


def sold(rows) -> list:
    return [row for row in rows if row.status in SOLD]


def sales_by_day(rows, window) -> dict:
    """Cents sold on every day of the window, days without a sale included."""
    totals = {day: 0 for day in window.days()}
    for row in sold(rows):
        if row.day in totals:
            totals[row.day] += row.total_cents
    return totals


def running_totals(amounts, opening: int = 0) -> list:
    """The balance after each amount, starting from the opening balance."""
    balance = 0
    balances = []
    for amount in amounts:
        balance += amount
        balances.append(balance)
    return balances


def best_customers(rows, count: int) -> list:
    """Pairs of email and cents sold, the largest first; equal amounts by email."""
    totals = defaultdict(int)
    for row in sold(rows):
        totals[row.email] += row.total_cents
    ranked = sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))
    return ranked[:count]


def average_order(rows) -> int:
    """Mean value of a sold order in cents, half a cent rounded up; 0 when nothing was sold."""
    amounts = [row.total_cents for row in sold(rows)]
    if not amounts:
        return 0
    return (2 * sum(amounts) + len(amounts)) // (2 * len(amounts))


def change_percent(before: int, after: int):
    """Growth in percent with one decimal; ``None`` where there is nothing to compare with."""
    if before == 0:
        return None
    return round((after - before) * 100 / before, 1)
