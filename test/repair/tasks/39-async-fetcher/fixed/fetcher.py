import asyncio


class FetchError(Exception):
    pass


class Fetcher:
    """Reads documents through `load`, an async function, and remembers them."""

    def __init__(self, load, width=2):
        self._load = load
        self._cache = {}
        self._gate = asyncio.Semaphore(width)
        self.loads = 0

    async def get(self, key):
        if key not in self._cache:
            async with self._gate:
                self.loads += 1
                self._cache[key] = await self._load(key)
        return self._cache[key]

    async def get_all(self, keys):
        return list(await asyncio.gather(*(self.get(key) for key in keys)))

    async def get_or(self, key, default):
        try:
            return await self.get(key)
        except FetchError:
            return default

    def forget(self, key):
        return self._cache.pop(key, None) is not None
