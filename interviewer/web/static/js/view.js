// What the room looks like at this moment. Text is set as text: nothing that was said becomes markup.

const PHASES = {
  joining: "joining", speaking: "speaking", listening: "listening", finishing: "writing down",
  thinking: "thinking", paused: "paused", over: "over", away: "line is down, coming back", scoring: "scoring",
};
const HINTS = {
  speaking: "", listening: "your turn", finishing: "", thinking: "", paused: "Nothing is heard until you go on.",
};

const byId = (name) => document.getElementById(name);

export class View {
  constructor(room) {
    this.room = room;
    this.typed = room.dataset.typed === "yes";
    this.minutes = 0;
    this.persona = "";
    this.people = new Map([...byId("switch").options].filter((o) => o.value).map((o) => [o.value, o.dataset]));
    document.body.classList.toggle("is-typed", this.typed);
  }

  phase(phase) {
    if (this.room.dataset.phase === phase) return;
    this.room.dataset.phase = phase;
    byId("phase").textContent = PHASES[phase];
    byId("turn-hint").textContent = this.typed && phase === "listening" ? "your turn to write" : HINTS[phase] || "";
    byId("pause").setAttribute("aria-pressed", String(phase === "paused"));
  }

  moment(moment) {
    this.phase(moment.phase);
    this.clock(moment.clock);
    if (this.typed) return;
    byId("committed").textContent = moment.committed;
    byId("interim").textContent = moment.interim;
  }

  clock(seconds) {
    byId("elapsed").textContent = clockText(seconds);
    const left = Math.max(0, this.minutes * 60 - seconds);
    byId("left").textContent = this.minutes ? `${clockText(left)} left` : "";
    byId("course").setAttribute("width", `${Math.min(100, (100 * seconds) / (this.minutes * 60 || 1))}%`);
  }

  where(where) {
    this.minutes = where.minutes;
    byId("round").textContent = where.rounds > 1 ? `Round ${where.round} of ${where.rounds}: ${where.round_title}` : where.round_title;
    const of = where.questions ? ` of ${where.questions}` : "";
    byId("question-count").textContent = where.question ? `Question ${where.question}${of}` : "";
    if (where.persona === this.persona) return;
    this.persona = where.persona;
    const who = this.people.get(where.persona);
    byId("portrait").src = `/personas/${encodeURIComponent(where.persona)}/portrait.svg`;
    byId("persona-name").textContent = who ? who.name : where.persona;
    byId("persona-role").textContent = who ? who.role : "";
  }

  lines(lines) {
    byId("lines").replaceChildren();
    for (const line of lines) this.line(line);
  }

  line(line) {
    const item = document.createElement("li");
    item.className = `said ${line.speaker}`;
    if (line.name) {
      const name = document.createElement("b");
      name.textContent = line.name;
      item.append(name, " ");
    }
    item.append(line.text);
    byId("lines").append(item);
    byId("log").scrollTop = byId("log").scrollHeight;
    if (line.speaker === "interviewer") this.caption(line.text);
    if (line.speaker === "candidate") {
      byId("committed").textContent = line.text;
      byId("interim").textContent = "";
      this.captionAt = 0;
    }
    if (line.speaker === "note") this.notice(line.text);
  }

  /** Several lines may make up one saying: those of one moment are shown together. */
  caption(text) {
    const box = byId("caption-interviewer");
    const now = performance.now();
    box.textContent = this.captionAt && now - this.captionAt < 400 ? `${box.textContent} ${text}` : text;
    this.captionAt = now;
  }

  notice(text) {
    byId("notice").textContent = text;
  }
}

function clockText(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** The dialog in front of the room; resolves when its button is pressed. */
export function ask({ title, text, hint = "", go, leave = true }) {
  const door = byId("door");
  byId("door-title").textContent = title;
  byId("door-text").textContent = text;
  byId("door-hint").textContent = hint;
  byId("door-go").textContent = go;
  byId("door-leave").hidden = !leave;
  if (!door.open) door.showModal();
  return new Promise((resolve) => {
    byId("door-go").onclick = () => { door.close(); resolve(); };
  });
}
