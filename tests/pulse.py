"""A private PulseAudio server with a virtual loudspeaker and microphone, so that device code runs without hardware.

PortAudio reads its configuration when it is loaded, so code that shall see these devices runs in a child process
with `PulseServer.env`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PROGRAMS = ("pulseaudio", "pactl", "paplay", "parec")
SYSTEM_ALSA_CONFIG = Path("/usr/share/alsa/alsa.conf")
ALSA_PULSE_PLUGINS = "*/alsa-lib/libasound_module_pcm_pulse.so"
START_SECONDS = 10.0

# norewinds: without it a null sink renders two seconds ahead while nobody listens
SERVER_SCRIPT = """
load-module module-native-protocol-unix auth-anonymous=1 socket={socket}
load-module module-null-sink norewinds=1 sink_name=interviewer_room rate=48000
load-module module-null-sink norewinds=1 sink_name=candidate_room rate=44100
load-module module-remap-source master=candidate_room.monitor source_name=candidate_microphone
set-default-sink interviewer_room
set-default-source candidate_microphone
"""
ALSA_CONFIG = """
pcm.room_speaker { type pulse device interviewer_room hint { show on description "room speaker" } }
pcm.room_microphone { type pulse device candidate_microphone hint { show on description "room microphone" } }
pcm.room_monitor { type pulse device interviewer_room.monitor hint { show on description "room monitor" } }
pcm.!default { type pulse }
ctl.!default { type pulse }
"""


class PulseServer:
    """A running server: sink `interviewer_room`, sink `candidate_room` whose sound enters the microphone."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "native"
        config = folder / "asound.conf"
        config.write_text(ALSA_CONFIG)
        (folder / "server.pa").write_text(SERVER_SCRIPT.format(socket=self.socket))
        self.env = {
            **os.environ,
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_SERVER": f"unix:{self.socket}",
            "ALSA_CONFIG_PATH": f"{SYSTEM_ALSA_CONFIG}:{config}",
        }
        options = ["-n", "--exit-idle-time=-1", "--use-pid-file=no", "--daemonize=no", "--log-target=stderr"]
        self._log = (folder / "pulseaudio.log").open("w+b")
        self._process = subprocess.Popen(
            ["pulseaudio", *options, "-F", str(folder / "server.pa")],
            env={**os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)},
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def wait_until_ready(self) -> None:
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up and self._process.poll() is None:
            if self.socket.exists() and "candidate_microphone" in self.control("list", "short", "sources"):
                return
            time.sleep(0.05)
        self._log.seek(0)
        pytest.skip(f"PulseAudio does not start here: {self._log.read()[-300:].decode(errors='replace')}")

    def control(self, *arguments: str) -> str:
        """What `pactl` answers; "" when it fails."""
        done = subprocess.run(
            ["pactl", *arguments], env=self.env, capture_output=True, text=True, check=False
        )
        return done.stdout

    def unload(self, module: str) -> None:
        for line in self.control("list", "short", "modules").splitlines():
            if line.split("\t")[1] == module:
                self.control("unload-module", line.split("\t")[0])

    def unplug(self) -> None:
        """Every device is gone: the server moves streams while there is anywhere to move them."""
        self.unload("module-remap-source")
        self.unload("module-null-sink")

    def plug_in(self) -> None:
        """The same devices again."""
        again = ("load-module module-null-sink", "load-module module-remap-source", "set-default")
        for line in SERVER_SCRIPT.splitlines():
            if line.startswith(again):
                self.control(*line.split())

    def start_python(self, code: str, *arguments: str) -> subprocess.Popen[str]:
        """A child process that sees the server's devices; its working directory is the repository."""
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            env=self.env,
            cwd=Path(__file__).parent.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


@contextmanager
def pulse_server(folder: Path) -> Iterator[PulseServer]:
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)} (apt-get install pulseaudio pulseaudio-utils)")
    if not any(Path("/usr/lib").glob(ALSA_PULSE_PLUGINS)):
        pytest.skip("ALSA's pulse plugin is not installed (apt-get install libasound2-plugins)")
    server = PulseServer(folder)
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.close()
