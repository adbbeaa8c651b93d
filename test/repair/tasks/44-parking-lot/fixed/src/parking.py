class Full(Exception):
    pass


class Lot:
    def __init__(self, places, rate_cents=200, free_minutes=15):
        self.places = places
        self.rate_cents = rate_cents
        self.free_minutes = free_minutes
        self._inside = {}
        self.takings = 0

    def enter(self, plate, minute):
        if len(self._inside) >= self.places:
            raise Full()
        if plate in self._inside:
            raise ValueError(f"{plate} is inside already")
        self._inside[plate] = minute

    def fee(self, minutes):
        """Begun hours count as whole ones."""
        if minutes <= self.free_minutes:
            return 0
        hours = -(-minutes // 60)
        return hours * self.rate_cents

    def leave(self, plate, minute):
        since = self._inside.pop(plate)
        due = self.fee(minute - since)
        self.takings += due
        return due

    def free(self):
        return self.places - len(self._inside)

    def longest_inside(self):
        return min(self._inside, key=self._inside.get, default=None)
