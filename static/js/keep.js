// Keeps what somebody types in form[data-keep], a few seconds after each change.
// Without it the button below the form does the same.
"use strict";

for (const form of document.querySelectorAll("form[data-keep]")) {
  const PAUSE = 2000; // after the last key
  const LONGEST = 6000; // while somebody types on
  const GIVE_UP = 8000;
  const problem = form.querySelector("[data-keep-problem]");
  const places = [...document.querySelectorAll("[data-saved], [data-kept]")];
  let timer = null;
  let firstChange = 0;
  let sending = null;
  let isStale = false;
  let isChanged = false;

  const say = (text) => places.forEach((place) => { place.textContent = text; });

  const warn = (answer, showsButton) => {
    problem.querySelector("[role=alert]").textContent = answer.problem;
    const link = problem.querySelector("a");
    link.hidden = !answer.login;
    if (answer.login) {
      link.href = answer.login;
      link.textContent = answer.link;
    }
    problem.querySelector("button").hidden = !showsButton;
    problem.hidden = false;
  };

  const send = async () => {
    isChanged = false;
    const body = new FormData(form);
    body.set("step", "keep");
    const stop = new AbortController();
    const alarm = setTimeout(() => stop.abort(), GIVE_UP);
    try {
      const response = await fetch(form.getAttribute("action"), {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        signal: stop.signal,
      });
      const answer = await response.json();
      if (answer.saved === undefined) {
        // Another window was first, or there is no place for this text any more.
        isStale = true;
        isChanged = true;
        warn(answer, response.status === 409);
        return;
      }
      form.elements.revision.value = answer.revision;
      say(answer.saved);
      problem.hidden = !answer.problem;
      if (answer.problem) warn(answer, false);
      // Now there is a page of its own to come back to.
      history.replaceState(null, "", answer.page);
    } catch {
      isChanged = true;
      say(form.dataset.notSaved);
    } finally {
      clearTimeout(alarm);
    }
  };

  const keep = () => {
    timer = null;
    firstChange = 0;
    if (isStale || !isChanged) return;
    if (sending) {
      plan();
      return;
    }
    sending = send().finally(() => {
      sending = null;
      if (isChanged) plan();
    });
  };

  const plan = () => {
    if (isStale) return;
    const now = Date.now();
    firstChange ||= now;
    clearTimeout(timer);
    timer = setTimeout(keep, Math.max(0, Math.min(PAUSE, firstChange + LONGEST - now)));
  };

  const changed = () => {
    isChanged = true;
    plan();
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);

  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (sending) {
      // The answer says which revision this window has: go after it, not beside it.
      event.preventDefault();
      const button = event.submitter;
      sending.finally(() => form.requestSubmit(button));
      return;
    }
    isChanged = false;
  });

  addEventListener("beforeunload", (event) => {
    if (isChanged || sending) event.preventDefault();
  });
}
