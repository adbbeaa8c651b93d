class _Node:
    __slots__ = ("value", "next")

    def __init__(self, value, following=None):
        self.value = value
        self.next = following


class LinkedList:
    def __init__(self, values=()):
        self.head = None
        self.tail = None
        self.size = 0
        for value in values:
            self.append(value)

    def __iter__(self):
        node = self.head
        while node is not None:
            yield node.value
            node = node.next

    def __len__(self):
        return self.size

    def append(self, value):
        node = _Node(value)
        if self.tail is None:
            self.head = node
        else:
            self.tail.next = node
        self.tail = node
        self.size += 1

    def prepend(self, value):
        self.head = _Node(value, self.head)
        if self.tail is None:
            self.tail = self.head

    def remove(self, value):
        before = None
        node = self.head
        while node is not None:
            if node.value == value:
                if before is None:
                    self.head = node.next
                else:
                    before.next = node.next
                if node is self.tail:
                    self.tail = before
                self.size -= 1
                return True
            before, node = node, node.next
        return False

    def reverse(self):
        before, node = None, self.head
        self.tail = self.head
        while node is not None:
            node.next, before, node = before, node, node.next
        self.head = before
