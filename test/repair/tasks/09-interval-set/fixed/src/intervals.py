"""Sets of half-open intervals [start, end)."""
from bisect import bisect_right


class IntervalSet:
    def __init__(self, intervals=()):
        self._spans = []
        for start, end in intervals:
            self.add(start, end)

    def add(self, start, end):
        if end <= start:
            return
        kept = []
        for low, high in self._spans:
            if high < start or low > end:
                kept.append((low, high))
            else:
                start = min(start, low)
                end = max(end, high)
        kept.append((start, end))
        kept.sort()
        self._spans = kept

    def remove(self, start, end):
        kept = []
        for low, high in self._spans:
            if low < start:
                kept.append((low, min(high, start)))
            if high > end:
                kept.append((max(low, end), high))
        self._spans = kept

    def __contains__(self, point):
        at = bisect_right(self._spans, (point, float("inf"))) - 1
        return at >= 0 and self._spans[at][0] <= point < self._spans[at][1]

    def spans(self):
        return list(self._spans)

    def length(self):
        return sum(high - low for low, high in self._spans)
