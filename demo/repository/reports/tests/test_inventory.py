import unittest

from kiosk_reports.inventory import (
    StockItem,
    available,
    days_of_cover,
    needs_reorder,
    reorder_list,
    reorder_quantity,
)


def item(on_hand, reserved=0, sku="mug", pack_size=1):
    return StockItem(sku, on_hand, reserved, reorder_point=10, target_level=40, pack_size=pack_size)


class Available(unittest.TestCase):
    def test_leaves_out_what_is_reserved(self):
        self.assertEqual(available(item(12, reserved=5)), 7)

    def test_is_never_negative(self):
        self.assertEqual(available(item(3, reserved=5)), 0)


class Reorder(unittest.TestCase):
    def test_is_needed_below_the_reorder_point_only(self):
        self.assertTrue(needs_reorder(item(9)))
        self.assertFalse(needs_reorder(item(10)))
        self.assertTrue(needs_reorder(item(12, reserved=3)))

    def test_fills_up_to_the_target_level(self):
        self.assertEqual(reorder_quantity(item(4)), 36)
        self.assertEqual(reorder_quantity(item(0)), 40)
        self.assertEqual(reorder_quantity(item(15, reserved=9)), 34)

    def test_orders_whole_packs(self):
        self.assertEqual(reorder_quantity(item(4, pack_size=12)), 36)
        self.assertEqual(reorder_quantity(item(3, pack_size=12)), 48)

    def test_orders_nothing_where_there_is_enough(self):
        self.assertEqual(reorder_quantity(item(10)), 0)
        self.assertEqual(reorder_quantity(item(60)), 0)

    def test_lists_what_to_order_by_sku(self):
        items = [item(5, sku="tee"), item(20, sku="pin"), item(1, sku="cap", pack_size=20)]
        self.assertEqual(reorder_list(items), [("cap", 40), ("tee", 35)])


class DaysOfCover(unittest.TestCase):
    def test_counts_whole_days(self):
        self.assertEqual(days_of_cover(item(10, reserved=1), 2), 4)
        self.assertEqual(days_of_cover(item(0), 2), 0)

    def test_is_unknown_where_nothing_sells(self):
        self.assertIsNone(days_of_cover(item(10), 0))
