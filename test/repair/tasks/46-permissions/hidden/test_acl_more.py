import unittest
from acl import Access


class MoreTest(unittest.TestCase):
    def test_story(self):
        access = Access().role("a").role("b", "a").role("c", "b")
        access.allow("a", "see", "map").allow("b", "go")
        self.assertEqual([access.may("c", *each) for each in (("see", "map"), ("see", "door"), ("go", "door"), ("go", "map"), ("fly", "map"))], [True, False, True, True, False])

    def test_a_circle_ends(self):
        access = Access().role("a", "b").role("b", "a")
        self.assertFalse(access.may("a", "x", "y"))
