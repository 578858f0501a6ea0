// Marking the words that matter, with the mouse or with keys. Places are counted in characters (code points) from the start of the post.
import { say } from "./steps.js";

const $ = (selector) => document.querySelector(selector);
let marking = false;

export const isMarking = () => marking;

function fields() {
  const form = $("#verdict-form");
  return form && { start: form.elements.quote_start, end: form.elements.quote_end, words: form.elements.quote };
}

// The part of the selection that lies in the post: start, end and words; nothing when there is none.
function selected() {
  const [text, selection] = [$("#text"), getSelection()];
  if (!text || !selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) return null;
  const before = document.createRange();
  before.setStart(text, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const [start, words] = [[...before.toString()].length, range.toString()];
  return { start, end: start + [...words].length, words };
}

function take() {
  const [found, to] = [selected(), fields()];
  if (!found || !to) return;
  to.start.value = found.start;
  to.end.value = found.end;
  to.words.value = found.words;
}

// Another item or a form that was sent: nobody is marking there.
export function leave() {
  marking = false;
}

// With the mouse, what is selected last is what is meant.
export function follow() {
  if (!marking) take();
}

export function mark() {
  const text = $("#text");
  if (!text) return;
  const post = $("#post");
  if (!post.open) post.open = true;
  marking = true;
  getSelection().setBaseAndExtent(text, 0, text, 0);
  getSelection().modify("extend", "forward", "word");
  text.scrollIntoView({ block: "nearest" });
}

// Arrows move word by word, with shift they extend; Enter takes over, Escape leaves. Says whether the key was one of these.
export function markKey(event) {
  const selection = getSelection();
  if (event.key === "Enter" || event.key === "Escape") {
    marking = false;
    if (event.key === "Enter") {
      take();
      say(fields()?.words.value ?? "");
    } else {
      selection.removeAllRanges();
    }
    return true;
  }
  const way = { ArrowRight: "forward", ArrowLeft: "backward" }[event.key];
  if (!way) return false;
  if (!event.shiftKey) {
    way === "forward" ? selection.collapseToEnd() : selection.collapseToStart();
    if (way === "backward") {
      selection.modify("move", "backward", "word");
    }
    selection.modify("extend", "forward", "word");
  } else {
    selection.modify("extend", way, "word");
  }
  if (!$("#text").contains(selection.focusNode)) mark();
  say(getSelection().toString());
  return true;
}

document.addEventListener("input", (event) => {
  const to = fields();
  // Typed words are looked for by the server.
  if (to && event.target === to.words) to.start.value = to.end.value = "";
});
