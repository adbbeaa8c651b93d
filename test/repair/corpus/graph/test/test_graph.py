import unittest

from src.graph import cheapest, count_edges, depth, in_order, reachable, shortest

GRAPH = {'a': ['b', 'c'], 'b': ['d'], 'c': ['d'], 'd': ['a'], 'e': ['a']}
TREE = {'value': 2, 'left': {'value': 1}, 'right': {'value': 4, 'left': {'value': 3}}}


class GraphTest(unittest.TestCase):
    def test_reachable(self):
        self.assertEqual(reachable(GRAPH, 'a'), {'a', 'b', 'c', 'd'})
        self.assertEqual(reachable(GRAPH, 'x'), {'x'})

    def test_shortest(self):
        self.assertEqual(shortest(GRAPH, 'a', 'd'), 2)
        self.assertEqual(shortest(GRAPH, 'e', 'd'), 3)

    def test_shortest_to_itself(self):
        self.assertEqual(shortest(GRAPH, 'a', 'a'), 0)

    def test_no_path(self):
        self.assertIsNone(shortest(GRAPH, 'a', 'e'))

    def test_cheapest(self):
        weights = {'a': {'b': 1, 'c': 5}, 'b': {'c': 2, 'd': 9}, 'c': {'d': 1}}
        self.assertEqual(cheapest(weights, 'a', 'c'), 3)
        self.assertEqual(cheapest(weights, 'a', 'd'), 4)
        self.assertIsNone(cheapest(weights, 'd', 'a'))

    def test_depth(self):
        self.assertEqual(depth(TREE), 3)
        self.assertEqual(depth(None), 0)

    def test_in_order(self):
        self.assertEqual(in_order(TREE), [1, 2, 3, 4])

    def test_edges(self):
        self.assertEqual(count_edges(GRAPH), 6)
