class Document:
    """Text with undo and redo."""

    def __init__(self, text=""):
        self.text = text
        self._past = []
        self._future = []

    def _change(self, text):
        self._past.append(self.text)
        self.text = text
        self._future.clear()

    def insert(self, at, piece):
        if not 0 <= at <= len(self.text):
            raise IndexError(f"no place {at}")
        self._change(self.text[:at] + piece + self.text[at:])

    def delete(self, start, end):
        self._change(self.text[:start] + self.text[end:])

    def replace(self, old, new):
        count = self.text.count(old)
        if count:
            self._change(self.text.replace(old, new))
        return count

    def undo(self):
        if not self._past:
            return False
        self._future.append(self.text)
        self.text = self._past.pop()
        return True

    def redo(self):
        if not self._future:
            return False
        self._past.append(self.text)
        self.text = self._future.pop()
        return True
