"use strict";
(() => {
const byId = (name) => document.getElementById(name);
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
const audio = byId("recording");
if (!audio) return;

audio.controls = false;
document.querySelector(".controls").hidden = false;
const play = byId("play"), seek = byId("seek"), head = byId("head"), follow = byId("follow");
const segments = [...document.querySelectorAll(".seg[data-s]")];
const starts = segments.map((s) => Number(s.dataset.s));
const still = matchMedia("(prefers-reduced-motion: reduce)");
let current = null, word = null, handsOn = 0;

const clock = (t) => {
const s = Math.max(0, Math.floor(t)), h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
const two = (n) => String(n).padStart(2, "0");
return h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
};
/* The last of the sorted times that is not after t. */
const lastBefore = (times, t) => {
let low = 0, high = times.length;
while (low < high) { const mid = (low + high) >> 1; if (times[mid] <= t) low = mid + 1; else high = mid; }
return low - 1;
};

const reveal = () => {
if (!current || !follow.checked || audio.paused || Date.now() < handsOn) return;
current.scrollIntoView({ block: "center", behavior: still.matches ? "auto" : "smooth" });
};
const light = (segment) => {
if (segment === current) return;
if (current) { current.classList.remove("now"); current.removeAttribute("aria-current"); current.closest(".line").classList.remove("now"); }
current = segment;
if (!segment) return;
segment.classList.add("now");
segment.setAttribute("aria-current", "true");
segment.closest(".line").classList.add("now");
reveal();
};
const show = () => {
const t = audio.currentTime, last = seek.max > 0 ? Number(seek.max) : 1;
byId("clock").textContent = clock(t);
if (document.activeElement !== seek || !seek.matches(":active")) seek.value = t;
seek.setAttribute("aria-valuetext", clock(t));
const x = `${Math.min(100, 100 * t / last)}%`;
head.setAttribute("x1", x);
head.setAttribute("x2", x);
const i = lastBefore(starts, t + 0.02);
const segment = i >= 0 && t < Number(segments[i].dataset.e) + 0.35 ? segments[i] : null;
light(segment);
const words = segment ? [...segment.querySelectorAll(".w")] : [];
const next = words[lastBefore(words.map((w) => Number(w.dataset.s)), t + 0.02)] || null;
if (next !== word) {
if (word) word.classList.remove("now");
if (next) next.classList.add("now");
word = next;
}
};
const tick = () => { show(); if (!audio.paused) requestAnimationFrame(tick); };
const start = () => { const started = audio.play(); if (started) started.catch(() => {}); };
const toggle = () => (audio.paused ? start() : audio.pause());
const jump = (t, andPlay) => { audio.currentTime = Math.max(0, t); show(); if (andPlay) start(); };
const step = (by) => {
const i = lastBefore(starts, audio.currentTime + 0.05) + by;
if (i >= 0 && i < starts.length) jump(starts[i], !audio.paused);
};

audio.addEventListener("play", () => { document.body.classList.add("playing"); play.setAttribute("aria-label", "Pause"); reveal(); tick(); });
audio.addEventListener("pause", () => { document.body.classList.remove("playing"); play.setAttribute("aria-label", "Play"); show(); });
audio.addEventListener("seeked", show);
audio.addEventListener("timeupdate", show);
play.addEventListener("click", toggle);
byId("back").addEventListener("click", () => jump(audio.currentTime - 10));
byId("forward").addEventListener("click", () => jump(audio.currentTime + 10));
seek.addEventListener("input", () => jump(Number(seek.value)));
byId("speed").addEventListener("change", (event) => { audio.playbackRate = Number(event.target.value); });
follow.addEventListener("change", () => { handsOn = 0; reveal(); });
for (const kind of ["wheel", "touchmove"]) {
addEventListener(kind, () => { handsOn = Date.now() + 6000; }, { passive: true });
}
document.addEventListener("click", (event) => {
const asked = event.target.closest("[data-seek]");
if (asked) { jump(Number(asked.dataset.seek), true); return; }
if (event.target.closest("a, button") || String(getSelection())) return;
const at = event.target.closest(".w[data-s]") || event.target.closest(".seg[data-s]");
if (at) jump(Number(at.dataset.s), true);
});
/* Keys work while the player or a time in the transcript has the focus, so that they get in nobody's way. */
document.addEventListener("keydown", (event) => {
const here = event.target;
if (event.ctrlKey || event.metaKey || event.altKey || here.matches("select, input[type=range]")) return;
if (!here.closest("#player, .transcript")) return;
const keys = { k: toggle, j: () => jump(audio.currentTime - 10), l: () => jump(audio.currentTime + 10), "[": () => step(-1), "]": () => step(1), ArrowLeft: () => jump(audio.currentTime - 5), ArrowRight: () => jump(audio.currentTime + 5) };
if (event.key === " " && !here.matches("button, a, input, summary")) { event.preventDefault(); toggle(); }
else if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
});
show();
})();
