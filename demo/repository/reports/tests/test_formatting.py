import unittest

from kiosk_reports.formatting import align, format_cents, format_change, format_table, shorten


class Amounts(unittest.TestCase):
    def test_groups_thousands_and_keeps_two_places(self):
        self.assertEqual(format_cents(123456), "1,234.56 EUR")
        self.assertEqual(format_cents(5), "0.05 EUR")

    def test_puts_the_sign_first(self):
        self.assertEqual(format_cents(-250, "CHF"), "-2.50 CHF")

    def test_changes_carry_their_sign(self):
        self.assertEqual(format_change(12.5), "+12.5 %")
        self.assertEqual(format_change(-3.0), "-3.0 %")
        self.assertEqual(format_change(None), "–")


class Shorten(unittest.TestCase):
    def test_leaves_what_fits(self):
        self.assertEqual(shorten("abcde", 5), "abcde")

    def test_ends_with_an_ellipsis(self):
        self.assertEqual(shorten("abcdef", 5), "abcd…")
        self.assertEqual(shorten("abc def", 5), "abc…")


class Tables(unittest.TestCase):
    def test_text_stands_to_the_left(self):
        self.assertEqual(align("ab", 4), "ab  ")
        self.assertEqual(align("abcd", 4), "abcd")

    def test_numbers_stand_to_the_right(self):
        self.assertEqual(align("12", 4, right=True), "  12")
        self.assertEqual(align("1234", 4, right=True), "1234")

    def test_columns_are_as_wide_as_their_widest_cell(self):
        table = format_table(["sku", "name"], [["a", "mug"], ["long-sku", "t"]])
        self.assertEqual(table, "sku       name\n--------  ----\na         mug\nlong-sku  t")

    def test_the_named_columns_stand_to_the_right(self):
        table = format_table(["sku", "qty"], [["mug", 5], ["tee", 1200]], right=(1,))
        self.assertEqual(table, "sku   qty\n---  ----\nmug     5\ntee  1200")

    def test_a_table_without_rows_is_its_header(self):
        self.assertEqual(format_table(["a", "bc"], []), "a  bc\n-  --")
