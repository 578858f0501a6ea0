// Slurs masked on request, and from then on in this browser until somebody wants to see them. On every page that shows a post.
const MASK = "grens-mask";
const isOn = () => localStorage.getItem(MASK) === "yes";

export function dressMask() {
  document.documentElement.classList.toggle("masked", isOn());
  for (const button of document.querySelectorAll(".mask")) button.setAttribute("aria-pressed", String(isOn()));
}

export function mask() {
  localStorage.setItem(MASK, isOn() ? "no" : "yes");
  dressMask();
}

document.addEventListener("click", (event) => {
  if (event.target.closest(".mask")) mask();
});
// What needs a script is offered only where there is one.
document.documentElement.classList.add("scripted");
dressMask();
