PINS = 10
FRAMES = 10


def is_strike(rolls, at):
    return rolls[at] == PINS


def is_spare(rolls, at):
    return not is_strike(rolls, at) and sum(rolls[at:at + 2]) == PINS


def frame_length(rolls, at):
    return 1 if is_strike(rolls, at) else 2
