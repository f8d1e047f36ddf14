// The interviewer's voice: pieces are played one after the other as they come, and fall silent at once when told to.

const HEADER_BYTES = 16;
const REPORT_SECONDS = 0.05; // of sound between two reports
const START_SECONDS = 0.02;
const FADE_SECONDS = 0.008;
const SOFTEN_SECONDS = 0.02; // from one loudness to the other

export class Player {
  /** `report(utterance, seconds)` is told how much was heard. */
  constructor(context, report) {
    this.context = context;
    this.report = report;
    this.utterance = 0;
    this.received = 0;
    this.playing = []; // {source, start, before, seconds}
    this.next = 0;
    this.told = 0;
    this.firstSound = null; // performance.now() at which the utterance's first piece was due to sound
    this.out = context.createGain();
    this.out.connect(context.destination);
  }

  /** What has arrived here, so that after a dropped line only the rest is sent. */
  get state() {
    return { utterance: this.utterance, pieces: this.received };
  }

  piece(data) {
    const view = new DataView(data);
    const utterance = view.getUint32(0, true), index = view.getUint32(4, true);
    const rate = view.getUint32(8, true), before = view.getFloat32(12, true);
    if (utterance !== this.utterance) this.begin(utterance);
    if (index < this.received) return; // sent again while the line came back
    this.received = index + 1;
    const samples = new Int16Array(data, HEADER_BYTES);
    if (!samples.length) return;
    const buffer = this.context.createBuffer(1, samples.length, rate);
    const channel = buffer.getChannelData(0);
    for (let i = 0; i < samples.length; i += 1) channel[i] = samples[i] / 32768;
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.out);
    const start = Math.max(this.next, this.context.currentTime + START_SECONDS);
    source.start(start);
    if (this.firstSound === null) this.firstSound = performance.now() + (start - this.context.currentTime) * 1000;
    this.next = start + buffer.duration;
    this.playing.push({ source, start, before, seconds: buffer.duration });
  }

  hush(utterance) {
    if (utterance !== this.utterance) return;
    const now = this.context.currentTime;
    this.out.gain.setTargetAtTime(0, now, FADE_SECONDS / 3);
    for (const { source } of this.playing) source.stop(now + FADE_SECONDS * 2);
    this.playing = [];
    this.next = 0;
  }

  /** Softer while the candidate begins to speak, and as before when they did not mean to interrupt. */
  loudness(utterance, gain) {
    if (utterance === this.utterance) this.out.gain.setTargetAtTime(gain, this.context.currentTime, SOFTEN_SECONDS / 3);
  }

  begin(utterance) {
    const now = this.context.currentTime;
    for (const { source } of this.playing) source.stop(now);
    this.out.disconnect(); // a new gain: the old one may still be fading
    this.out = this.context.createGain();
    this.out.connect(this.context.destination);
    this.utterance = utterance;
    this.received = 0;
    this.playing = [];
    this.next = 0;
    this.told = 0;
    this.firstSound = null;
  }

  /** Called before each frame of the microphone is sent, so that the server never hears of time without its sound. */
  tell() {
    if (!this.playing.length) return;
    const now = this.context.currentTime;
    let heard = this.told;
    for (const piece of this.playing) {
      if (now >= piece.start) heard = Math.max(heard, piece.before + Math.min(piece.seconds, now - piece.start));
    }
    const last = this.playing[this.playing.length - 1];
    const over = now >= last.start + last.seconds;
    if (heard - this.told < REPORT_SECONDS && !over) return;
    this.report(this.utterance, heard);
    this.told = heard;
    if (over) this.playing = [];
  }
}
