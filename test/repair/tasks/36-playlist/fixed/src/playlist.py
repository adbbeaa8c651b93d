class Playlist:
    def __init__(self, tracks=()):
        self._tracks = list(tracks)
        self._at = 0
        self.loop = False

    def __len__(self):
        return len(self._tracks)

    @property
    def current(self):
        return self._tracks[self._at] if self._tracks else None

    def add(self, *tracks):
        self._tracks.extend(tracks)

    def next(self):
        if self._at + 1 < len(self._tracks):
            self._at += 1
        elif self.loop:
            self._at = 0
        else:
            return None
        return self.current

    def previous(self):
        self._at = max(0, self._at - 1)
        return self.current

    def remove(self, track):
        at = self._tracks.index(track)
        del self._tracks[at]
        if at < self._at or self._at == len(self._tracks):
            self._at = max(0, self._at - 1)

    def move(self, track, to):
        playing = self.current
        self._tracks.remove(track)
        self._tracks.insert(to, track)
        self._at = self._tracks.index(playing)

    def titles(self):
        return list(self._tracks)
