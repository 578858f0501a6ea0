// The form of a verdict: what a key chooses, what goes away with another choice, and what is missing.
import { leave } from "./quote.js";
import { say, submit } from "./steps.js";

const $ = (selector) => document.querySelector(selector);

export const isShown = (field) => field.offsetParent !== null;

export function more() {
  const details = $(".more");
  if (!details) return;
  details.open = !details.open;
  if (details.open) details.querySelector("input")?.focus();
}

export function choose(field) {
  field.checked = field.type === "radio" ? true : !field.checked;
  field.dispatchEvent(new Event("change", { bubbles: true }));
  say(`${field.closest("label").querySelector("span").textContent}${field.checked ? "" : " ×"}`);
  // These two ask for nothing more; for ten seconds they can be undone.
  if (field.name === "verdict" && (field.value === "unsure" || field.value === "outside_law")) save();
}

export function save() {
  $("#verdict-form")?.requestSubmit();
}

// What is no longer offered is no longer chosen.
function clear() {
  const hidden = [...document.querySelectorAll("#verdict-form .ground input, #verdict-form [name=why]")].filter((field) => !isShown(field));
  for (const field of hidden) field.checked = false;
}

export function dress() {
  const form = $("#verdict-form");
  leave();
  if (!form) return;
  form.addEventListener("change", clear);
  form.addEventListener("submit", (event) => {
    leave();
    if (!$("#judge")) return;
    event.preventDefault();
    submit(form);
  });
}
