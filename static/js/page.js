// Makes every page a little easier; without it all of them work.
"use strict";

// After a mistake the reader starts at the summary of what is needed.
document.querySelector("[data-errors]")?.focus();

// A button that is pressed twice in a row sends once.
let last = {};
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const { target: form, submitter: button, timeStamp: at } = event;
  if (last.form === form && last.button === button && at - last.at < 1000) event.preventDefault();
  else last = { form, button, at };
});

// Who leaves a long form is asked whether what was typed may go.
const long = document.querySelector("form[data-unsaved]");
if (long) {
  let isChanged = long.dataset.unsaved === "now";
  long.addEventListener("input", () => { isChanged = true; });
  long.addEventListener("submit", () => { isChanged = false; });
  addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });
}

// A menu closes with Escape, and when the reader goes on elsewhere.
const open = () => document.querySelectorAll("details.drop[open]");
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const drop of open()) {
    const inside = drop.contains(document.activeElement);
    drop.open = false;
    if (inside) drop.querySelector("summary").focus();
  }
});
for (const kind of ["click", "focusin"]) {
  document.addEventListener(kind, (event) => {
    for (const drop of open()) if (!drop.contains(event.target)) drop.open = false;
  });
}
