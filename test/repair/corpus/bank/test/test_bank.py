import unittest

from src.bank import Account, InsufficientFunds, richest, total_deposits, transfer


class AccountTest(unittest.TestCase):
    def test_deposit_adds(self):
        account = Account('ann', 10)
        account.deposit(5)
        account.deposit(1)
        self.assertEqual(account.balance, 16)

    def test_deposit_must_be_positive(self):
        with self.assertRaises(ValueError):
            Account('ann').deposit(0)
        with self.assertRaises(ValueError):
            Account('ann').deposit(-1)

    def test_withdraw_everything(self):
        account = Account('ann', 10)
        account.withdraw(10)
        self.assertEqual(account.balance, 0)

    def test_withdraw_too_much(self):
        with self.assertRaises(InsufficientFunds):
            Account('ann', 10).withdraw(11)

    def test_histories_are_apart(self):
        Account('ann').deposit(3)
        self.assertEqual(Account('bob').history, [])

    def test_interest(self):
        self.assertEqual(Account('ann', 100).interest(0.05), 5.0)
        self.assertEqual(Account('ann', 100).interest(0.1, 2), 21.0)


class BankTest(unittest.TestCase):
    def test_transfer(self):
        ann, bob = Account('ann', 10), Account('bob', 1)
        self.assertEqual(transfer(ann, bob, 4), 6)
        self.assertEqual(bob.balance, 5)

    def test_richest(self):
        self.assertEqual(richest([Account('ann', 3), Account('bob', 7), Account('eve', 5)]), 'bob')

    def test_richest_of_none(self):
        self.assertIsNone(richest([]))

    def test_total_deposits(self):
        account = Account('ann')
        account.deposit(5)
        account.withdraw(2)
        account.deposit(4)
        self.assertEqual(total_deposits(account), 9)
