import unittest
from src.csv_reader import parse_line, read_table


class CsvMoreTest(unittest.TestCase):
    def test_long_last_cell(self):
        self.assertEqual(parse_line("a;hello world;two  spaces", ";"), ["a", "hello world", "two  spaces"])

    def test_doubled_quotes(self):
        self.assertEqual(parse_line('x,"say ""hi"" now"'), ["x", 'say "hi" now'])

    def test_empty_cells(self):
        self.assertEqual(parse_line(",,"), ["", "", ""])

    def test_table(self):
        self.assertEqual(read_table("id,name\n1,Ann Lee\n\n2,Bob\n"), [{"id": "1", "name": "Ann Lee"}, {"id": "2", "name": "Bob"}])
