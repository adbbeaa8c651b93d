import heapq
from collections import deque


def reachable(graph, start):
    seen = {start}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for other in graph.get(node, []):
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return seen


def shortest(graph, start, goal):
    """Length of the shortest path in steps, None where there is none."""
    queue = deque([(start, 0)])
    seen = {start}
    while queue:
        node, steps = queue.popleft()
        if node == goal:
            return steps
        for other in graph.get(node, []):
            if other in seen:
                continue
            seen.add(other)
            queue.append((other, steps + 1))
    return None


def cheapest(weights, start, goal):
    best = {start: 0}
    heap = [(0, start)]
    while heap:
        cost, node = heapq.heappop(heap)
        if node == goal:
            return cost
        for other, weight in weights.get(node, {}).items():
            reached = cost + weight
            if other not in best or reached < best[other]:
                best[other] = reached
                heapq.heappush(heap, (reached, other))
    return None


def depth(tree):
    if tree is None:
        return 0
    return 1 + max(depth(tree.get('left')), depth(tree.get('right')))


def in_order(tree):
    if tree is None:
        return []
    return in_order(tree.get('left')) + [tree['value']] + in_order(tree.get('right'))


def count_edges(graph):
    return sum(len(others) for others in graph.values())
