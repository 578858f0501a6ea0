// From one item to the next: saved in the background, the next item already here. Nothing leaves the screen before the server has it.
import { dress } from "./form.js";
import { dressMask } from "./mask.js";

const $ = (selector) => document.querySelector(selector);
const policy = globalThis.trustedTypes?.createPolicy("grens", { createHTML: (html) => html }) ?? { createHTML: (html) => html };
let ahead = null;
let busy = false;
let clock = 0;
// When the server last said that what is here is held.
let held = Date.now();

export function say(words) {
  $("#spoken").textContent = words;
}

// Our own server's page, escaped there; scripts in a parsed document do not run.
const parse = (html) => new DOMParser().parseFromString(policy.createHTML(html), "text/html");

function once(address, form) {
  const options = { headers: { "x-grens": "step" }, credentials: "same-origin" };
  if (form) Object.assign(options, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  return fetch(address, options);
}

// A form of a session that has ended, after signing in in another tab: it gets the new session's token and is sent again. What is in hand came along.
async function ask(address, form) {
  const answer = await once(address, form);
  if (!form || answer.status !== 403) return answer;
  const fresh = await once("/account");
  const token = fresh.ok && !fresh.redirected && parse(await fresh.text()).querySelector("[name=csrf]")?.value;
  if (!token || token === form.elements.csrf.value) return answer;
  for (const field of document.querySelectorAll("[name=csrf]")) field.value = token;
  return once(address, form);
}

const address = (path) => {
  const query = $("#judge")?.dataset.query;
  return query ? `${path}${path.includes("?") ? "&" : "?"}${query}` : path;
};

const lease = () => 60_000 * Number($("#judge")?.dataset.lease ?? 15);

async function load(item) {
  const answer = await ask(address(`/judge/ahead?after=${item}`)).catch(() => null);
  if (answer?.ok) held = Date.now();
  // What stands here is not in hand (any more): on to what is, before anything is filled in.
  if (answer?.status === 409 && !busy) location.assign(address("/judge"));
  return answer?.status === 200 ? parse(await answer.text()) : null;
}

// Have the next item ready while somebody reads this one.
function preload() {
  const item = $("#judge")?.dataset.item;
  ahead = item ? load(item).catch(() => null) : null;
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
  // One that was loaded long ago may be somebody else's by now.
  const fresh = Date.now() - held < lease() / 2;
  if (fresh && page?.querySelector("#judge")) show(page);
  else location.assign(address("/judge"));
}

function flash(html) {
  clearTimeout(clock);
  $("#flash").replaceChildren(...parse(html).body.childNodes);
  expire();
}

// What can no longer be undone is not offered.
function expire() {
  if (!$("#undo")) return;
  const left = Number($(".saved").dataset.left);
  $("#flash .clock").style.animationDuration = `${left}ms`;
  // The way to the item stays: what can no longer be undone can be corrected there.
  clock = setTimeout(() => document.querySelectorAll("#undo, #flash .clock").forEach((part) => part.remove()), left);
}

// One box, and where there is one the way on.
function trouble(words, onward) {
  const box = $("#trouble") ?? document.createElement("p");
  box.id = "trouble";
  box.className = "wrong";
  box.setAttribute("role", "alert");
  box.textContent = words;
  if (onward) {
    const link = document.createElement("a");
    link.href = address("/judge");
    link.textContent = $("#judge").dataset.onward;
    box.append(" ", link);
  }
  $("#verdict-form").prepend(box);
}

async function sayWhy(answer) {
  trouble(await answer.text(), answer.status === 409 || answer.status === 410);
}

async function alone(step) {
  if (busy) return;
  busy = true;
  try {
    await step();
  } catch {
    trouble($("#judge").dataset.unreachable);
  } finally {
    busy = false;
  }
}

export function submit(form) {
  return alone(async () => {
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
      await sayWhy(answer);
    }
  });
}

export function skip() {
  const form = $("#skip");
  if (!form) return;
  alone(async () => {
    const answer = await ask(form.action, form);
    if (answer.ok) await next();
    else await sayWhy(answer);
  });
}

export function undo() {
  const form = $("#undo");
  if (!form || busy) return;
  // The page goes; a second press has nothing to undo.
  busy = true;
  form.requestSubmit();
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
    if (alive && form) ask("/judge/renew", form).then((answer) => answer.ok && (held = Date.now())).catch(() => {});
    alive = false;
    // Often enough that a sign of life that comes late, or is lost, costs nothing.
  }, Math.min(60_000, lease() / 3));
}
