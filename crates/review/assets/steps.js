// From one item to the next: saved in the background, the next item already here. Nothing leaves the screen before the server has it.
import { dress } from "./form.js";
import { dressMask } from "./mask.js";

const $ = (selector) => document.querySelector(selector);
const TEN_SECONDS = 10_000;
const policy = globalThis.trustedTypes?.createPolicy("grens", { createHTML: (html) => html }) ?? { createHTML: (html) => html };
let ahead = null;
let busy = false;
let clock = 0;

export function say(words) {
  $("#spoken").textContent = words;
}

// Our own server's page, escaped there; scripts in a parsed document do not run.
const parse = (html) => new DOMParser().parseFromString(policy.createHTML(html), "text/html");

function ask(address, form) {
  const options = { headers: { "x-grens": "step" }, credentials: "same-origin" };
  if (form) Object.assign(options, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  return fetch(address, options);
}

const address = (path) => {
  const query = $("#judge")?.dataset.query;
  return query ? `${path}${path.includes("?") ? "&" : "?"}${query}` : path;
};

// Have the next item ready while somebody reads this one.
function preload() {
  const item = $("#judge")?.dataset.item;
  ahead = item ? ask(address(`/judge/ahead?after=${item}`)).then(async (answer) => (answer.status === 200 ? parse(await answer.text()) : null)).catch(() => null) : null;
}

function show(page) {
  const main = page.querySelector("main");
  $("main").replaceWith(main);
  history.replaceState(null, "", address("/judge"));
  dress();
  dressMask();
  $("#item")?.focus();
  scrollTo(0, 0);
  preload();
}

async function next() {
  const page = await ahead;
  ahead = null;
  if (page?.querySelector("#judge")) show(page);
  else location.assign(address("/judge"));
}

function flash(html) {
  clearTimeout(clock);
  $("#flash").replaceChildren(...parse(html).body.childNodes);
  expire();
}

// What can no longer be undone is not offered.
function expire() {
  if ($("#undo")) clock = setTimeout(() => $("#flash").replaceChildren(), TEN_SECONDS);
}

function trouble(words) {
  const box = document.createElement("p");
  box.className = "wrong";
  box.setAttribute("role", "alert");
  box.textContent = words;
  $("#verdict-form").prepend(box);
}

async function once(step) {
  if (busy) return;
  busy = true;
  try {
    await step();
  } catch {
    trouble("–");
  } finally {
    busy = false;
  }
}

export function submit(form) {
  return once(async () => {
    form.querySelectorAll(":scope > .wrong").forEach((box) => box.remove());
    const answer = await ask(form.action, form);
    if (answer.status === 422) {
      // The same page with what is missing; what was opened stays open.
      const page = parse(await answer.text());
      form.replaceWith(page.querySelector("#verdict-form"));
      dress();
      $("#wrong")?.focus();
    } else if (answer.ok) {
      flash(await answer.text());
      await next();
    } else {
      trouble(await answer.text());
    }
  });
}

export function skip() {
  const form = $("#skip");
  if (!form) return;
  once(async () => {
    const answer = await ask(form.action, form);
    if (answer.ok) await next();
    else trouble(await answer.text());
  });
}

export function undo() {
  $("#undo")?.requestSubmit();
}

export function follow(selector) {
  $(selector)?.click();
}

export function start() {
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "skip") return;
    event.preventDefault();
    skip();
  });
  expire();
  preload();
  // While somebody reads, the item stays in hand.
  let alive = true;
  for (const sign of ["keydown", "pointermove", "scroll"]) document.addEventListener(sign, () => (alive = true), { passive: true });
  setInterval(() => {
    const form = $("#skip");
    if (alive && form) ask("/judge/renew", form).catch(() => {});
    alive = false;
  }, 60_000);
}
