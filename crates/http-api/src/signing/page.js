// Keeps an open signer's page up to date: asks this server how the signing stands, and shows what it answers.
"use strict";
(function () {
  const page = document.getElementById("signing");
  if (!page || !page.dataset.wait) { return; }
  const byId = (id) => document.getElementById(id);
  const address = location.pathname.replace(/\/+$/, "") + "/state";
  const AFTER_FAILURE_MS = 10000;

  function show(now) {
    const launching = byId("launching");
    if (now.link) { byId("launch").setAttribute("href", now.link); }
    if (page.dataset.state === now.state) { return; }
    const held = document.activeElement;
    page.dataset.state = now.state;
    byId("state-title").textContent = now.title;
    byId("state-text").textContent = now.text;
    document.title = now.title + " · " + byId("subject").textContent;
    launching.hidden = !now.link;
    byId("renewing").hidden = now.state !== "stale";
    showStep(now.step);
    // Whoever stood on something that is gone now stands at the news instead.
    if (held && held.closest("[hidden]")) { byId("state-title").focus(); }
  }

  function showStep(step) {
    const steps = byId("steps");
    byId("progress").hidden = step === null;
    Array.from(steps.children).forEach(function (item, index) {
      const place = index + 1;
      const mark = place < step ? "done" : place === step ? "now" : "later";
      item.querySelector(".mark").textContent = "(" + steps.dataset[mark] + ")";
      if (mark === "now") { item.setAttribute("aria-current", "step"); } else { item.removeAttribute("aria-current"); }
    });
  }

  function again(wait) {
    if (wait !== null) { setTimeout(ask, wait); }
  }

  async function ask() {
    // A page that nobody sees asks nothing; it asks at once when it is seen again.
    if (document.hidden) {
      document.addEventListener("visibilitychange", ask, { once: true });
      return;
    }
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "omit", cache: "no-store" });
      if (answer.status === 404) { location.reload(); return; }
      if (!answer.ok) { again(AFTER_FAILURE_MS); return; }
      const now = await answer.json();
      show(now);
      again(now.poll_after_ms);
    } catch {
      again(AFTER_FAILURE_MS);
    }
  }

  again(Number(page.dataset.wait));
})();
