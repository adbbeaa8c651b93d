import unittest
from cache import LruCache


class LruMoreTest(unittest.TestCase):
    def test_order_after_reads(self):
        cache = LruCache(3)
        for key in "abc":
            cache.put(key, key)
        cache.get("b")
        cache.get("a")
        self.assertEqual(cache.keys(), ["c", "b", "a"])
        cache.put("d", "d")
        cache.put("b", "B")
        self.assertEqual(cache.keys(), ["a", "d", "b"])
        self.assertEqual(cache.get("b"), "B")

    def test_misses_do_not_reorder(self):
        cache = LruCache(2)
        cache.put(1, 1)
        cache.put(2, 2)
        self.assertIsNone(cache.get(3))
        self.assertEqual(cache.keys(), [1, 2])

    def test_resize(self):
        cache = LruCache(3)
        for key in "abc":
            cache.put(key, key)
        cache.get("a")
        cache.resize(1)
        self.assertEqual(cache.keys(), ["a"])
