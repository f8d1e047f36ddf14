// The room: joins microphone, voice, captions and controls to the session on the server.

import { Connection } from "./connection.js";
import { LevelMeter, Wave } from "./level.js";
import { MicrophoneError, levelOf, openMicrophone } from "./microphone.js";
import { Player } from "./player.js";
import { Talk } from "./talk.js";
import { View, ask } from "./view.js";

const AUDIO_START_MILLISECONDS = 400;
const NOTES_MILLISECONDS = 600;
const DRAW_EVERY_FRAMES = 4; // eight times a second

const byId = (name) => document.getElementById(name);
const room = byId("room");
const typed = room.dataset.typed === "yes";
const headphones = localStorage.getItem("headphones") === "yes";
const view = new View(room);
const state = { player: null, microphone: null };

const connection = new Connection(
  room.dataset.session,
  () => ({ headphones, ...(state.player ? state.player.state : {}) }),
  { message: take, speech: (data) => state.player && state.player.piece(data), state: line },
);
const talk = new Talk({
  press: (action, persona) => connection.send({ type: "press", action, persona }),
  open: (open) => state.microphone && state.microphone.open(open),
  notice: (text) => view.notice(text),
});

function line(how) {
  if (how === "away") view.phase("away");
  if (how === "joined") view.notice("");
}

function take(message) {
  switch (message.type) {
    case "welcome":
      view.lines(message.lines);
      view.where(message.where);
      view.moment(message.moment);
      if (document.activeElement !== byId("notes")) byId("notes").value = message.notes;
      break;
    case "line": view.line(message); break;
    case "where": view.where(message); break;
    case "moment": view.moment(message); break;
    case "hush": if (state.player) state.player.hush(message.utterance); break;
    case "loudness": if (state.player) state.player.loudness(message.utterance, message.gain); break;
    case "scoring":
      view.phase("scoring");
      view.notice(message.total ? `Scoring: ${message.done} of ${message.total}` : "Scoring");
      break;
    case "finished": location.assign(message.address); break;
    case "refused": view.notice(message.reason); break;
    case "in_use": inUse(message); break;
    case "stopped": stopped(message); break;
  }
}

async function inUse(message) {
  view.phase("away");
  await ask({ title: "Open elsewhere", text: message.message, hint: "Taking it over here closes it there.", go: "Go on here" });
  connection.takeOver = true;
  connection.open();
}

async function stopped(message) {
  view.phase("away");
  const title = message.again ? "The interview rests" : "That did not work";
  await ask({ title, text: message.message, hint: message.hint, go: "Go on" });
  connection.open();
}

async function enter() {
  if (!typed) await openSound();
  connection.open();
}

async function openSound() {
  const context = new AudioContext();
  await Promise.race([context.resume(), new Promise((done) => setTimeout(done, AUDIO_START_MILLISECONDS))]);
  while (context.state !== "running") {
    await ask({ title: "Before you go in", text: "The browser lets a page speak once you have clicked on it.", go: "Go in" });
    await context.resume();
  }
  const meter = new LevelMeter(document.querySelector("[data-testid=mic-level]"));
  const wave = new Wave(byId("wave"));
  let count = 0;
  const onFrame = (frame) => {
    const level = levelOf(frame);
    wave.add(level);
    count += 1;
    if (count % DRAW_EVERY_FRAMES === 0) { // hearing comes before drawing
      meter.show(level);
      wave.draw();
    }
    if (state.player) state.player.tell();
    connection.frame(frame);
  };
  while (!state.microphone) {
    try {
      state.microphone = await openMicrophone(context, { onFrame });
    } catch (error) {
      if (!(error instanceof MicrophoneError)) throw error;
      await ask({ title: "No microphone", text: error.message, hint: "You can also begin an interview at the keyboard from the lobby.", go: "Try again" });
    }
  }
  state.microphone.onLost(() => view.notice("The microphone is gone. Type your answer, or reload the page once it is back."));
  state.player = new Player(context, (utterance, seconds) => connection.send({ type: "played", utterance, seconds }));
}

byId("typed").addEventListener("submit", (event) => {
  event.preventDefault();
  const answer = byId("answer");
  if (answer.value.trim() && connection.send({ type: "answer", text: answer.value })) answer.value = "";
});
byId("answer").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) byId("typed").requestSubmit();
});

let saving = 0;
byId("notes").addEventListener("input", () => {
  clearTimeout(saving);
  saving = setTimeout(() => connection.send({ type: "notes", text: byId("notes").value }), NOTES_MILLISECONDS);
});

globalThis.interviewRoom = { connection, state, view, talk }; // for the curious, and for measuring
enter();
