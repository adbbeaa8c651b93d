from datetime import date, timedelta


def parse_time(text):
    hours, minutes = text.strip().split(':')
    return int(hours) * 60 + int(minutes)


def format_time(minutes):
    return f'{minutes // 60:02d}:{minutes % 60:02d}'


def is_free(busy, start, end):
    return all(end <= other_start or start >= other_end for other_start, other_end in busy)


def first_free(busy, length, opens, closes):
    at = opens
    for start, end in sorted(busy):
        if start - at >= length:
            return at
        at = max(at, end)
    return at if closes - at >= length else None


def next_weekday(day, weekday):
    ahead = (weekday - day.weekday()) % 7
    return day + timedelta(days=ahead or 7)


def occurrences(first, every, until):
    found = []
    day = first
    while day <= until:
        found.append(day)
        day += timedelta(days=every)
    return found


def age(born, today):
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (0 if had_birthday else 1)


def group_by_day(events):
    groups = {}
    for day, name in events:
        groups.setdefault(day, []).append(name)
    return groups
