import random
import unittest
from src.intervals import IntervalSet


class AgainstPointsTest(unittest.TestCase):
    def test_like_a_set_of_points(self):
        rng = random.Random(11)
        for _ in range(60):
            held, points = IntervalSet(), set()
            for _ in range(8):
                start = rng.randrange(30)
                end = start + rng.randrange(9)
                held.add(start, end)
                points |= set(range(start, end))
            self.assertEqual({p for p in range(50) if p in held}, points)
            self.assertEqual(held.length(), len(points))
