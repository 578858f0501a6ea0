// Slurs masked on request, and from then on in this browser until somebody wants to see them.
const MASK = "grens-mask";
const isOn = () => localStorage.getItem(MASK) === "yes";

export function dressMask() {
  document.documentElement.classList.toggle("masked", isOn());
  document.querySelector("#mask")?.setAttribute("aria-pressed", String(isOn()));
}

export function mask() {
  localStorage.setItem(MASK, isOn() ? "no" : "yes");
  dressMask();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("#mask")) mask();
});
