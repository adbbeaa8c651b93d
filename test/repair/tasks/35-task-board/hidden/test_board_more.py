import unittest
from board import Board, Card, Column


class MoreTest(unittest.TestCase):
    def test_three_columns(self):
        board = Board(*(Column(name) for name in ("a", "b", "c")))
        board.columns["a"].add(Card("x"))
        board.move("x", "c")
        self.assertEqual([len(column.cards) for column in board.columns.values()], [0, 0, 1])
        self.assertEqual(Column("new").cards, [])

    def test_given_cards_are_kept(self):
        self.assertEqual([card.title for card in Column("d", [Card("p"), Card("q")]).cards], ["p", "q"])
