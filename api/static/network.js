/* Script of the workbench: years, pictures, printing. Every page works without it. */
"use strict";
(() => {
  const find = (selector, from = document) => from.querySelector(selector);
  const findAll = (selector, from = document) => [...from.querySelectorAll(selector)];

  // --- years: what is not in force is faded in the drawing and left out of the tables
  const findSlider = () => find("[data-timeline] input");
  const chosenYear = () => {
    const slider = findSlider();
    const isAny = !slider || slider.value === slider.min;
    return isAny ? 0 : Number(slider.value);
  };

  const isInYear = (spans, year) => !year || spans.split(" ").some((span) => {
    const [first, last] = span.split("-");
    return (!first || Number(first) <= year) && (!last || year <= Number(last));
  });

  // the nodes that edges in force lead to from where the graph begins
  const reachedNodes = (ties, nodes) => {
    const near = new Map(nodes.map((node) => [node.dataset.node, []]));
    for (const tie of ties) {
      const [left, right] = tie.dataset.ends.split(" ");
      near.get(left).push(right);
      near.get(right).push(left);
    }
    const starts = nodes.filter((node) => "start" in node.dataset);
    const waiting = starts.map((node) => node.dataset.node);
    const reached = new Set(waiting);
    while (waiting.length) {
      for (const place of near.get(waiting.pop())) {
        if (!reached.has(place)) {
          reached.add(place);
          waiting.push(place);
        }
      }
    }
    return reached;
  };

  const showYear = () => {
    const year = chosenYear();
    const ties = findAll("[data-network] [data-ends]");
    const nodes = findAll("[data-network] [data-node]");
    const rows = findAll("[data-edge]");
    const reached = reachedNodes(ties.filter((tie) => isInYear(tie.dataset.years, year)), nodes);
    const isShown = (place) => !year || reached.has(place);
    let count = 0;
    ties.forEach((tie, place) => {
      const isOn = isInYear(tie.dataset.years, year) && isShown(tie.dataset.ends.split(" ")[0]);
      count += isOn;
      tie.classList.toggle("off", !isOn);
      if (rows[place]) rows[place].hidden = !isOn;
    });
    for (const node of nodes) node.classList.toggle("off", !isShown(node.dataset.node));
    for (const row of findAll("[data-of]")) row.hidden = !isShown(row.dataset.of);
    const label = year ? String(year) : "any year";
    const bar = find("[data-timeline]");
    findSlider().setAttribute("aria-valuetext", label);
    find("output", bar).textContent = label;
    const noun = ties.length === 1 ? "relation" : "relations";
    const text = `${count} of ${ties.length} ${noun}`;
    find("[role=status]", bar).textContent = year
      ? `${text} shown, as far as lists date them` : text;
    document.dispatchEvent(new Event("year"));
  };

  const withYear = (text) => {
    const address = new URL(text, location.href);
    if (chosenYear()) address.searchParams.set("year", chosenYear());
    else address.searchParams.delete("year");
    return address.pathname + address.search + address.hash;
  };

  // the drawing that people work with follows the same year
  window.networkYears = { chosenYear, isInYear, withYear };

  const carryYear = () => {
    history.replaceState(history.state, "", withYear(location.href));
    const links = "a[href*='/desk/network/'], a[href*='/desk/network-file/']";
    for (const link of findAll(links)) {
      link.setAttribute("href", withYear(link.getAttribute("href")));
    }
    for (const button of findAll("[data-png]")) button.dataset.png = withYear(button.dataset.png);
    const form = find(".saveview form");
    if (form) form.setAttribute("action", withYear(form.getAttribute("action")));
  };

  const isSlider = (event) => event.target.matches("[data-timeline] input");
  document.addEventListener("input", (event) => { if (isSlider(event)) showYear(); });
  document.addEventListener("change", (event) => { if (isSlider(event)) carryYear(); });

  // a year every 700 ms, from the chosen one to the last
  let playing = 0;
  const stop = (button) => {
    clearInterval(playing);
    playing = 0;
    button.textContent = "Play";
    carryYear();
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-play]");
    if (!button) return;
    if (playing) {
      stop(button);
      return;
    }
    const slider = findSlider();
    if (slider.value === slider.max) slider.value = slider.min;
    button.textContent = "Stop";
    playing = setInterval(() => {
      slider.value = Number(slider.value) + 1;
      showYear();
      if (slider.value === slider.max || !slider.isConnected) stop(button);
    }, 700);
  });

  // --- picture: the browser paints the SVG file, with its own fonts
  const MAX_SIDE = 8000;
  const say = (text) => {
    const note = document.createElement("p");
    note.className = "note bad failed";
    note.setAttribute("role", "alert");
    note.textContent = text;
    for (const old of findAll(".failed")) old.remove();
    find("#notes").append(note);
  };

  const save = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };

  const paint = async (address) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    const scale = Math.min(2, MAX_SIDE / Math.max(image.naturalWidth, image.naturalHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.naturalWidth * scale);
    canvas.height = Math.round(image.naturalHeight * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-png]");
    if (!button) return;
    button.disabled = true;
    try {
      // the drawing that people work with paints itself
      const stage = find("[data-graph]");
      const isDrawn = stage && stage.graph && !stage.hidden;
      const blob = await (isDrawn ? stage.paint() : paint(button.dataset.png));
      if (!blob) throw new Error("too large");
      button.dataset.bytes = blob.size;
      save(blob, "network.png");
    } catch {
      say("The picture could not be made. Save it as SVG, or load this page again.");
    }
    button.disabled = false;
  });

  // --- names: what has been typed of one is completed
  let asked = "";
  const suggest = async (field) => {
    const text = field.value.trim();
    if (text === asked || text.length < 2) return;
    asked = text;
    const response = await fetch(`/desk/names?q=${encodeURIComponent(text)}`);
    if (!response.ok || text !== asked) return;
    const { names } = await response.json();
    const isCommon = (name) => names.filter((row) => row.caption === name).length > 1;
    find("#names").replaceChildren(...names.map((row) => {
      const option = document.createElement("option");
      // two entities of one name are told apart by their ids
      option.value = isCommon(row.caption) ? row.id : row.caption;
      option.label = `${row.caption} (${row.about})`;
      return option;
    }));
  };
  let typing = 0;
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-names]")) return;
    clearTimeout(typing);
    typing = setTimeout(() => suggest(event.target), 150);
  });

  // --- dossier
  for (const button of findAll("[data-print]")) button.addEventListener("click", () => print());
})();
