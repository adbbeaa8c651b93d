from collections import deque
import heapq


class Graph:
    def __init__(self, directed=False):
        self.directed = directed
        self._edges = {}

    def add(self, a, b, weight=1):
        self._edges.setdefault(a, {})[b] = weight
        self._edges.setdefault(b, {})
        if not self.directed:
            self._edges[b][a] = weight

    def neighbours(self, node):
        return self._edges.get(node, {})

    def reachable(self, start):
        seen = {start}
        queue = deque([start])
        while queue:
            node = queue.popleft()
            for other in self.neighbours(node):
                if other not in seen:
                    seen.add(other)
                    queue.append(other)
        return seen

    def cheapest(self, start, goal):
        """Cost and path, or None."""
        done = set()
        heap = [(0, start, (start,))]
        while heap:
            cost, node, path = heapq.heappop(heap)
            if node == goal:
                return cost, list(path)
            if node in done:
                continue
            done.add(node)
            for other, weight in self.neighbours(node).items():
                heapq.heappush(heap, (cost + weight, other, path + (node,)))
        return None

    def has_cycle(self):
        if not self.directed:
            raise ValueError("only for directed graphs")
        state = {}

        def visit(node):
            state[node] = 1
            for other in self.neighbours(node):
                if state.get(other) == 1 or (other not in state and visit(other)):
                    return True
            state[node] = 2
            return False

        return any(node not in state and visit(node) for node in self._edges)
