import unittest
from src.playlist import Playlist


class PlaylistTest(unittest.TestCase):
    def test_plays_on(self):
        playlist = Playlist(["a", "b"])
        self.assertEqual([playlist.current, playlist.next(), playlist.next()], ["a", "b", None])

    def test_adds(self):
        playlist = Playlist(["a"])
        playlist.add("b", "c")
        self.assertEqual(playlist.titles(), ["a", "b", "c"])

    def test_removes(self):
        playlist = Playlist("abc")
        playlist.next()
        playlist.remove("a")
        self.assertEqual(playlist.current, "b")

    def test_moves(self):
        playlist = Playlist("abc")
        playlist.move("c", 0)
        self.assertEqual((playlist.titles(), playlist.current), (["c", "a", "b"], "a"))
