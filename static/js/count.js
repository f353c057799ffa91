// Counts down the room that is left below a text field: [data-maximum] with [data-count].
"use strict";

for (const area of document.querySelectorAll("textarea[data-maximum]")) {
  const line = area.parentElement.querySelector("[data-count]");
  if (!line) continue;
  const maximum = Number(area.dataset.maximum);
  const inDutch = new Intl.NumberFormat("nl");
  const show = () => {
    const left = maximum - [...area.value].length;
    const text = left < 0 ? line.dataset.over : line.dataset.left;
    line.textContent = text.replace("{}", inDutch.format(Math.abs(left)));
    line.classList.toggle("field__over", left < 0);
  };
  area.addEventListener("input", show);
  show();
}
