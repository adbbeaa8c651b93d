import unittest
from src.linked import LinkedList


class LinkedTest(unittest.TestCase):
    def test_appends(self):
        self.assertEqual(list(LinkedList("abc")), ["a", "b", "c"])

    def test_prepends(self):
        held = LinkedList([2])
        held.prepend(1)
        self.assertEqual((list(held), len(held)), ([1, 2], 2))

    def test_removes(self):
        held = LinkedList([1, 2, 3])
        self.assertTrue(held.remove(3))
        held.append(4)
        self.assertEqual((list(held), len(held)), ([1, 2, 4], 3))

    def test_reverses(self):
        held = LinkedList([1, 2, 3])
        held.reverse()
        self.assertEqual(list(held), [3, 2, 1])
