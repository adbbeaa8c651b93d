import unittest
from src.undo import Document


class UndoTest(unittest.TestCase):
    def test_inserts(self):
        document = Document("ac")
        document.insert(1, "b")
        self.assertEqual(document.text, "abc")

    def test_undoes(self):
        document = Document("a")
        document.insert(1, "b")
        self.assertTrue(document.undo())
        self.assertEqual(document.text, "a")

    def test_replaces(self):
        document = Document("x-x")
        self.assertEqual((document.replace("x", "y"), document.text), (2, "y-y"))

    def test_nothing_to_undo(self):
        self.assertFalse(Document().undo())
