class Matrix:
    def __init__(self, rows):
        self.rows = [list(row) for row in rows]
        if len({len(row) for row in self.rows}) > 1:
            raise ValueError("rows differ in length")

    @classmethod
    def filled(cls, height, width, value=0):
        return cls([[value] * width for _ in range(height)])

    @classmethod
    def identity(cls, size):
        made = cls.filled(size, size)
        for n in range(size):
            made.rows[n][n] = 1
        return made

    @property
    def shape(self):
        return len(self.rows), len(self.rows[0]) if self.rows else 0

    def transpose(self):
        height, width = self.shape
        made = Matrix.filled(height, width)
        for i in range(height):
            for j in range(width):
                made.rows[j][i] = self.rows[i][j]
        return made

    def __matmul__(self, other):
        if self.shape[1] != other.shape[0]:
            raise ValueError("shapes do not fit")
        columns = list(zip(*other.rows))
        return Matrix([[sum(a * b for a, b in zip(row, column)) for column in columns] for row in self.rows])

    def __eq__(self, other):
        return isinstance(other, Matrix) and self.rows == other.rows

    def trace(self):
        return sum(self.rows[n][n] for n in range(min(self.shape)))

    def power(self, exponent):
        result = Matrix.identity(self.shape[0])
        square = self
        while exponent:
            if exponent % 2:
                result = result @ square
            square = square @ square
            exponent //= 2
        return result
