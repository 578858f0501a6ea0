// The judging page: everything here makes quicker what works without it.
import { press } from "./keys.js";
import { dress } from "./form.js";
import { follow } from "./quote.js";
import { start } from "./steps.js";
import { prepare } from "./help.js";
import "./mask.js";

document.documentElement.classList.add("keyed");
prepare();
document.addEventListener("keydown", press);
document.addEventListener("selectionchange", follow);
dress();
start();
