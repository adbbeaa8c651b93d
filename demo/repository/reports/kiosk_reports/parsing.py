"""Reads the CSV export of the service."""

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime

COLUMNS = ["id", "created_at", "status", "customer", "email", "pieces", "total"]


class ExportError(ValueError):
    """The export cannot be read; the message names the line."""


@dataclass(frozen=True)
class OrderRow:
    id: str
    created_at: datetime
    status: str
    customer: str
    email: str
    pieces: int
    total_cents: int

    @property
    def day(self) -> date:
        return self.created_at.date()


def parse_cents(text: str) -> int:
    """Reads an amount such as ``12.30`` or ``-4.05`` as whole cents."""
    text = text.strip()
    sign = -1 if text.startswith("-") else 1
    whole, _, fraction = text.lstrip("-").partition(".")
    if not whole.isdigit() or not (fraction == "" or fraction.isdigit()) or len(fraction) > 2:
        raise ValueError(f"not an amount: {text!r}")
    return sign * (int(whole) * 100 + int(fraction.ljust(2, "0")))


def parse_moment(text: str) -> datetime:
    """Reads an ISO 8601 moment in UTC, as the service writes it."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def parse_export(text: str) -> list:
    """Returns one ``OrderRow`` for each line after the header; blank lines are passed over."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if reader.fieldnames != COLUMNS:
        raise ExportError(f"line 1: expected the columns {', '.join(COLUMNS)}")
    rows = []
    for record in reader:
        try:
            rows.append(
                OrderRow(
                    id=record["id"],
                    created_at=parse_moment(record["created_at"]),
                    status=record["status"],
                    customer=record["customer"],
                    email=record["email"].lower(),
                    pieces=int(record["pieces"]),
                    total_cents=parse_cents(record["total"]),
                )
            )
        except (ValueError, TypeError, AttributeError) as error:
            raise ExportError(f"line {reader.line_num}: {error}") from error
    return rows
