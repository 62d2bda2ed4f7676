/* Script of the desk: colors at once, keyboard shortcuts, the next pair without a full page load.
   Every page works without it. */
"use strict";
(() => {
  const root = document.documentElement;
  const find = (selector, from = document) => from.querySelector(selector);
  const findAll = (selector, from = document) => [...from.querySelectorAll(selector)];
  const partial = { "X-Partial": "1" };
  root.classList.add("js");
  for (const button of findAll(".foot [data-help]")) button.hidden = !find("#keys");

  // --- the row of sections scrolls on a narrow screen: the current one is in sight
  const section = find(".sections [aria-current]");
  if (section) {
    // scrollIntoView() would let the first Tab start at this section, past the link to the content
    const end = (element) => element.getBoundingClientRect().right;
    section.parentElement.scrollLeft += Math.max(0, end(section) - end(section.parentElement));
  }

  // --- colors: without script the form does the same
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form.theme");
    if (!form) return;
    root.dataset.theme = event.target.value;
    const body = new URLSearchParams(new FormData(form));
    fetch(form.action, { method: "POST", body, redirect: "manual" });
  });

  // --- parts of pages that change by themselves
  const poll = () => {
    const part = find("[data-poll]");
    if (!part) return;
    setTimeout(async () => {
      try {
        const response = await fetch(part.dataset.poll, { headers: partial });
        if (response.ok) part.outerHTML = await response.text();
        else if (response.status === 401) {
          location.reload();
          return;
        }
      } catch { /* the service may be reachable again at the next poll */ }
      poll();
    }, 1500);
  };
  poll();

  // --- menus close on a click elsewhere
  const openMenus = () => findAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });

  // --- queue: filters apply at once, marked pairs bring up the bar of actions
  const narrow = matchMedia("(max-width: 760px)").matches;
  for (const details of findAll("details.filters, details.bulk")) {
    if (narrow && !("keep" in details.dataset)) details.open = false;
  }
  for (const button of findAll("[data-auto-send] > button")) button.hidden = !narrow;
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-auto-send]");
    if (form && !narrow) form.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    // empty fields would only lengthen the address
    for (const field of event.target.matches("[data-auto-send]") ? event.target.elements : []) {
      field.disabled = field.value === "" && field.name !== "";
    }
  });
  const marks = () => findAll("#together input[name=pair]");
  const showMarks = () => {
    const bar = find(".bulk");
    if (!bar) return;
    const count = marks().filter((box) => box.checked).length;
    bar.classList.toggle("active", count > 0);
    for (const place of findAll("[data-count]", bar)) {
      place.textContent = `${count} ${count === 1 ? "pair" : "pairs"} marked`;
    }
    const all = find("[data-mark-all]");
    if (all) all.checked = count > 0 && count === marks().length;
  };
  let lastMark = null;
  document.addEventListener("click", (event) => {
    const box = event.target;
    if (box.matches("[data-mark-all]")) {
      for (const mark of marks()) mark.checked = box.checked;
    } else if (box.matches("#together input[name=pair]")) {
      const boxes = marks();
      const [from, to] = [boxes.indexOf(lastMark), boxes.indexOf(box)].sort((a, b) => a - b);
      if (event.shiftKey && from >= 0) {
        for (const mark of boxes.slice(from, to + 1)) mark.checked = box.checked;
      }
      lastMark = box;
    } else return;
    showMarks();
  });
  addEventListener("pageshow", showMarks);

  // the row with the focus, or the first one before there is one
  const moveInQueue = (step) => {
    const links = findAll(".queue .pair-link");
    const at = links.indexOf(document.activeElement);
    const next = links[at < 0 ? 0 : at + step];
    if (!next) return;
    next.focus({ preventScroll: true });
    next.closest("tr").scrollIntoView({ block: "nearest" });
  };
  const queueKeys = {
    j: () => moveInQueue(1),
    k: () => moveInQueue(-1),
    x: () => {
      const row = document.activeElement.closest(".queue tr");
      const box = row && find("[name=pair]", row);
      if (box) box.click();
    },
    z: () => {
      const form = find("[data-undo-last]");
      if (form) form.requestSubmit();
    },
  };

  // --- pair: parts of pages in place of pages
  let isBusy = false;
  const setBusy = (value) => {
    isBusy = value;
    root.classList.toggle("busy", value);
  };
  const notes = () => find("#pair-notes") || find("#notes");

  // headers hold ASCII only, with other characters as Python escapes
  const decodeTitle = (title) => title.replace(
    /\\x([0-9a-f]{2})|\\u([0-9a-f]{4})|\\U([0-9a-f]{8})/g,
    (_, a, b, c) => String.fromCodePoint(parseInt(a || b || c, 16)),
  );

  const show = (text, response, addsToHistory) => {
    const place = find("#desk");
    place.innerHTML = text;
    const address = response.headers.get("X-Address");
    const title = response.headers.get("X-Title");
    if (title) document.title = `${decodeTitle(title)} · Watchlist resolver`;
    if (address && addsToHistory) history.pushState({}, "", address);
    const next = find("#blind input[name=next]");
    if (next && address) next.value = address;
    scrollTo(0, 0);
    const heading = find("[data-focus]", place);
    if (heading) heading.focus({ preventScroll: true });
    prepare();
  };

  const showRefusal = (text) => {
    for (const old of findAll(".refused, .failed")) old.remove();
    notes().insertAdjacentHTML("beforeend", text);
    const last = notes().lastElementChild;
    if (last) {
      last.setAttribute("tabindex", "-1");
      last.focus();
      last.scrollIntoView({ block: "nearest" });
    }
  };

  const showFailure = (text) => {
    const note = document.createElement("div");
    note.className = "note bad failed";
    note.setAttribute("role", "alert");
    note.textContent = text;
    for (const old of findAll(".failed")) old.remove();
    notes().append(note);
  };

  const send = async (form, button) => {
    if (isBusy) return;
    setBusy(true);
    try {
      const body = new URLSearchParams(new FormData(form));
      if (button && button.name) body.set(button.name, button.value);
      const response = await fetch(form.action, { method: "POST", body, headers: partial });
      if (response.status === 401 || response.redirected) {
        // the session has ended: sent as a browser does, the form is saved in the sign-in page
        HTMLFormElement.prototype.submit.call(form);
        return;
      }
      const text = await response.text();
      if (response.ok) {
        forgetUndo(form);
        show(text, response, true);
      } else {
        // a final refusal must be seen whole; what may be tried again stays as it is
        if (response.status === 409 && form.id === "decide") cancelVerdict();
        showRefusal(text);
      }
    } catch {
      showFailure(
        "The service could not be reached. Your entries are still here: try again.",
      );
    } finally {
      setBusy(false);
    }
  };

  const load = async (address, addsToHistory) => {
    if (isBusy) return;
    setBusy(true);
    try {
      const response = await fetch(address, { headers: partial });
      if (response.status === 401) {
        location.assign(address);
        return;
      }
      const text = await response.text();
      if (response.ok) show(text, response, addsToHistory);
      else showRefusal(text);
    } catch {
      location.assign(address);
    } finally {
      setBusy(false);
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-undo-last]")) forgetUndo(form);
    if (!find("#desk") || !form.matches("[data-send], [data-undo]")) return;
    event.preventDefault();
    send(form, event.submitter);
  });
  document.addEventListener("click", (event) => {
    const skip = event.target.closest("#skip");
    if (skip && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      load(skip.href, true);
    }
    if (event.target.closest("#cancel")) cancelVerdict();
    if (event.target.closest("[data-help]")) showKeys();
    if (event.target.closest("[data-mark-alike]")) markSimilar();
  });
  // --- verdict on a hit: Enter in its fields sends the verdict that was chosen by key or button
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-verdict] button[name]");
    if (!button) return;
    for (const other of findAll("button[name]", button.form)) {
      other.classList.toggle("primary", other === button);
    }
  });
  document.addEventListener("keydown", (event) => {
    const form = event.key === "Enter" && event.target.matches("input")
      && event.target.closest("[data-verdict]");
    const chosen = form && find("button.primary", form);
    if (chosen && !event.isComposing) form.requestSubmit(chosen);
  });
  addEventListener("popstate", () => {
    if (find("#desk")) load(location.href, false);
  });

  // --- a verdict is chosen, then its reason, then it is sent
  const decideForm = () => find("#decide");
  const isOpen = () => Boolean(decideForm() && decideForm().classList.contains("open"));
  const chosenVerdict = () => (isOpen() ? find("[name=verdict]:checked", decideForm()) : null);

  const reasons = (verdict) => findAll(`#reason [data-for=${verdict}] input`);

  const choose = (verdict) => {
    const form = decideForm();
    const choice = form && find(`[name=verdict][value=${verdict}]`, form);
    if (!choice) return;
    choice.checked = true;
    form.classList.add("open");
    for (const group of findAll("#reason [data-for]", form)) {
      group.hidden = group.dataset.for !== verdict;
    }
    const first = reasons(verdict)[0];
    if (first) first.checked = true;
    const isRelated = verdict === "related";
    find(isRelated ? "#relation" : "#send", form).focus({ preventScroll: true });
    preview(form, verdict);
  };

  const preview = async (form, verdict) => {
    const place = find("#preview", form);
    place.textContent = "";
    if (verdict === "unsure" || find("[name=again]", form)) return;
    try {
      const address = `${form.dataset.preview}?verdict=${verdict}`;
      const response = await fetch(address, { headers: partial });
      const text = await response.text();
      const chosen = chosenVerdict();
      if (form === decideForm() && chosen && chosen.value === verdict) place.innerHTML = text;
    } catch {
      place.textContent = "The preview could not be loaded.";
    }
  };

  const cancelVerdict = () => {
    const form = decideForm();
    if (!form) return;
    form.classList.remove("open");
    for (const radio of findAll("[name=verdict]", form)) radio.checked = false;
    find("#preview", form).textContent = "";
  };

  // --- decisions of this tab, to be undone step by step
  const undoSteps = () => {
    try {
      return JSON.parse(sessionStorage.getItem("desk") || "[]");
    } catch {
      return [];
    }
  };
  const saveUndoSteps = (steps) => {
    sessionStorage.setItem("desk", JSON.stringify(steps.slice(-500)));
  };

  const forgetUndo = (form) => {
    saveUndoSteps(undoSteps().filter((step) => step !== form.getAttribute("action")));
  };

  const undo = async () => {
    const steps = undoSteps();
    if (!steps.length) {
      showFailure(
        "There is nothing to undo in this tab. Undo earlier decisions on the page of an entity.",
      );
      return;
    }
    const form = document.createElement("form");
    form.method = "post";
    form.action = steps[steps.length - 1];
    form.innerHTML = '<input type="hidden" name="csrf">';
    form.elements.csrf.value = document.body.dataset.csrf;
    document.body.append(form);
    await send(form);
    form.remove();
  };

  const prepare = () => {
    const undoForm = find("#desk [data-undo]");
    const step = undoForm && undoForm.getAttribute("action");
    if (step && !undoSteps().includes(step)) saveUndoSteps([...undoSteps(), step]);
    const form = decideForm();
    if (!form) return;
    for (const radio of findAll("[name=verdict]", form)) {
      radio.addEventListener("click", () => choose(radio.value));
    }
  };
  prepare();

  // --- network of an entity: boxes that move, arrows from box to box
  const network = find("[data-network]");
  // asked for each time: another script may put in others
  const findNodes = () => findAll("[data-node]", network);
  const placeOf = (node) => ({ x: Number(node.dataset.x), y: Number(node.dataset.y) });

  const moveNode = (node, x, y) => {
    node.dataset.home ||= `${node.dataset.x} ${node.dataset.y}`;
    const home = node.dataset.home.split(" ");
    Object.assign(node.dataset, { x, y });
    node.setAttribute("transform", `translate(${x - home[0]} ${y - home[1]})`);
    const [svg, nodes] = [find("svg", network), findNodes()];
    const isStraight = !svg.dataset.box;
    const [width, middle] = [Number(svg.dataset.box), placeOf(nodes[0]).x];
    for (const tie of findAll("[data-ends]", network)) {
      const ends = tie.dataset.ends.split(" ");
      if (!ends.includes(node.dataset.node)) continue;
      const [a, b] = ends.map((place) => placeOf(nodes[place]));
      if (isStraight) {
        tie.setAttribute("d", `M${a.x} ${a.y}L${b.x} ${b.y}`);
        continue;
      }
      const outwards = a.x >= middle ? 1 : -1;
      const aside = Math.abs(a.x - b.x) < width / 2 ? (outwards * width * 3) / 4 : 0;
      const bend = (a.x + b.x) / 2 + aside;
      tie.setAttribute("d", `M${a.x} ${a.y}C${bend} ${a.y} ${bend} ${b.y} ${b.x} ${b.y}`);
    }
  };

  const arrows = {
    ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
  };
  const focusNode = (from, [dx, dy]) => {
    const start = placeOf(from);
    const cost = (node) => {
      const { x, y } = placeOf(node);
      const ahead = (x - start.x) * dx + (y - start.y) * dy;
      const aside = Math.abs((x - start.x) * dy) + Math.abs((y - start.y) * dx);
      return ahead > 0 ? ahead + 2 * aside : Infinity;
    };
    const others = findNodes().filter((node) => node !== from && node.matches("a"));
    const next = others.sort((a, b) => cost(a) - cost(b))[0];
    if (next && cost(next) < Infinity) next.focus();
  };

  const prepareNetwork = () => {
    network.scrollLeft = (network.scrollWidth - network.clientWidth) / 2;
    network.scrollTop = (network.scrollHeight - network.clientHeight) / 2;
    let drag = null;
    network.addEventListener("pointerdown", (event) => {
      const node = event.target.closest("[data-node]");
      if (!node || event.button) return;
      drag = { node, ...placeOf(node), fromX: event.clientX, fromY: event.clientY };
    });
    addEventListener("pointermove", (event) => {
      if (!drag) return;
      const svg = find("svg", network);
      const scale = svg.viewBox.baseVal.width / svg.getBoundingClientRect().width;
      const [dx, dy] = [event.clientX - drag.fromX, event.clientY - drag.fromY];
      drag.isMoved ||= Math.hypot(dx, dy) > 4;
      if (drag.isMoved) moveNode(drag.node, drag.x + dx * scale, drag.y + dy * scale);
    });
    addEventListener("pointerup", () => {
      // the click that ends a drag opens nothing
      const stop = (event) => event.preventDefault();
      if (drag && drag.isMoved) {
        network.addEventListener("click", stop, { once: true });
        setTimeout(() => network.removeEventListener("click", stop));
      }
      drag = null;
    });
    addEventListener("pointercancel", () => { drag = null; });
    network.addEventListener("dragstart", (event) => event.preventDefault());
    network.addEventListener("keydown", (event) => {
      const node = event.target.closest("[data-node]");
      const step = arrows[event.key];
      if (!node || !step || event.altKey || event.ctrlKey || event.metaKey) return;
      const { x, y } = placeOf(node);
      if (event.shiftKey) moveNode(node, x + 24 * step[0], y + 24 * step[1]);
      else focusNode(node, step);
      event.preventDefault();
    });
  };
  if (network) prepareNetwork();

  // --- keys
  const showKeys = () => {
    const list = find("#keys");
    if (list && !list.open) list.showModal();
  };
  const markSimilar = () => {
    const marked = find("#together input[name=pair]:checked");
    const group = marked && marked.closest("tr").dataset.alike;
    const rows = group ? findAll(`#together tr[data-alike="${group}"]`) : [];
    for (const row of rows) find("input[name=pair]", row).checked = true;
    showMarks();
  };
  const verdictKeys = { s: "same", d: "different", u: "unsure", r: "red", f: "related" };
  const actionKeys = {
    j: () => {
      const skip = find("#skip");
      if (skip) load(skip.href, true);
    },
    k: () => history.back(),
    z: undo,
    b: () => find("#blind").requestSubmit(),
    c: () => {
      if (chosenVerdict()) find("#comment").focus();
    },
  };

  const escape = () => {
    for (const menu of openMenus()) {
      menu.open = false;
      find("summary", menu).focus();
    }
    if (isOpen() && !find("dialog[open]")) {
      cancelVerdict();
      find("[data-focus]").focus();
    }
  };

  const focusSearch = () => {
    const field = find('[data-key="/"]');
    if (field) field.focus();
    else location.assign("/desk/search");
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      escape();
      return;
    }
    const hasModifier = event.ctrlKey || event.metaKey || event.altKey;
    if (hasModifier || event.defaultPrevented || find("dialog[open]")) return;
    const isTyping = event.target.closest(
      "input:not([type=radio], [type=checkbox]), textarea, select",
    );
    if (isTyping) return;
    const key = event.key;
    if (key === "?" || key === "/") {
      if (key === "?") showKeys();
      else focusSearch();
      event.preventDefault();
      return;
    }
    if (key === "Enter" && event.target === document.body) {
      const start = find('[data-key="Enter"]');
      if (start) {
        start.click();
        event.preventDefault();
      }
    }
    if (find(".queue") && queueKeys[key]) {
      queueKeys[key]();
      event.preventDefault();
      return;
    }
    const hotkey = /^[a-z]$/.test(key) && !event.repeat && find(`[data-hotkey="${key}"]`);
    if (hotkey) {
      hotkey.click();
      event.preventDefault();
      return;
    }
    if (!find("#desk")) return;
    const action = actionKeys[key];
    if (action) {
      action();
      event.preventDefault();
      return;
    }
    if (verdictKeys[key] && decideForm()) {
      choose(verdictKeys[key]);
      event.preventDefault();
      return;
    }
    const chosen = chosenVerdict();
    if (chosen && /^[1-9]$/.test(key)) {
      const choice = reasons(chosen.value)[key - 1];
      if (choice) choice.checked = true;
      event.preventDefault();
      return;
    }
    if (key === "Enter" && chosen && !event.target.closest("button, a, summary")) {
      send(decideForm(), find("#send"));
      event.preventDefault();
    }
  });
})();
