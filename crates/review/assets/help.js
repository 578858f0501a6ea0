// The list of keys, and the switch that turns them off (WCAG 2.1.4).
const $ = (selector) => document.querySelector(selector);
const OFF = "grens-keys-off";

export const areOff = () => localStorage.getItem(OFF) === "yes";

export function open() {
  $("#help")?.showModal();
}

export function prepare() {
  document.addEventListener("click", (event) => {
    if (event.target.closest("#help-button")) open();
  });
  const off = $("#keys-off");
  if (!off) return;
  off.checked = areOff();
  off.addEventListener("change", () => localStorage.setItem(OFF, off.checked ? "yes" : "no"));
}
