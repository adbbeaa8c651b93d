"""Windows of days. Both ends belong to a window."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Window:
    first: date
    last: date

    def __post_init__(self):
        if self.last < self.first:
            raise ValueError(f"window ends before it starts: {self.first} to {self.last}")

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def days(self) -> list:
        return [self.first + timedelta(days=offset) for offset in range(len(self))]


def week_of(day: date) -> Window:
    """The week, Monday to Sunday, that a day lies in."""
    monday = day - timedelta(days=day.weekday())
    return Window(monday, monday + timedelta(days=7))


def month_of(day: date) -> Window:
    """The calendar month that a day lies in."""
    _, length = calendar.monthrange(day.year, day.month)
    return Window(day.replace(day=1), day.replace(day=length))


def previous(window: Window) -> Window:
    """The window of the same length that ends on the day before."""
    last = window.first - timedelta(days=1)
    return Window(last - timedelta(days=len(window) - 1), last)


def within(rows, window: Window) -> list:
    """The rows whose day lies in the window, in their order."""
    return [row for row in rows if row.day in window]
