// Progress: begin what is due or planned, and remember the day of the interview in this browser.

import { post } from "./post.js";

const byId = (name) => document.getElementById(name);
const keyboard = byId("at-keyboard");

if (keyboard) {
  keyboard.checked = localStorage.getItem("at-keyboard") === "yes";
  keyboard.addEventListener("change", () => localStorage.setItem("at-keyboard", keyboard.checked ? "yes" : "no"));
}

for (const button of document.querySelectorAll("[data-start]")) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    const { persona, loop, round, topics, chosen } = JSON.parse(button.dataset.start);
    const typed = localStorage.getItem("at-keyboard") === "yes";
    const order = { persona, loop, round, topics, chosen, typed };
    if (chosen.length) order.questions = chosen.length;
    try {
      location.assign((await post("/interviews", order)).address);
    } catch (error) {
      byId("trouble").textContent = error.message;
      byId("trouble").scrollIntoView();
      button.disabled = false;
      if (!error.told) throw error;
    }
  });
}

const day = byId("plan-date");
byId("plan-form").addEventListener("submit", () => localStorage.setItem("interview-day", day.value));
const remembered = localStorage.getItem("interview-day");
if (!day.value && remembered && remembered >= day.min) location.replace(`/progress?date=${encodeURIComponent(remembered)}`);
