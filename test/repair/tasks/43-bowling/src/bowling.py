from src.rules import FRAMES, frame_length, is_spare
from src.rules import is_spare as is_strike


def frames(rolls):
    """The score of each frame, as far as it is known."""
    scores = []
    at = 0
    while at < len(rolls) and len(scores) < FRAMES:
        bonus = is_strike(rolls, at) or is_spare(rolls, at)
        counted = rolls[at:at + (3 if bonus else 2)]
        if len(counted) < (3 if bonus else 2):
            break
        scores.append(sum(counted))
        at += frame_length(rolls, at)
    return scores


def score(rolls):
    return sum(frames(rolls))


def is_over(rolls):
    return len(frames(rolls)) == FRAMES
