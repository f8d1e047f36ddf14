// Keys, buttons, push-to-talk: everything by which the candidate asks for something.

const KEYS = { Enter: "done", h: "hint", r: "repeat", s: "skip", p: "pause", q: "end" };
const TWICE_MILLISECONDS = 2500; // within which Q must be pressed again

export class Talk {
  /** `press(action, persona)`, `open(boolean)` for the microphone, `notice(text)`. */
  constructor({ press, open, notice }) {
    this.press = press;
    this.open = open;
    this.notice = notice;
    this.endAsked = -Infinity; // never: the page's clock itself begins at 0
    this.holding = false;
    this.shortcuts = document.getElementById("shortcuts");
    this.pushing = document.getElementById("push-to-talk");
    this.talk = document.getElementById("talk");
    this.switch = document.getElementById("switch");
    for (const button of document.querySelectorAll("[data-press]")) {
      button.addEventListener("click", () => this.press(button.dataset.press));
    }
    this.switch.addEventListener("change", () => {
      if (this.switch.value) this.press("switch", this.switch.value);
      this.switch.value = "";
    });
    this.listenToKeys();
    this.listenToPushing();
  }

  listenToKeys() {
    document.addEventListener("keydown", (event) => {
      const field = event.target.matches("textarea, input:not([type=checkbox]), select");
      if (event.key === " " && this.pushing.checked && !event.target.matches("textarea, input, select, button, a, summary")) {
        event.preventDefault();
        if (!event.repeat) this.hold();
        return;
      }
      if (field || event.repeat || event.ctrlKey || event.metaKey || event.altKey || !this.shortcuts.checked) return;
      if (event.key === "Enter" && event.target.matches("button, a, summary, input")) return;
      if (document.querySelector("dialog[open]")) return;
      this.obey(event.key.length === 1 ? event.key.toLowerCase() : event.key);
    });
    document.addEventListener("keyup", (event) => {
      if (event.key === " " && this.holding) this.release();
    });
  }

  obey(key) {
    const choice = this.switch.options[Number(key)];
    if (/^[1-9]$/.test(key) && choice) {
      this.press("switch", choice.value);
      return;
    }
    const action = KEYS[key];
    if (!action) return;
    if (action === "end" && performance.now() - this.endAsked > TWICE_MILLISECONDS) {
      this.endAsked = performance.now();
      this.notice("Press Q once more to end the interview.");
      return;
    }
    this.press(action);
  }

  listenToPushing() {
    this.pushing.addEventListener("change", () => {
      this.talk.hidden = !this.pushing.checked;
      this.open(!this.pushing.checked);
      if (this.pushing.checked) this.talk.focus(); // where Space now speaks, and no longer switches
      this.notice(this.pushing.checked ? "Hold Space, or the button, while you speak." : "Hands-free: just speak.");
    });
    this.talk.addEventListener("pointerdown", () => this.hold());
    this.talk.addEventListener("keydown", (event) => {
      if ((event.key === " " || event.key === "Enter") && !event.repeat) { event.preventDefault(); this.hold(); }
    });
    for (const kind of ["pointerup", "pointerleave", "pointercancel", "keyup", "blur"]) {
      this.talk.addEventListener(kind, () => { if (this.holding) this.release(); });
    }
  }

  hold() {
    this.holding = true;
    this.talk.classList.add("held");
    this.open(true);
  }

  release() {
    this.holding = false;
    this.talk.classList.remove("held");
    this.open(false);
    this.press("done");
  }
}
