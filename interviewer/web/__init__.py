"""The interview room in the browser: another microphone, loudspeaker and screen of the same interview."""
