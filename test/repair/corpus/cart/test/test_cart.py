import unittest

from src.cart import Cart, names, split_evenly


class CartTest(unittest.TestCase):
    def test_adds_up(self):
        cart = Cart()
        cart.add('cup', 4, 2)
        cart.add('tray', 12.5)
        self.assertEqual(cart.subtotal(), 20.5)

    def test_same_name_is_one_line(self):
        cart = Cart()
        cart.add('cup', 4)
        cart.add('cup', 4, 2)
        self.assertEqual(len(cart.lines), 1)
        self.assertEqual(cart.lines[0].quantity, 3)

    def test_removes(self):
        cart = Cart()
        cart.add('cup', 4)
        cart.add('tray', 12)
        cart.remove('cup')
        self.assertEqual(names(cart), 'tray')

    def test_ten_percent(self):
        cart = Cart(code='TENOFF')
        cart.add('lamp', 60)
        self.assertEqual(cart.total(), 54)

    def test_five_off_is_never_more_than_the_rest(self):
        cart = Cart(code='FIVE')
        cart.add('pin', 3)
        self.assertEqual(cart.discount(), 3)
        cart.add('lamp', 60)
        self.assertEqual(cart.discount(), 5)

    def test_shipping(self):
        cart = Cart()
        self.assertEqual(cart.shipping(), 0)
        cart.add('lamp', 49)
        self.assertEqual(cart.shipping(), 4.5)
        cart.add('pin', 1)
        self.assertEqual(cart.shipping(), 0)

    def test_names(self):
        cart = Cart()
        cart.add('tray', 1)
        cart.add('cup', 1)
        self.assertEqual(names(cart), 'cup, tray')

    def test_split(self):
        self.assertEqual(split_evenly(100, 3), [34, 33, 33])
        self.assertEqual(split_evenly(9, 3), [3, 3, 3])
