import unittest
from src.graph import Graph


class GraphTest(unittest.TestCase):
    def setUp(self):
        self.graph = Graph()
        for a, b, weight in (("a", "b", 7), ("a", "c", 2), ("c", "b", 3), ("d", "e", 1)):
            self.graph.add(a, b, weight)

    def test_reachable(self):
        self.assertEqual(self.graph.reachable("a"), {"a", "b", "c"})

    def test_cheapest(self):
        self.assertEqual(self.graph.cheapest("a", "b"), (5, ["a", "c", "b"]))

    def test_no_way(self):
        self.assertIsNone(self.graph.cheapest("a", "e"))

    def test_cycle(self):
        ring = Graph(directed=True)
        ring.add(1, 2)
        ring.add(2, 3)
        self.assertFalse(ring.has_cycle())
        ring.add(3, 1)
        self.assertTrue(ring.has_cycle())
