"""Figures about a text, in one pass."""
import string


def words(text):
    return [word.strip(string.punctuation).lower() for word in text.split() if word.strip(string.punctuation)]


def frequencies(text):
    counts = {}
    for word in words(text):
        counts[word] = counts.get(word, 1) + 1
    return counts


def most_common(text, how_many=3):
    ranked = sorted(frequencies(text).items(), key=lambda pair: (-pair[1], pair[0]))
    return [word for word, _ in ranked[:how_many]]


def average_length(text):
    found = words(text)
    return sum(map(len, found)) / len(found) if found else 0.0


def longest_run(text):
    """How often the same word stands in a row at most."""
    best = run = 0
    before = None
    for word in words(text):
        run = run + 1 if word == before else 1
        best = max(best, run)
        before = word
    return best
