from dataclasses import dataclass


@dataclass(order=True)
class Entry:
    points: int
    games: int
    name: str


class Leaderboard:
    def __init__(self):
        self._entries = {}

    def record(self, name, points):
        entry = self._entries.setdefault(name, Entry(0, 0, name))
        entry.points += points
        entry.games += 1
        return entry.points

    def ranking(self):
        """Most points first; fewer games, then the name, decide."""
        return sorted(self._entries.values(), key=lambda e: (-e.points, e.games, e.name))

    def top(self, count=3):
        return [(entry.name, entry.points) for entry in self.ranking()[:count]]

    def rank_of(self, name):
        """From 1; equal points share a rank."""
        points = self._entries[name].points
        return 1 + sum(1 for other in self._entries.values() if other.points > points)

    def average(self, name):
        entry = self._entries[name]
        return entry.points / entry.games
