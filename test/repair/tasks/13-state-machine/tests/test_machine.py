import unittest
from src.machine import TransitionError, door


class MachineTest(unittest.TestCase):
    def test_tells_the_new_state(self):
        self.assertEqual(door().send("open"), "opened")

    def test_refuses(self):
        with self.assertRaises(TransitionError):
            door().send("close")

    def test_trail(self):
        machine = door()
        machine.run(["open", "lock", "close", "lock"])
        self.assertEqual(machine.trail, ["closed", "opened", "closed", "locked"])

    def test_action_sees_where_it_came_from(self):
        seen = []
        machine = door({"opened": lambda before, who: seen.append((before, who))})
        machine.send("open", "ann")
        self.assertEqual(seen, [("closed", "ann")])
