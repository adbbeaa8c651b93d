COINS = (200, 100, 50, 20, 10, 5, 2, 1)


class CannotPay(Exception):
    pass


def greedy(amount, coins=COINS):
    paid = []
    for coin in sorted(coins, reverse=True):
        while amount >= coin:
            paid.append(coin)
            amount -= coin
    if amount:
        raise CannotPay(amount)
    return paid


def fewest(amount, coins):
    """Fewest coins for an amount, by dynamic programming."""
    best = [[]] + [None] * amount
    for value in range(1, amount + 1):
        for coin in coins:
            if coin <= value and best[value - coin] is not None:
                tried = best[value - coin] + [coin]
                if best[value] is None or len(tried) < len(best[value]):
                    best[value] = tried
    if best[amount] is None:
        raise CannotPay(amount)
    return sorted(best[amount], reverse=True)


def first_covering(amount, purses):
    """Name of the first purse that holds enough."""
    chosen = None
    for name, coins in purses.items():
        if sum(coins) >= amount:
            chosen = name
    return chosen
