from dataclasses import dataclass, field


@dataclass
class Card:
    title: str
    tags: list = field(default_factory=list)
    done: bool = False


class Column:
    def __init__(self, name, cards=None, limit=None):
        self.name = name
        self.cards = list(cards or [])
        self.limit = limit

    def is_full(self):
        return self.limit is not None and len(self.cards) >= self.limit

    def add(self, card):
        if self.is_full():
            raise OverflowError(f"{self.name} is full")
        self.cards.append(card)
        return card


class Board:
    def __init__(self, *columns):
        self.columns = {column.name: column for column in columns}

    def find(self, title):
        for column in self.columns.values():
            for card in column.cards:
                if card.title == title:
                    return column, card
        raise KeyError(title)

    def move(self, title, target):
        column, card = self.find(title)
        if column.name == target:
            return
        self.columns[target].add(card)
        column.cards.remove(card)

    def tagged(self, tag):
        return [card.title for column in self.columns.values() for card in column.cards if tag in card.tags]
