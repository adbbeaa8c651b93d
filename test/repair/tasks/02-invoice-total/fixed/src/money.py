"""Amounts are whole cents."""


def parse_amount(text):
    text = text.strip().replace(",", "")
    sign = -1 if text.startswith("-") else 1
    whole, _, cents = text.lstrip("+-").partition(".")
    cents = (cents + "00")[:2]
    return sign * (int(whole or "0") * 100 + int(cents))


def format_amount(cents):
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def split_evenly(cents, people):
    """Shares that add up to the whole: the first ones pay the odd cents."""
    share = cents // people
    odd = cents - share * people
    return [share + 1 if n < odd else share for n in range(people)]
