// One key, one step. Keys do nothing in text fields, together with a modifier, behind an open window, or when somebody has turned them off.
import { areOff, open as openHelp } from "./help.js";
import { choose, isShown, more, save } from "./form.js";
import { mask } from "./mask.js";
import { isMarking, mark, markKey } from "./quote.js";
import { follow, skip, undo } from "./steps.js";

const $ = (selector) => document.querySelector(selector);
const WRITES = "textarea, select, input:not([type=radio], [type=checkbox])";
const ACTS = "a, button, summary, select, textarea, input:not([type=radio], [type=checkbox])";

function toggleText() {
  const post = $("#post");
  if (post) post.open = !post.open;
}

const STEPS = {
  " ": toggleText,
  "?": openHelp,
  e: more,
  m: mark,
  o: skip,
  t: () => $("#reason")?.focus(),
  x: mask,
  z: undo,
  b: () => follow("#repeats"),
};

export function press(event) {
  const { target, key } = event;
  if (event.isComposing || $("dialog[open]")) return;
  const writes = target.matches(WRITES);
  if (writes && key === "Escape") return target.blur();
  if (writes && key === "Enter" && (event.ctrlKey || event.metaKey) && $("#verdict-form")?.contains(target)) {
    event.preventDefault();
    return save();
  }
  if (writes || areOff()) return;
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (isMarking() && markKey(event)) return event.preventDefault();
  // Shift is a modifier too, but for signs that are only typed with it.
  if (event.repeat || (event.shiftKey && key.toLowerCase() !== key)) return;
  // On a link or a button the browser's own keys come first.
  if ((key === "Enter" && target.matches(ACTS)) || (key === " " && target.matches(`${ACTS}, input`))) return;
  if (key === "Enter") {
    event.preventDefault();
    return save();
  }
  const step = STEPS[key.toLowerCase()];
  if (step) {
    event.preventDefault();
    return step();
  }
  const field = [...document.querySelectorAll(`#verdict-form [data-key="${CSS.escape(key.toLowerCase())}"]`)].find(isShown);
  if (field) {
    event.preventDefault();
    choose(field);
  }
}
