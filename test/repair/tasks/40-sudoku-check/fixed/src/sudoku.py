"""Checking and solving of 9 × 9 puzzles; 0 is an empty cell."""

SIZE = 9
BOX = 3


def parse(text):
    digits = [0 if char in ".0" else int(char) for char in text if char.isdigit() or char == "."]
    if len(digits) != SIZE * SIZE:
        raise ValueError(f"{len(digits)} cells")
    return [digits[row * SIZE:(row + 1) * SIZE] for row in range(SIZE)]


def box_of(row, col):
    return row // BOX * BOX, col // BOX * BOX


def candidates(grid, row, col):
    used = set(grid[row]) | {grid[r][col] for r in range(SIZE)}
    top, left = box_of(row, col)
    for r in range(top, top + BOX):
        used.update(grid[r][left:left + BOX])
    return [digit for digit in range(1, SIZE + 1) if digit not in used]


def emptiest(grid):
    best = None
    for row in range(SIZE):
        for col in range(SIZE):
            if grid[row][col] == 0:
                fits = candidates(grid, row, col)
                if best is None or len(fits) < len(best[2]):
                    best = (row, col, fits)
    return best


def solve(grid):
    cell = emptiest(grid)
    if cell is None:
        return True
    row, col, fits = cell
    for digit in fits:
        grid[row][col] = digit
        if solve(grid):
            return True
    grid[row][col] = 0
    return False
