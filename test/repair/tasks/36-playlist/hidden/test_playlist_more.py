import unittest
from src.playlist import Playlist


class MoreTest(unittest.TestCase):
    def test_add_in_steps(self):
        playlist = Playlist()
        playlist.add()
        self.assertIsNone(playlist.current)
        playlist.add("x")
        playlist.add("y", "z", "w")
        self.assertEqual((len(playlist), playlist.titles()), (4, ["x", "y", "z", "w"]))
        playlist.loop = True
        self.assertEqual([playlist.next() for _ in range(5)], ["y", "z", "w", "x", "y"])
