/* The desk's own script: colours at once, keys, parts of pages. Every page works without it. */
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  // --- colours: the form does the same without script
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form.look");
    if (!form) return;
    root.dataset.theme = event.target.value;
    fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
  });

  // --- parts of pages that change by themselves
  const poll = () => {
    const part = document.querySelector("[data-poll]");
    if (!part) return;
    setTimeout(async () => {
      try {
        const answer = await fetch(part.dataset.poll, { headers: { "X-Partial": "1" } });
        if (answer.ok) part.outerHTML = await answer.text();
        else if (answer.status === 401) { location.reload(); return; }
      } catch { /* the next try may find the service again */ }
      poll();
    }, 1500);
  };
  poll();

  // --- menus close when one goes on elsewhere
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
})();
