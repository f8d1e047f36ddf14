// The lobby: who asks, how long, and whether the microphone works.

import { post } from "./post.js";
import { LevelMeter } from "./level.js";
import { MicrophoneError, levelOf, openMicrophone } from "./microphone.js";

const CHECK_SECONDS = 7;
const ECHO_SECONDS = 3;
const QUIET = 0.01; // root mean square of the loudest frame: below, nobody is understood
const ECHO_SHARE = 0.08; // of frames that hold speech while only the loudspeaker speaks

const byId = (name) => document.getElementById(name);
const order = byId("order");
const meter = new LevelMeter(document.querySelector("[data-testid=mic-level]"));

function showPersona() {
  const chosen = byId("persona").selectedOptions[0];
  byId("portrait").src = `/personas/${chosen.value}/portrait.svg`;
  byId("person-name").textContent = chosen.dataset.name;
  byId("person-role").textContent = chosen.dataset.role;
  byId("person-tone").textContent = chosen.dataset.tone;
  byId("person-probes").textContent = chosen.dataset.probes;
}

function showLoop() {
  const { value, selectedOptions } = byId("loop");
  const round = selectedOptions[0].dataset.round;
  order.classList.toggle("with-loop", Boolean(value));
  for (const about of document.querySelectorAll(".about-loop")) {
    about.hidden = about.dataset.loop !== value;
    for (const item of about.querySelectorAll("[data-round]")) item.hidden = Boolean(round) && item.dataset.round !== round;
  }
}

const typed = () => order.elements.mode.value === "typed";
const showMode = () => order.classList.toggle("is-typed", typed());
const trouble = (text) => { byId("trouble").textContent = text; };

// -- what listens and asks ---------------------------------------------------------------------------------------

const PARTS = { transcriber: "Recogniser", language_model: "Language model", voice: "Voice", judge: "Judge" };

async function watchEngines() {
  const said = await (await fetch("/state")).json();
  const box = byId("engines");
  box.replaceChildren();
  if (said.stage === "loading") box.append(paragraph("Loading engines…", "loading"));
  else {
    const list = document.createElement("dl");
    for (const [port, label] of Object.entries(PARTS)) {
      if (said.stage === "typed" && port !== "language_model" && port !== "judge") continue;
      const term = document.createElement("dt"), name = document.createElement("dd");
      term.textContent = label;
      name.textContent = said.names[port] || "";
      list.append(term, name);
    }
    box.append(list);
    if (said.stage === "typed") box.append(paragraph("The recogniser is still loading…", "loading"));
  }
  for (const sentence of [...said.caveats, said.error].filter(Boolean)) box.append(paragraph(sentence, "caveat"));
  box.dataset.stage = said.stage;
  if (said.stage === "loading" || said.stage === "typed") setTimeout(watchEngines, 700);
}

function paragraph(text, look) {
  const made = document.createElement("p");
  made.className = look;
  made.textContent = text;
  return made;
}

// -- the microphone ----------------------------------------------------------------------------------------------

/** Records for some seconds, or until `stop` is set on what is returned as second. */
async function record(seconds, during = async () => {}) {
  const context = new AudioContext();
  const frames = [];
  const onFrame = (frame) => { frames.push(frame); meter.show(levelOf(frame)); };
  const microphone = await openMicrophone(context, { onFrame });
  await during();
  await new Promise((done) => setTimeout(done, seconds * 1000));
  microphone.close();
  await context.close();
  meter.shown = 0;
  meter.show(0);
  const samples = new Int16Array(frames.length * 512);
  frames.forEach((frame, i) => samples.set(frame, i * 512));
  return samples;
}

async function check() {
  byId("check").disabled = true;
  result(`Speak now: you have ${CHECK_SECONDS} seconds.`);
  try {
    const samples = await record(CHECK_SECONDS);
    result("Listening to it again…");
    const said = await post("/microphone-check", samples);
    result(judged(said));
    byId("echo").hidden = said.level < QUIET;
  } catch (error) {
    result(error.message);
    if (!(error instanceof MicrophoneError) && !error.told) throw error;
  } finally {
    byId("check").disabled = false;
  }
}

function judged({ text, level }) {
  if (level < QUIET) return "Next to nothing was heard. Is the right microphone chosen, and not muted?";
  if (!text) return "Something was heard, but no speech. Come closer and try again.";
  return `Understood: “${text}”`;
}

async function checkEcho() {
  byId("echo").disabled = true;
  result("Be silent for a moment: the interviewer speaks.");
  try {
    const voice = new Audio(`/personas/${byId("persona").value}/voice`);
    const samples = await record(ECHO_SECONDS, () => voice.play());
    voice.pause();
    const { speech } = await post("/microphone-check?words=0", samples);
    const echoes = speech > ECHO_SHARE;
    byId("headphones").checked = !echoes;
    result(echoes
      ? "Your microphone hears the loudspeaker: wear headphones to be able to interrupt. Without them each speaks in turn."
      : "No echo: you can interrupt the interviewer by speaking.");
  } catch (error) {
    result(error.message);
    if (!(error instanceof MicrophoneError) && !error.told) throw error;
  } finally {
    byId("echo").disabled = false;
  }
}

const result = (text) => { byId("check-result").textContent = text; };

// -- what is due again -------------------------------------------------------------------------------------------

async function showDue() {
  if (!byId("due")) return;
  const { points } = await (await fetch("/due")).json();
  byId("due").hidden = points === 0;
  byId("due-count").textContent = points === 1 ? "A point you missed is due again." : `${points} points you missed are due again.`;
}

// -- off we go ---------------------------------------------------------------------------------------------------

async function start(event) {
  event.preventDefault();
  const button = order.querySelector("[data-testid=start-interview]");
  const loop = byId("loop");
  localStorage.setItem("headphones", byId("headphones").checked ? "yes" : "no");
  button.disabled = true;
  trouble("");
  byId("go-hint").textContent = "Preparing the room…";
  try {
    const made = await post("/interviews", {
      persona: byId("persona").value,
      loop: loop.value || null,
      round: loop.selectedOptions[0].dataset.round || null,
      level: byId("level").value || null,
      topics: [...order.querySelectorAll("[name=topic]:checked")].map((box) => box.value),
      questions: Number(byId("questions").value),
      minutes: Number(byId("minutes").value),
      typed: typed(),
    });
    location.assign(made.address);
  } catch (error) {
    trouble(error.message);
    byId("go-hint").textContent = "";
    button.disabled = false;
    if (!error.told) throw error;
  }
}

byId("persona").addEventListener("change", showPersona);
byId("loop").addEventListener("change", showLoop);
for (const choice of order.elements.mode) choice.addEventListener("change", showMode);
byId("hear").addEventListener("click", () => {
  new Audio(`/personas/${byId("persona").value}/voice`).play().catch(() => trouble("The voice could not be played."));
});
byId("check").addEventListener("click", check);
byId("echo").addEventListener("click", checkEcho);
order.addEventListener("submit", start);
if (localStorage.getItem("headphones")) byId("headphones").checked = localStorage.getItem("headphones") === "yes";
showPersona();
showLoop();
showMode();
watchEngines();
showDue();
