/* The desk's own script: colours at once, keys, the next pair without a full page. Every page works without it. */
"use strict";
(() => {
  const root = document.documentElement;
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  root.classList.add("js");
  for (const button of all(".foot [data-help]")) button.hidden = !one("#keys");

  // --- colours: the form does the same without script
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form.look");
    if (!form) return;
    root.dataset.theme = event.target.value;
    fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
  });

  // --- parts of pages that change by themselves
  const poll = () => {
    const part = one("[data-poll]");
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
    for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  // --- the pair: parts of pages in place of pages
  let busy = false;
  const notes = () => one("#pair-notes") || one("#notes");

  const show = (text, answer, push) => {
    const place = one("#desk");
    place.innerHTML = text;
    const address = answer.headers.get("X-Address");
    const title = answer.headers.get("X-Title");
    if (title) {
      const plain = title.replace(/\\x([0-9a-f]{2})|\\u([0-9a-f]{4})|\\U([0-9a-f]{8})/g,
        (_, a, b, c) => String.fromCodePoint(parseInt(a || b || c, 16)));
      document.title = `${plain} · Watchlist resolver`;
    }
    if (address && push) history.pushState({}, "", address);
    const next = one("#blind input[name=next]");
    if (next && address) next.value = address;
    scrollTo(0, 0);
    const heading = one("[data-focus]", place);
    if (heading) heading.focus({ preventScroll: true });
    ready();
  };

  const refuse = (text) => {
    for (const old of all(".refused, .failed")) old.remove();
    notes().insertAdjacentHTML("beforeend", text);
    const last = notes().lastElementChild;
    if (last) { last.setAttribute("tabindex", "-1"); last.focus(); last.scrollIntoView({ block: "nearest" }); }
  };

  const failed = (words) => {
    const note = document.createElement("div");
    note.className = "note bad failed";
    note.setAttribute("role", "alert");
    note.textContent = words;
    for (const old of all(".failed")) old.remove();
    notes().append(note);
  };

  const working = (on) => { busy = on; root.classList.toggle("busy", on); };

  // native: a session that has ended is found by the page that keeps the form
  const send = async (form, button) => {
    if (busy) return;
    working(true);
    try {
      const body = new URLSearchParams(new FormData(form));
      if (button && button.name) body.set(button.name, button.value);
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Partial": "1" } });
      if (answer.status === 401 || answer.redirected) { HTMLFormElement.prototype.submit.call(form); return; }
      const text = await answer.text();
      if (answer.ok) {
        keep(past().filter((step) => step !== form.getAttribute("action")));
        show(text, answer, true);
      } else {
        // what was refused for good must be seen whole; what may be tried again stays as it is
        if (answer.status === 409 && form.id === "decide") close();
        refuse(text);
      }
    } catch {
      failed("The service could not be reached. Nothing was lost: what you filled in is still here. Try again.");
    } finally { working(false); }
  };

  const load = async (address, push) => {
    if (busy) return;
    working(true);
    try {
      const answer = await fetch(address, { headers: { "X-Partial": "1" } });
      if (answer.status === 401) { location.assign(address); return; }
      const text = await answer.text();
      if (answer.ok) show(text, answer, push); else refuse(text);
    } catch { location.assign(address); } finally { working(false); }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!one("#desk") || !form.matches("[data-send], [data-undo]")) return;
    event.preventDefault();
    send(form, event.submitter);
  });
  document.addEventListener("click", (event) => {
    const skip = event.target.closest("#skip");
    if (skip && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); load(skip.href, true); }
    if (event.target.closest("#cancel")) close();
    if (event.target.closest("[data-help]")) help();
    if (event.target.closest("[data-mark-alike]")) alike();
  });
  addEventListener("popstate", () => { if (one("#desk")) load(location.href, false); });

  // --- a verdict is chosen, then its reason, then it is sent
  const form = () => one("#decide");
  const chosen = () => { const f = form(); return f && f.classList.contains("open") ? one("[name=verdict]:checked", f) : null; };

  const choose = (verdict) => {
    const f = form();
    if (!f) return;
    const radio = one(`[name=verdict][value=${verdict}]`, f);
    radio.checked = true;
    f.classList.add("open");
    const select = one("#reason", f);
    for (const group of all("optgroup", select)) { group.hidden = group.disabled = group.dataset.for !== verdict; }
    const first = one(`optgroup[data-for=${verdict}] option`, select);
    if (first) first.selected = true;
    one("#send", f).focus({ preventScroll: true });
    preview(f, verdict);
  };

  const preview = async (f, verdict) => {
    const place = one("#preview", f);
    place.textContent = "";
    if (verdict === "unsure" || one("[name=again]", f)) return;
    try {
      const answer = await fetch(`${f.dataset.preview}?verdict=${verdict}`, { headers: { "X-Partial": "1" } });
      const text = await answer.text();
      if (f === form() && chosen() && chosen().value === verdict) place.innerHTML = text;
    } catch { place.textContent = "The preview could not be loaded."; }
  };

  const close = () => {
    const f = form();
    if (!f) return;
    f.classList.remove("open");
    for (const radio of all("[name=verdict]", f)) radio.checked = false;
    one("#preview", f).textContent = "";
  };

  // --- what was decided in this tab, to be taken back step by step
  const past = () => { try { return JSON.parse(sessionStorage.getItem("desk") || "[]"); } catch { return []; } };
  const keep = (steps) => sessionStorage.setItem("desk", JSON.stringify(steps.slice(-500)));

  const undo = async () => {
    const steps = past();
    if (!steps.length) { failed("There is nothing to take back in this tab. The page of an entity takes back earlier decisions."); return; }
    const back = document.createElement("form");
    back.method = "post";
    back.action = steps[steps.length - 1];
    back.innerHTML = '<input type="hidden" name="csrf">';
    back.elements.csrf.value = document.body.dataset.csrf;
    document.body.append(back);
    await send(back);
    back.remove();
  };

  const ready = () => {
    const did = one("#desk [data-undo]");
    if (did && !past().includes(did.getAttribute("action"))) keep([...past(), did.getAttribute("action")]);
    const f = form();
    if (!f) return;
    for (const radio of all("[name=verdict]", f)) radio.addEventListener("click", () => choose(radio.value));
  };
  ready();

  // --- keys
  const help = () => { const list = one("#keys"); if (list && !list.open) list.showModal(); };
  const alike = () => {
    const marked = one("#together input[name=pair]:checked");
    const group = marked && marked.closest("tr").dataset.alike;
    for (const row of group ? all(`#together tr[data-alike="${group}"]`) : []) one("input[name=pair]", row).checked = true;
  };
  const verdicts = { s: "same", d: "different", u: "unsure", r: "red" };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of all("details.menu[open]")) { menu.open = false; one("summary", menu).focus(); }
      if (form() && form().classList.contains("open") && !one("dialog[open]")) { close(); one("[data-focus]").focus(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || one("dialog[open]")) return;
    const typing = event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select");
    if (typing) return;
    const key = event.key;
    if (key === "?") { help(); event.preventDefault(); return; }
    if (key === "/") {
      const field = one('[data-key="/"]');
      if (field) field.focus(); else location.assign("/desk/search");
      event.preventDefault();
      return;
    }
    if (key === "Enter" && event.target === document.body) {
      const start = one('[data-key="Enter"]');
      if (start) { start.click(); event.preventDefault(); }
    }
    if (!one("#desk")) return;
    const act = {
      j: () => { const skip = one("#skip"); if (skip) load(skip.href, true); },
      k: () => history.back(),
      z: undo,
      b: () => one("#blind").requestSubmit(),
      c: () => { if (chosen()) one("#comment").focus(); },
    }[key];
    if (act) { act(); event.preventDefault(); return; }
    if (verdicts[key] && form()) { choose(verdicts[key]); event.preventDefault(); return; }
    if (chosen() && /^[1-9]$/.test(key)) {
      const options = all(`#reason optgroup[data-for=${chosen().value}] option`);
      if (options[key - 1]) options[key - 1].selected = true;
      event.preventDefault();
      return;
    }
    if (key === "Enter" && chosen() && !event.target.closest("button, a, summary")) {
      send(form(), one("#send"));
      event.preventDefault();
    }
  });
})();
