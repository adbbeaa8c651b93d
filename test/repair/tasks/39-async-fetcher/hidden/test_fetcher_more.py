import asyncio
import unittest
from fetcher import Fetcher, FetchError


class MoreTest(unittest.TestCase):
    def test_remembers(self):
        async def story():
            async def load(key):
                return key * 2
            fetcher = Fetcher(load)
            first = await fetcher.get(4)
            second = await fetcher.get(4)
            return first, second, fetcher.loads, fetcher.forget(4), await fetcher.get(4), fetcher.loads
        self.assertEqual(asyncio.run(story()), (8, 8, 1, True, 8, 2))

    def test_errors_are_not_remembered(self):
        async def story():
            async def load(key):
                raise FetchError(key)
            fetcher = Fetcher(load)
            answers = [await fetcher.get_or("x", n) for n in (1, 2)]
            return answers, fetcher.loads
        self.assertEqual(asyncio.run(story()), ([1, 2], 2))
