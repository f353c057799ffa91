// Moves items of an agenda without loading the page anew, and lets one drag them.
// Without it every button of form[data-agenda] does the same with a new page.
"use strict";

for (const form of document.querySelectorAll("form[data-agenda]")) {
  const live = document.querySelector("[data-says]");
  // Once it is under another, the button to put it there is the one to take it out.
  const COUNTERPART = { under: "out", out: "under" };
  let isBusy = false;

  const rows = () => [...form.querySelectorAll("[data-item]")];
  const grips = () => form.querySelectorAll("[data-grip]").forEach((grip) => { grip.hidden = false; });

  const show = (text) => {
    const answer = new DOMParser().parseFromString(text, "text/html").querySelector("[data-answer]");
    if (!answer) throw new Error("another page");
    for (const part of answer.querySelectorAll("[data-part]")) {
      document.querySelector(`[data-part="${part.dataset.part}"]`).replaceWith(part);
    }
    live.textContent = answer.dataset.answer;
    grips();
  };

  const focus = (name, key, at, waitingAt) => {
    if (name === "take") {
      const left = [...document.querySelectorAll("button[name=take]")];
      (left[Math.min(waitingAt, left.length - 1)] || live.parentElement.querySelector("#waiting-h ~ p a"))?.focus();
      return;
    }
    const row = document.getElementById(key);
    if (!row) {
      const left = rows();
      const other = left[Math.min(at, left.length - 1)];
      other?.querySelector("summary").focus();
      return;
    }
    const steps = row.querySelector("details");
    const button = name === "place" ? null
      : row.querySelector(`button[name=${name}]`) || row.querySelector(`button[name=${COUNTERPART[name]}]`);
    if (button) steps.open = true;
    (button || row.querySelector("summary")).focus();
  };

  const send = async (name, key, before) => {
    if (isBusy) return;
    isBusy = true;
    const at = rows().findIndex((row) => row.dataset.item === key);
    const waitingAt = [...document.querySelectorAll("button[name=take]")].findIndex((each) => each.value === key);
    const body = new FormData(form);
    body.set(name, key);
    if (before !== undefined) body.set("before", before);
    live.textContent = "";
    try {
      const response = await fetch(form.getAttribute("action"), {
        method: "POST",
        body,
        headers: { "HX-Request": "true" },
      });
      if (!response.ok) throw new Error(`status ${response.status}`);
      show(await response.text());
      focus(name, key, at, waitingAt);
    } catch {
      // The page itself tells what is wrong: logged out, no connection.
      for (const [field, value] of [[name, key], ["before", before]]) {
        if (value !== undefined) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: field, value }));
      }
      form.submit();
    } finally {
      isBusy = false;
    }
  };

  form.addEventListener("submit", (event) => {
    if (!event.submitter?.value) return;
    event.preventDefault();
    send(event.submitter.name, event.submitter.value);
  });

  form.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (!grip || event.button) return;
    event.preventDefault();
    const row = grip.closest("[data-item]");
    const all = rows();
    let target;
    const clear = () => all.forEach((each) => each.classList.remove("is-before", "is-after"));
    const drag = (moved) => {
      clear();
      target = all.find((each) => {
        const box = each.getBoundingClientRect();
        return moved.clientY < box.top + box.height / 2;
      }) || null;
      if (target) target.classList.add("is-before");
      else all.at(-1).classList.add("is-after");
      if (moved.clientY < 60) scrollBy(0, -16);
      if (moved.clientY > innerHeight - 60) scrollBy(0, 16);
    };
    const stop = new AbortController();
    const end = (isDropped) => {
      stop.abort();
      clear();
      row.classList.remove("is-dragged");
      const isElsewhere = target !== undefined && target !== row && target !== all[all.indexOf(row) + 1];
      if (isDropped && isElsewhere) send("place", row.dataset.item, target ? target.dataset.item : "");
    };
    row.classList.add("is-dragged");
    grip.setPointerCapture(event.pointerId);
    grip.addEventListener("pointermove", drag, { signal: stop.signal });
    grip.addEventListener("pointerup", () => end(true), { signal: stop.signal });
    grip.addEventListener("pointercancel", () => end(false), { signal: stop.signal });
    addEventListener("keydown", (key) => { if (key.key === "Escape") end(false); }, { signal: stop.signal });
  });

  grips();
}
