// What can be done about a session: retry a question, score again, print, delete.

import { post } from "./post.js";

const byId = (name) => document.getElementById(name);
const session = document.querySelector("[data-session]").dataset.session;

async function go(button, work) {
  button.disabled = true;
  byId("trouble").textContent = "";
  try {
    location.assign((await work()).address);
  } catch (error) {
    byId("trouble").textContent = error.message;
    button.disabled = false;
    if (!error.told) throw error;
  }
}

for (const button of document.querySelectorAll("[data-retry]")) {
  button.addEventListener("click", () => go(button, () => post("/interviews", {
    persona: button.dataset.persona,
    chosen: [button.dataset.retry],
    questions: 1,
    minutes: 15,
    typed: button.dataset.typed === "yes",
  })));
}

byId("score-again").addEventListener("click", (event) => {
  const button = event.currentTarget;
  const before = button.textContent;
  button.textContent = "Scoring…";
  go(button, () => post(`/sessions/${session}/score`)).finally(() => { button.textContent = before; });
});

byId("print").addEventListener("click", () => print());
byId("delete").addEventListener("click", () => byId("sure").showModal());
byId("delete-no").addEventListener("click", () => byId("sure").close());
byId("delete-yes").addEventListener("click", (event) => {
  byId("sure").close();
  go(event.currentTarget, () => post(`/sessions/${session}`, undefined, "DELETE"));
});

for (const correction of document.querySelectorAll(".correct")) {
  const form = correction.querySelector("form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    go(form.querySelector("button"), () => post(`/sessions/${session}/corrections`, {
      answer: Number(correction.dataset.answer),
      turn: Number(correction.dataset.turn),
      text: form.querySelector("textarea").value,
    }));
  });
}
