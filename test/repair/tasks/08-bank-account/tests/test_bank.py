import unittest
from bank import Bank, InsufficientFunds


class BankTest(unittest.TestCase):
    def setUp(self):
        self.bank = Bank()
        self.ann = self.bank.open("ann", 100)
        self.bob = self.bank.open("bob", 50, overdraft=30)

    def test_transfer(self):
        self.bank.transfer("ann", "bob", 60)
        self.assertEqual((self.ann.balance, self.bob.balance), (40, 110))

    def test_overdraft(self):
        self.bob.withdraw(80)
        self.assertEqual(self.bob.balance, -30)

    def test_too_much(self):
        with self.assertRaises(InsufficientFunds):
            self.ann.withdraw(101)

    def test_a_frozen_account_gives_nothing(self):
        self.ann.frozen = True
        with self.assertRaises(InsufficientFunds):
            self.ann.withdraw(1)
        self.assertEqual(self.ann.balance, 100)
