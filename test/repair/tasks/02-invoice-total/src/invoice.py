from src.money import format_amount, parse_amount, split_evenly


class Invoice:
    def __init__(self, tax_percent=0):
        self.lines = []
        self.tax_percent = tax_percent

    def add(self, what, price, quantity=1):
        self.lines.append((what, parse_amount(price) * quantity))
        return self

    @property
    def net(self):
        return sum(amount for _, amount in self.lines)

    @property
    def tax(self):
        return (self.net * self.tax_percent + 50) // 100

    @property
    def total(self):
        return self.net + self.tax

    def shares(self, people):
        return [format_amount(share) for share in split_evenly(self.total, people)]
