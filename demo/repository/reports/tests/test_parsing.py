import unittest
from datetime import date

from kiosk_reports.parsing import ExportError, parse_cents, parse_export

HEADER = "id,created_at,status,customer,email,pieces,total\r\n"


class ParseCents(unittest.TestCase):
    def test_reads_whole_and_broken_amounts(self):
        self.assertEqual(parse_cents("12"), 1200)
        self.assertEqual(parse_cents("12.3"), 1230)
        self.assertEqual(parse_cents("0.05"), 5)

    def test_keeps_the_sign_of_amounts_below_one(self):
        self.assertEqual(parse_cents("-0.05"), -5)
        self.assertEqual(parse_cents("-4.05"), -405)

    def test_refuses_what_is_not_an_amount(self):
        for text in ["", "abc", "1.234", "1,50", "1.x"]:
            with self.subTest(text=text), self.assertRaises(ValueError):
                parse_cents(text)


class ParseExport(unittest.TestCase):
    def test_reads_every_column(self):
        line = 'ord_000001,2024-03-04T09:30:00.000Z,paid,"Lovelace, Ada",Ada@Example.com,3,25.00\r\n'
        [row] = parse_export(HEADER + line)
        self.assertEqual(row.id, "ord_000001")
        self.assertEqual(row.day, date(2024, 3, 4))
        self.assertEqual(row.customer, "Lovelace, Ada")
        self.assertEqual(row.email, "ada@example.com")
        self.assertEqual((row.pieces, row.total_cents), (3, 2500))

    def test_an_export_without_orders_is_empty(self):
        self.assertEqual(parse_export(HEADER), [])

    def test_refuses_other_columns(self):
        with self.assertRaisesRegex(ExportError, "line 1"):
            parse_export("id,total\r\n")

    def test_names_the_line_that_cannot_be_read(self):
        good = "ord_000001,2024-03-04T09:30:00.000Z,paid,Ada,a@b.c,3,25.00\r\n"
        bad = "ord_000002,2024-03-04T09:30:00.000Z,paid,Ada,a@b.c,three,25.00\r\n"
        with self.assertRaisesRegex(ExportError, "line 3"):
            parse_export(HEADER + good + bad)
