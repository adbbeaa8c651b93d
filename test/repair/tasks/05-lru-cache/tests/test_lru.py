import unittest
from cache import LruCache


class LruTest(unittest.TestCase):
    def test_counts(self):
        cache = LruCache(2)
        cache.put("a", 1)
        self.assertEqual((cache.get("a"), cache.get("b", 0)), (1, 0))
        self.assertEqual((cache.hits, cache.misses), (1, 1))

    def test_evicts_the_oldest(self):
        gone = []
        cache = LruCache(2, lambda key, value: gone.append(key))
        for key in "abc":
            cache.put(key, key.upper())
        self.assertEqual(gone, ["a"])

    def test_reading_keeps_an_entry(self):
        cache = LruCache(2)
        cache.put("a", 1)
        cache.put("b", 2)
        cache.get("a")
        cache.put("c", 3)
        self.assertEqual(cache.keys(), ["a", "c"])
