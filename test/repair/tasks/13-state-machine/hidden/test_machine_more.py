import unittest
from src.machine import door


class MoreTest(unittest.TestCase):
    def test_every_step(self):
        machine = door()
        self.assertEqual([machine.send(e) for e in ("lock", "unlock", "open", "close")], ["locked", "closed", "opened", "closed"])
        self.assertEqual(machine.events(), ["lock", "open"])

    def test_state_is_what_is_told(self):
        machine = door()
        self.assertEqual(machine.send("lock"), machine.state)
