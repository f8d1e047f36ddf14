// The line to the server: comes back when it drops, and sends the sound again that did not arrive.

const KEPT_FRAMES = 1800; // just under a minute
const WAITS = [250, 500, 1000, 2000, 4000]; // milliseconds before each new try
const HEADER_BYTES = 4;

export class Connection {
  /** `handlers`: message(object), speech(ArrayBuffer), state("joined" | "away" | "closed"). `hello()` gives what to say first. */
  constructor(session, hello, handlers) {
    this.address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/line/${session}`;
    this.hello = hello;
    this.handlers = handlers;
    this.page = randomName();
    this.kept = []; // {number, data}
    this.number = 0;
    this.welcomed = false;
    this.tries = 0;
    this.over = false;
    this.takeOver = false;
  }

  open() {
    this.over = false;
    this.socket = new WebSocket(this.address);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => {
      this.socket.send(JSON.stringify({ type: "hello", page: this.page, take_over: this.takeOver, ...this.hello() }));
      this.takeOver = false;
    };
    this.socket.onmessage = (event) => this.take(event.data);
    this.socket.onclose = () => this.closed();
  }

  /** For good: no new try. */
  close() {
    this.over = true;
    this.socket.close();
  }

  send(message) {
    if (!this.welcomed || this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  /** One frame of the microphone; kept until the line is back if it is down. */
  frame(samples) {
    const data = new ArrayBuffer(HEADER_BYTES + samples.byteLength);
    new DataView(data).setUint32(0, this.number, true);
    new Int16Array(data, HEADER_BYTES).set(samples);
    this.kept.push({ number: this.number, data });
    this.number += 1;
    if (this.kept.length > KEPT_FRAMES) this.kept.shift();
    if (this.welcomed && this.socket.readyState === WebSocket.OPEN) this.socket.send(data);
  }

  take(data) {
    if (data instanceof ArrayBuffer) {
      this.handlers.speech(data);
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "welcome") this.joined(message.next_frame);
    if (["in_use", "stopped", "finished"].includes(message.type)) this.over = true;
    this.handlers.message(message);
  }

  joined(nextFrame) {
    this.welcomed = true;
    this.tries = 0;
    if (nextFrame === 0) this.renumber();
    this.kept = this.kept.filter((frame) => frame.number >= nextFrame);
    for (const frame of this.kept) this.socket.send(frame.data);
    this.handlers.state("joined");
  }

  /** The room is a new one and counts from 0: what was kept while nobody listened is old. */
  renumber() {
    this.kept = [];
    this.number = 0;
  }

  closed() {
    this.welcomed = false;
    this.handlers.state(this.over ? "closed" : "away");
    if (this.over) return;
    const wait = WAITS[Math.min(this.tries, WAITS.length - 1)];
    this.tries += 1;
    setTimeout(() => this.open(), wait);
  }
}

function randomName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
