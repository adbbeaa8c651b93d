"""What is in stock, and what to order again."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StockItem:
    sku: str
    on_hand: int
    reserved: int
    #: Order again when fewer than this many are available.
    reorder_point: int
    #: Order so many that this many are available.
    target_level: int
    #: The supplier sells only whole packs of this size.
    pack_size: int = 1


def available(item: StockItem) -> int:
    """Pieces that can still be promised to a customer."""
    return max(0, item.on_hand - item.reserved)


def needs_reorder(item: StockItem) -> bool:
    return available(item) < item.reorder_point


def reorder_quantity(item: StockItem) -> int:
    """Pieces to order, in whole packs; 0 for an item that has enough."""
    if not needs_reorder(item):
        return 0
    missing = item.reorder_point - available(item)
    packs = -(-missing // item.pack_size)
    return packs * item.pack_size


def reorder_list(items) -> list:
    """Pairs of SKU and quantity for everything to order, by SKU."""
    wanted = [(item.sku, reorder_quantity(item)) for item in items]
    return sorted((sku, quantity) for sku, quantity in wanted if quantity > 0)


def days_of_cover(item: StockItem, sold_per_day: float):
    """Whole days until nothing is available at this pace; ``None`` when nothing sells."""
    if sold_per_day <= 0:
        return None
    return int(available(item) // sold_per_day)
