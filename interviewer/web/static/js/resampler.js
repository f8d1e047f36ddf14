// From the microphone's own rate to 16 kHz: a windowed sinc, so that what lies above 8 kHz does not fold back.

const ZERO_CROSSINGS = 16;
const PHASES = 512;
const PASSBAND = 0.94;

export class Resampler {
  /** Rates in Hz. */
  constructor(from, to = 16000) {
    this.step = from / to;
    const cutoff = Math.min(1, 1 / this.step) * PASSBAND;
    this.half = Math.ceil(ZERO_CROSSINGS / cutoff);
    this.table = kernel(this.half, cutoff);
    this.input = new Float32Array(2 * this.half);
    this.filled = this.half; // silence before the first sample
    this.at = this.half;
    this.through = from === to;
  }

  /** The samples at the new rate that can be known by now. */
  feed(block) {
    if (this.through) return block;
    this.append(block);
    const out = [];
    const taps = 2 * this.half;
    while (Math.floor(this.at) + this.half < this.filled) {
      const whole = Math.floor(this.at);
      const row = Math.round((this.at - whole) * (PHASES - 1)) * taps;
      const first = whole - this.half + 1;
      let sum = 0;
      for (let i = 0; i < taps; i += 1) sum += this.input[first + i] * this.table[row + i];
      out.push(sum);
      this.at += this.step;
    }
    this.forget();
    return Float32Array.from(out);
  }

  append(block) {
    if (this.filled + block.length > this.input.length) {
      const larger = new Float32Array((this.filled + block.length) * 2);
      larger.set(this.input.subarray(0, this.filled));
      this.input = larger;
    }
    this.input.set(block, this.filled);
    this.filled += block.length;
  }

  forget() {
    const done = Math.floor(this.at) - this.half;
    if (done < 2048) return;
    this.input.copyWithin(0, done, this.filled);
    this.filled -= done;
    this.at -= done;
  }
}

function kernel(half, cutoff) {
  const taps = 2 * half;
  const table = new Float32Array(PHASES * taps);
  for (let phase = 0; phase < PHASES; phase += 1) {
    let sum = 0;
    for (let i = 0; i < taps; i += 1) {
      const distance = i - half + 1 - phase / (PHASES - 1);
      const x = Math.PI * distance * cutoff;
      const sinc = x === 0 ? 1 : Math.sin(x) / x;
      const window = Math.abs(distance) < half ? 0.5 + 0.5 * Math.cos((Math.PI * distance) / half) : 0;
      table[phase * taps + i] = sinc * window;
      sum += sinc * window;
    }
    for (let i = 0; i < taps; i += 1) table[phase * taps + i] /= sum;
  }
  return table;
}
