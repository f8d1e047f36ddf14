"""A recorded candidate who speaks through the whole real loop: no microphone, no weights, no network needed."""
