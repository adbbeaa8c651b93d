import unittest
from board import Board, Card, Column


class BoardTest(unittest.TestCase):
    def test_columns_have_cards_of_their_own(self):
        todo, done = Column("todo"), Column("done")
        todo.add(Card("write"))
        self.assertEqual((len(todo.cards), len(done.cards)), (1, 0))

    def test_moves(self):
        board = Board(Column("todo", [Card("write"), Card("test", ["qa"])]), Column("done", []))
        board.move("test", "done")
        self.assertEqual(board.find("test")[0].name, "done")
        self.assertEqual(board.tagged("qa"), ["test"])

    def test_limit(self):
        column = Column("doing", [Card("a")], limit=1)
        with self.assertRaises(OverflowError):
            column.add(Card("b"))
