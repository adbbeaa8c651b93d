import unittest
from src.linked import LinkedList


class MoreTest(unittest.TestCase):
    def test_sizes(self):
        held = LinkedList()
        for n in range(5):
            held.prepend(n)
            self.assertEqual(len(held), n + 1)
        held.append(9)
        held.remove(0)
        self.assertEqual((list(held), len(held)), ([4, 3, 2, 1, 9], 5))
        held.reverse()
        held.append(0)
        self.assertEqual((list(held), len(held)), ([9, 1, 2, 3, 4, 0], 6))
