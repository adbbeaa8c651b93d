from fees.bands import band_for, validate


class FeeTable:
    def __init__(self, bands, minimum=0):
        self.bands = validate(sorted(bands))
        self.minimum = minimum

    def flat(self, amount):
        """Percent of all of it, by the band it falls into."""
        start, percent = band_for(self.bands, amount)
        return max(self.minimum, amount * percent / 100)

    def graded(self, amount):
        """Each part of it by its own band."""
        fee = 0
        ends = [start for start, _ in self.bands[1:]] + [float("inf")]
        for (start, percent), end in zip(self.bands, ends):
            part = min(amount, end) - start
            if part <= 0:
                break
            fee += part * percent / 100
        return max(self.minimum, fee)
