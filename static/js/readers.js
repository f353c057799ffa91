// Says how many people could read a text while somebody chooses: [data-readers].
"use strict";

for (const line of document.querySelectorAll("[data-readers]")) {
  const people = JSON.parse(line.dataset.readers);
  const form = line.closest("form");
  const small = ["central_council", "organisation"];
  form.addEventListener("change", () => {
    const chosen = [...form.querySelectorAll("[name=readers]:checked")]
      .map((box) => box.value)
      .filter((value) => small.includes(value))
      .sort();
    if (form.elements.is_closed_to_secretary?.checked) chosen.push("closed");
    const count = people[chosen.join(" ")];
    const text = count === 1 ? line.dataset.one : line.dataset.many;
    line.textContent = text.replace("{}", count);
  });
}
