from dataclasses import dataclass, field

SHIPPING_FREE_FROM = 50


@dataclass
class Line:
    name: str
    price: float
    quantity: int = 1

    def total(self):
        return self.price * self.quantity


@dataclass
class Cart:
    lines: list = field(default_factory=list)
    code: str = ''

    def add(self, name, price, quantity=1):
        for line in self.lines:
            if line.name == name:
                line.quantity += quantity
                return line
        line = Line(name, price, quantity)
        self.lines.append(line)
        return line

    def remove(self, name):
        self.lines = [line for line in self.lines if line.name != name]

    def subtotal(self):
        return sum(line.total() for line in self.lines)

    def discount(self):
        if self.code == 'TENOFF':
            return self.subtotal() * 0.1
        if self.code == 'FIVE':
            return min(5, self.subtotal())
        return 0

    def shipping(self):
        if not self.lines or self.subtotal() >= SHIPPING_FREE_FROM:
            return 0
        return 4.5

    def total(self):
        return round(self.subtotal() - self.discount() + self.shipping(), 2)


def names(cart):
    return ', '.join(sorted(line.name for line in cart.lines))


def split_evenly(amount, people):
    """Cents for each; the first ones pay the rest."""
    share = amount // people
    rest = amount % people
    return [share + 1 if i < rest else share for i in range(people)]
