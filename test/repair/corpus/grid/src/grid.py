def make(rows, columns, value=0):
    return [[value] * columns for _ in range(rows)]


def transpose(grid):
    if not grid:
        return []
    return [[row[i] for row in grid] for i in range(len(grid[0]))]


def rotate(grid):
    return [list(row) for row in zip(*grid[::-1])]


def neighbours(grid, row, column):
    found = []
    for dr in (-1, 0, 1):
        for dc in (-1, 0, 1):
            if dr == 0 and dc == 0:
                continue
            r, c = row + dr, column + dc
            if 0 <= r < len(grid) and 0 <= c < len(grid[0]):
                found.append(grid[r][c])
    return found


def multiply(a, b):
    columns = transpose(b)
    return [[sum(x * y for x, y in zip(row, column)) for column in columns] for row in a]


def find(grid, wanted):
    for r, row in enumerate(grid):
        for c, value in enumerate(row):
            if value == wanted:
                return r, c
    return None


def spread(grid):
    values = [value for row in grid for value in row]
    return max(values) - min(values)
