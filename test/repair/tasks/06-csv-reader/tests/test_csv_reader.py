import unittest
from src.csv_reader import CsvError, parse_line, read_table


class CsvTest(unittest.TestCase):
    def test_single_letters(self):
        self.assertEqual(parse_line("a,b,c"), ["a", "b", "c"])

    def test_words(self):
        self.assertEqual(parse_line("name,city"), ["name", "city"])

    def test_quotes(self):
        self.assertEqual(parse_line('"a,b",c'), ["a,b", "c"])

    def test_open_quote(self):
        with self.assertRaises(CsvError):
            parse_line('"a')

    def test_table(self):
        self.assertEqual(read_table("k,v\nx,1\n"), [{"k": "x", "v": "1"}])
