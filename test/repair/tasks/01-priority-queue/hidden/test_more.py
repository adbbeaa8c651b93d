import random
import unittest
from src.priority_queue import PriorityQueue


class MoreTest(unittest.TestCase):
    def test_sorts_many(self):
        numbers = list(range(50))
        random.Random(4).shuffle(numbers)
        queue = PriorityQueue((n, n) for n in numbers)
        self.assertEqual([queue.pop() for _ in range(50)], sorted(numbers))

    def test_reprioritises(self):
        queue = PriorityQueue([("a", 1), ("b", 2), ("c", 3), ("d", 4)])
        queue.push("d", 0)
        queue.push("a", 9)
        self.assertEqual([queue.pop() for _ in range(4)], ["d", "b", "c", "a"])
        self.assertEqual(len(queue), 0)
