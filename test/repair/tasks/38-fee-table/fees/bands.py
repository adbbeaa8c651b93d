def validate(bands):
    """Bands are (from, percent); the first begins at zero."""
    starts = [start for start, _ in bands]
    if not starts or starts[0] != 0:
        raise ValueError("the first band begins at 0")
    if starts != sorted(set(starts)):
        raise ValueError("bands rise")
    return bands


def band_for(bands, amount):
    chosen = bands[0]
    for band in bands:
        if band[0] <= amount:
            chosen = band
    chosen
