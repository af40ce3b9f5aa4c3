// Conveniences of an open page; every page works without them. See live.js and keys.js.

import { keys } from "./keys.js";
import { live } from "./live.js";

live();
keys();

function countDown() {
  for (const output of document.querySelectorAll("output[data-until]")) {
    const left = Math.ceil((Date.parse(output.dataset.until) - Date.now()) / 1000);
    output.textContent = left > 0 ? `${left} s` : "…";
  }
}
countDown();
setInterval(countDown, 500);

document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const field = document.getElementById(copy.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      copy.textContent = copy.dataset.done;
    } catch {
      // The words are selected: a person can copy them with the keyboard.
    }
  }
});

// What is approved is the preview: while the words in the field are newer, there is nothing to approve.
let typed = 0;
let asked = 0;

function outdate() {
  const preview = document.getElementById("preview");
  preview.classList.add("old");
  const approve = document.getElementById("approve");
  if (approve) approve.disabled = true;
  const hint = preview.querySelector(".changed-hint");
  if (hint) hint.hidden = false;
}

document.addEventListener("input", (event) => {
  if (!event.target.closest("[data-composer]")) return;
  typed += 1;
  outdate();
});
const ofPreview = (event) => event.detail.target?.id === "preview";
document.addEventListener("htmx:beforeRequest", (event) => ofPreview(event) && (asked = typed));
// Typed on while the preview was under way: it is of earlier words.
document.addEventListener("htmx:afterSwap", (event) => ofPreview(event) && asked !== typed && outdate());
// Words typed before this script was here, or brought back by the browser, are previewed as well.
addEventListener("pageshow", () => {
  const text = document.querySelector("[data-composer] textarea");
  if (text && text.value !== text.defaultValue) text.dispatchEvent(new Event("input", { bubbles: true }));
});

// Nobody leaves words behind that were not kept.
let leaving = false;
document.addEventListener("submit", () => (leaving = true));
addEventListener("beforeunload", (event) => {
  if (!leaving && document.querySelector("#preview.old")) event.preventDefault();
});
