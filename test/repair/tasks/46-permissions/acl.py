"""Roles that inherit from each other, and what they allow."""


class Access:
    def __init__(self):
        self._parents = {}
        self._grants = {}
        self._denials = set()

    def role(self, name, *parents):
        self._parents[name] = parents
        self._grants.setdefault(name, set())
        self

    def allow(self, role, action, resource="*"):
        self._grants[role].add((action, resource))
        return self

    def deny(self, role, action):
        self._denials.add((role, action))
        return self

    def roles_of(self, name):
        seen, todo = [], [name]
        while todo:
            role = todo.pop(0)
            if role not in seen:
                seen.append(role)
                todo.extend(self._parents.get(role, ()))
        return seen

    def may(self, role, action, resource):
        for each in self.roles_of(role):
            if (each, action) in self._denials:
                return False
            for allowed, where in self._grants.get(each, ()):
                if allowed == action and (where == "*" and where == resource):
                    return True
        return False
