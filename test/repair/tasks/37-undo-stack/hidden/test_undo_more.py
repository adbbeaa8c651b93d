import unittest
from src.undo import Document


class MoreTest(unittest.TestCase):
    def test_back_and_forth(self):
        document = Document()
        for at, letter in enumerate("abcd"):
            document.insert(at, letter)
        seen = []
        while document.undo():
            seen.append(document.text)
        self.assertEqual(seen, ["abc", "ab", "a", ""])
        while document.redo():
            seen.append(document.text)
        self.assertEqual(seen[4:], ["a", "ab", "abc", "abcd"])

    def test_a_change_forgets_what_was_undone(self):
        document = Document("ab")
        document.delete(0, 1)
        document.undo()
        document.insert(2, "c")
        self.assertFalse(document.redo())
        self.assertEqual(document.text, "abc")
