class InsufficientFunds(Exception):
    pass


class Account:
    def __init__(self, owner, balance=0, overdraft=0):
        self.owner = owner
        self.balance = balance
        self.overdraft = overdraft
        self.frozen = False
        self.history = []

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("a deposit is above zero")
        self.balance += amount
        self.history.append(("deposit", amount))

    def can_withdraw(self, amount):
        return amount <= self.balance + self.overdraft and not self.frozen

    def withdraw(self, amount):
        if amount <= 0:
            raise ValueError("a withdrawal is above zero")
        if not self.can_withdraw(amount):
            raise InsufficientFunds(f"{self.owner} cannot withdraw {amount}")
        self.balance -= amount
        self.history.append(("withdrawal", amount))


class Bank:
    def __init__(self):
        self.accounts = {}

    def open(self, owner, balance=0, overdraft=0):
        if owner in self.accounts:
            raise ValueError(f"{owner} has an account already")
        self.accounts[owner] = Account(owner, balance, overdraft)
        return self.accounts[owner]

    def transfer(self, source, target, amount):
        giver, taker = self.accounts[source], self.accounts[target]
        giver.withdraw(amount)
        taker.deposit(amount)

    def total(self):
        return sum(account.balance for account in self.accounts.values())
