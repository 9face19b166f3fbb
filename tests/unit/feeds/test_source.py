from sidelook.feeds.source import Pulse, SourceState


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = 1_000

    def now(self) -> int:
        """Tell the time set."""
        return self.time


def test_a_source_waits_lives_falls_silent_and_ends() -> None:
    watch = Watch()
    pulse = Pulse(clock=watch, silence=10)
    assert pulse.state is SourceState.WAITING
    chunk = pulse.beat(b"abc", fresh=True)
    assert (chunk.received, chunk.fresh, pulse.counters.octets) == (1_000, True, 3)
    assert pulse.state is SourceState.LIVE
    watch.time += 11
    assert pulse.state is SourceState.LOST
    pulse.beat(b"d")
    assert pulse.state is SourceState.LIVE
    pulse.cut = True
    assert pulse.state is SourceState.LOST
    pulse.ended = True
    assert pulse.state is SourceState.ENDED
