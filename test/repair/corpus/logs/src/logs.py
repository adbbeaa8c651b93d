import re

LINE = re.compile(r'^(\d{4}-\d{2}-\d{2}) (\w+) (.*)$')
SLOW_MS = 500


def parse_line(line):
    match = LINE.match(line.strip())
    if match is None:
        return None
    day, level, message = match.groups()
    return {'day': day, 'level': level.lower(), 'message': message}


def parse(text):
    records = []
    for line in text.splitlines():
        record = parse_line(line)
        if record is None:
            continue
        records.append(record)
    return records


def count_levels(records):
    counts = {}
    for record in records:
        counts[record['level']] = counts.get(record['level'], 0) + 1
    return counts


def slow_requests(durations):
    return sorted((name for name, ms in durations.items() if ms >= SLOW_MS), key=lambda name: -durations[name])


def shorten(message, limit=20):
    if len(message) <= limit:
        return message
    return message[:limit - 3] + '...'


def first_day(records):
    return min((record['day'] for record in records), default=None)


def error_rate(records):
    if not records:
        return 0.0
    errors = [record for record in records if record['level'] == 'error']
    return len(errors) / len(records)
