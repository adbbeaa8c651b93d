import unittest
from bank import Bank, InsufficientFunds


class FrozenTest(unittest.TestCase):
    def test_frozen_with_overdraft(self):
        bank = Bank()
        bank.open("ann", 0, overdraft=500).frozen = True
        bank.open("bob", 1)
        with self.assertRaises(InsufficientFunds):
            bank.transfer("ann", "bob", 10)
        bank.transfer("bob", "ann", 1)
        self.assertEqual(bank.accounts["ann"].balance, 1)
        bank.accounts["ann"].frozen = False
        bank.transfer("ann", "bob", 501)
        self.assertEqual(bank.total(), 1)

    def test_can_withdraw_is_a_truth_value(self):
        account = Bank().open("cy", 5)
        self.assertIs(account.can_withdraw(5), True)
        self.assertIs(account.can_withdraw(6), False)
