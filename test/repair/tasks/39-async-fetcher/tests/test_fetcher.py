import asyncio
import unittest
from fetcher import Fetcher, FetchError


async def load(key):
    await asyncio.sleep(0)
    if key == "bad":
        raise FetchError(key)
    return key.upper()


class FetcherTest(unittest.TestCase):
    def test_gets(self):
        self.assertEqual(asyncio.run(Fetcher(load).get("a")), "A")

    def test_gets_all(self):
        self.assertEqual(asyncio.run(Fetcher(load).get_all("abc")), ["A", "B", "C"])

    def test_default(self):
        self.assertEqual(asyncio.run(Fetcher(load).get_or("bad", "-")), "-")

    def test_forget(self):
        self.assertFalse(Fetcher(load).forget("x"))
