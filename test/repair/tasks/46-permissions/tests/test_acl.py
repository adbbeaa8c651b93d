import unittest
from acl import Access


class AccessTest(unittest.TestCase):
    def setUp(self):
        self.access = Access()
        for name, parents in (("reader", ()), ("writer", ("reader",)), ("guest", ("reader",))):
            self.access.role(name, *parents)
        self.access.allow("reader", "read").allow("writer", "write", "post")

    def test_inherits(self):
        self.assertEqual(self.access.roles_of("writer"), ["writer", "reader"])

    def test_may_write_posts_only(self):
        self.assertTrue(self.access.may("writer", "write", "post"))
        self.assertFalse(self.access.may("writer", "write", "page"))

    def test_may_read_all(self):
        self.assertTrue(self.access.may("writer", "read", "page"))

    def test_denied(self):
        self.access.deny("guest", "read")
        self.assertFalse(self.access.may("guest", "read", "post"))

    def test_chains(self):
        self.assertTrue(Access().role("a").allow("a", "x").may("a", "x", "y"))
