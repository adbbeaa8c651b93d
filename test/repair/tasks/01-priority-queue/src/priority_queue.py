"""A binary heap whose entries can be reprioritised."""


class PriorityQueue:
    def __init__(self, entries=()):
        self._heap = []
        self._index = {}
        for key, priority in entries:
            self.push(key, priority)

    def __len__(self):
        return len(self._heap)

    def push(self, key, priority):
        if key in self._index:
            self._change(key, priority)
            return
        self._index[key] = len(self._heap)
        self._heap.append((priority, key))
        self._up(len(self._heap) - 1)

    def pop(self):
        if not self._heap:
            raise IndexError("pop from an empty queue")
        top = self._heap[0]
        last = self._heap.pop()
        del self._index[top[1]]
        if self._heap:
            self._heap[0] = last
            self._index[last[1]] = 0
            self._down(0)
        return top[1]

    def peek(self):
        return self._heap[0][1] if self._heap else None

    def _change(self, key, priority):
        at = self._index[key]
        before = self._heap[at][0]
        self._heap[at] = (priority, key)
        if priority < before:
            self._up(at)
        else:
            self._down(at)

    def _swap(self, a, b):
        self._heap[a], self._heap[b] = self._heap[b], self._heap[a]
        self._index[self._heap[a][1]] = a
        self._index[self._heap[b][1]] = b

    def _up(self, at):
        while at > 0:
            parent = (at - 1) // 2
            if self._heap[parent] <= self._heap[at]:
                break
            self._swap(parent, at)
            at = parent

    def _down(self, at):
        size = len(self._heap)
        while True:
            child = 2 * at + 1
            if child >= size:
                break
            if child + 1 <= size and self._heap[child + 1] < self._heap[child]:
                child += 1
            if self._heap[at] <= self._heap[child]:
                break
            self._swap(at, child)
            at = child
