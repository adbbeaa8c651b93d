import unittest
from src.priority_queue import PriorityQueue


class PriorityQueueTest(unittest.TestCase):
    def test_peeks_at_the_smallest(self):
        queue = PriorityQueue([("b", 2), ("a", 1)])
        self.assertEqual(queue.peek(), "a")

    def test_pops_in_order(self):
        queue = PriorityQueue([("c", 3), ("a", 1), ("b", 2)])
        self.assertEqual([queue.pop() for _ in range(3)], ["a", "b", "c"])

    def test_empty_queue_raises(self):
        with self.assertRaises(IndexError):
            PriorityQueue().pop()
