import unittest
from src.graph import Graph


class PathsTest(unittest.TestCase):
    def test_start_is_goal(self):
        graph = Graph()
        graph.add(1, 2)
        self.assertEqual(graph.cheapest(1, 1), (0, [1]))

    def test_long_path(self):
        graph = Graph(directed=True)
        for n in range(9):
            graph.add(n, n + 1, n)
        self.assertEqual(graph.cheapest(0, 9), (36, list(range(10))))
        self.assertIsNone(graph.cheapest(9, 0))
