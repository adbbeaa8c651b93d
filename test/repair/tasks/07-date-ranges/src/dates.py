from datetime import date, timedelta


def days_between(first, last):
    """All days from first to last, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days)]


def is_weekend(day):
    return day.weekday() >= 5


def working_days(first, last, holidays=()):
    return sum(1 for day in days_between(first, last) if not is_weekend(day) and day not in holidays)


def month_end(day):
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return following - timedelta(days=1)


def add_months(day, months):
    index = day.year * 12 + day.month - 1 + months
    first = date(index // 12, index % 12 + 1, 1)
    return first.replace(day=min(day.day, month_end(first).day))


def quarter(day):
    return (day.month - 1) // 3 + 1
