// AudioWorklet: cuts the microphone's sound into frames of 512 samples of 16 bits at 16 kHz.

import { Resampler } from "./resampler.js";

const FRAME = 512;

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.resampler = new Resampler(sampleRate);
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
    this.open = true;
    this.port.onmessage = (event) => { this.open = event.data.open; };
  }

  process(inputs) {
    const channel = inputs[0][0];
    const block = channel || new Float32Array(128); // no source yet: silence, so that the session's clock goes on
    for (const sample of this.resampler.feed(block)) this.take(sample);
    return true;
  }

  take(sample) {
    const heard = this.open ? Math.max(-1, Math.min(1, sample)) : 0;
    this.frame[this.filled] = heard * 32767;
    this.filled += 1;
    if (this.filled < FRAME) return;
    this.port.postMessage(this.frame.buffer, [this.frame.buffer]);
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
  }
}

registerProcessor("capture", Capture);
