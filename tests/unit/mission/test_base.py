import subprocess
import sys

import pytest

ENDING = """
import asyncio, sys, time
from sidelook.mission.base import Ending, in_thread

class Keeper:
    def sync(self):
        print("synced")

class Log:
    def info(self, sentence):
        print(sentence, file=sys.stderr)

async def end():
    ending = Ending(ask=lambda: print("asked"), keeper=Keeper(), log=Log())
    working = asyncio.create_task(in_thread(lambda: time.sleep({seconds}), ending))
    await asyncio.sleep(0.1)
    working.cancel()
    await asyncio.wait((working,))

asyncio.run(end())
print("done")
"""


@pytest.mark.parametrize(
    ("seconds", "said", "logged"),
    [(0.3, "asked\ndone\n", ""), (30, "asked\nsynced\n", "ended in the middle of a piece")],
)
def test_work_that_does_not_end_is_not_waited_for(seconds: float, said: str, logged: str) -> None:
    """Compiling takes a minute and cannot be interrupted; what was received is on the disk before the end."""
    command = [sys.executable, "-c", ENDING.format(seconds=seconds)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (ended.returncode, ended.stdout) == (0, said)
    assert logged in ended.stderr
