class TransitionError(Exception):
    pass


class Machine:
    def __init__(self, initial, transitions, on_enter=None):
        """`transitions` maps (state, event) to the next state."""
        self.state = initial
        self._transitions = dict(transitions)
        self._on_enter = on_enter or {}
        self.trail = [initial]

    def can(self, event):
        return (self.state, event) in self._transitions

    def send(self, event, *args):
        """Takes the transition, and gives back the state that it leads to."""
        if not self.can(event):
            raise TransitionError(f"{event!r} is not possible in {self.state!r}")
        before = self.state
        self.state = self._transitions[before, event]
        self.trail.append(self.state)
        action = self._on_enter.get(self.state)
        if action is not None:
            action(before, *args)
        return self.state

    def events(self):
        return sorted(event for state, event in self._transitions if state == self.state)

    def run(self, events):
        for event in events:
            if self.can(event):
                self.send(event)
        return self.state


def door(on_enter=None):
    return Machine("closed", {
        ("closed", "open"): "opened",
        ("opened", "close"): "closed",
        ("closed", "lock"): "locked",
        ("locked", "unlock"): "closed",
    }, on_enter)
