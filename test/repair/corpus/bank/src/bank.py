class InsufficientFunds(Exception):
    pass


class Account:
    def __init__(self, owner, balance=0, history=None):
        self.owner = owner
        self.balance = balance
        self.history = history if history is not None else []

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError('a deposit must be positive')
        self.balance += amount
        self.history.append(('deposit', amount))

    def withdraw(self, amount):
        if amount > self.balance:
            raise InsufficientFunds(self.owner)
        self.balance -= amount
        self.history.append(('withdraw', amount))

    def interest(self, rate, years=1):
        return round(self.balance * (1 + rate) ** years - self.balance, 2)


def transfer(source, target, amount):
    source.withdraw(amount)
    target.deposit(amount)
    return source.balance


def richest(accounts):
    if not accounts:
        return None
    return max(accounts, key=lambda account: account.balance).owner


def total_deposits(account):
    total = 0
    for kind, amount in account.history:
        if kind != 'deposit':
            continue
        total += amount
    return total
