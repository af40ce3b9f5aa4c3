// Keys for whoever answers all day: j k Enter i e p a ?. They can be switched off, and never act while somebody types.

const STORED = "twoway.keys";

function along(step) {
  const links = [...document.querySelectorAll(".lines .line > a, .lines .line summary")];
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  links[Math.min(Math.max(at + step, 0), links.length - 1)].focus();
}

const acts = {
  j: () => along(1),
  k: () => along(-1),
  i: () => location.assign("/"),
  e: () => document.getElementById("text")?.focus(),
  p: () => document.getElementById("show-preview")?.click(),
  // Only the focus: approving takes a second, deliberate key.
  a: () => document.getElementById("approve")?.focus(),
  "?": () => document.getElementById("keys").showModal(),
};

export function keys() {
  const help = document.getElementById("keys");
  const on = document.getElementById("keys-on");
  on.checked = localStorage.getItem(STORED) !== "off";
  on.addEventListener("change", () => localStorage.setItem(STORED, on.checked ? "on" : "off"));
  for (const button of document.querySelectorAll("[data-open=keys]")) button.addEventListener("click", () => help.showModal());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.matches("textarea, input")) return event.target.blur();
    if (!on.checked || help.open || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, textarea, select, [contenteditable]")) return;
    const act = acts[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });
}
