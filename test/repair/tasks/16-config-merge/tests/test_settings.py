import unittest
from src.settings import DEFAULTS, get, load, merge, put


class SettingsTest(unittest.TestCase):
    def test_overrides(self):
        self.assertEqual(load({"server": {"port": 1}})["server"], {"host": "localhost", "port": 1})

    def test_paths(self):
        self.assertEqual(get({"a": {"b": 1}}, "a.b"), 1)
        self.assertEqual(get({}, "a.b", 0), 0)

    def test_loaded_settings_are_ones_own(self):
        put(load(), "server.port", 9)
        self.assertEqual(DEFAULTS["server"]["port"], 8080)

    def test_replaces_lists(self):
        self.assertEqual(merge({"a": [1]}, {"a": [2]}), {"a": [2]})
