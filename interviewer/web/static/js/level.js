// The level meter. Ears hear ratios: the root opens up the quiet end.

const LOUD = 0.25; // root mean square of loud, close speech

export class LevelMeter {
  constructor(element) {
    this.element = element;
    this.bar = element.querySelector(".now");
    this.shown = 0;
  }

  show(level) {
    const share = Math.sqrt(Math.min(1, level / LOUD));
    this.shown = Math.max(share, this.shown * 0.6);
    this.bar.setAttribute("width", `${Math.round(this.shown * 100)}%`);
    this.element.setAttribute("aria-valuenow", String(Math.round(this.shown * 100)));
  }
}

/** The last few seconds of loudness as a line. */
export class Wave {
  constructor(element, points = 120) {
    this.path = element.querySelector("path");
    this.levels = new Array(points).fill(0);
  }

  add(level) {
    this.levels.push(Math.sqrt(Math.min(1, level / LOUD)));
    this.levels.shift();
  }

  draw() {
    const step = 240 / (this.levels.length - 1);
    const up = this.levels.map((value, i) => `${(i * step).toFixed(1)} ${(20 - value * 18).toFixed(1)}`);
    const down = this.levels.map((value, i) => `${(i * step).toFixed(1)} ${(20 + value * 18 + 0.5).toFixed(1)}`).reverse();
    this.path.setAttribute("d", `M${up.concat(down).join("L")}Z`);
  }
}
