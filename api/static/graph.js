/* Drawing of a network to work with: Cytoscape.js draws and lays out, this script knows the page.
   The page shows the drawing in rings without it, and the tables beside it always. */
"use strict";
(() => {
  const find = (selector, from = document) => from.querySelector(selector);
  const findAll = (selector, from = document) => [...from.querySelectorAll(selector)];
  const stage = find("[data-graph]");
  const tools = find("[data-graph-tools]");
  if (!stage) return;
  if (!window.cytoscape) {
    tools.hidden = true;
    return;
  }

  const { chosenYear, isInYear, withYear } = window.networkYears;
  const CROWD = 12; // neighbors of one sort, known by nothing else, that are folded into one node
  const panel = find("[data-picked]");
  const status = find("[data-graph-status]");
  const readData = (page) => JSON.parse(find("#graph-data", page).dataset.content);
  let data = readData(document);
  const say = (text) => { status.textContent = text; };

  // not of the year, in a crowd, left out by a filter, hidden by hand
  const hidden = ".off, .folded, .left-out, .by-hand";

  // --- look: the colors of the desk
  const color = (name) => getComputedStyle(document.documentElement)
    .getPropertyValue(`--${name}`).trim();
  const shapes = {
    person: "ellipse", group: "round-rectangle", asset: "triangle", artefact: "diamond",
    name: "ellipse", crowd: "round-hexagon",
  };
  const paints = {
    person: "for", group: "agree", asset: "one", artefact: "wait", name: "panel", crowd: "muted",
  };
  const frames = ["for", "against", "agree", "wait", "differ", "link", "ink", "muted"];
  const buildStyle = () => {
    const [ink, panelColor, line] = ["ink", "panel", "strong"].map(color);
    const [link, focus] = ["link", "focus"].map(color);
    const sorts = Object.keys(shapes).map((sort) => ({
      selector: `node[look="${sort}"]`,
      style: { shape: shapes[sort], "background-color": color(paints[sort]) },
    }));
    return [
      {
        selector: "node",
        style: {
          label: "data(label)", color: ink, width: 20, height: 20, "font-size": 13,
          "font-family": "system-ui, sans-serif", "text-valign": "bottom", "text-margin-y": 4,
          "text-wrap": "wrap", "text-max-width": 130, "text-outline-color": panelColor,
          "text-outline-width": 2, "border-width": 1.5, "border-color": panelColor,
          // a line below a name must not strike it through
          "text-background-color": panelColor, "text-background-opacity": 0.8,
          "text-background-padding": 1,
        },
      },
      ...sorts,
      { selector: 'node[look="name"]', style: { "border-color": line, "border-style": "dashed" } },
      {
        selector: "node[mark]",
        style: { width: "mapData(mark, 0, 1, 14, 56)", height: "mapData(mark, 0, 1, 14, 56)" },
      },
      ...frames.map((name, place) => ({
        selector: `node[community = ${place}]`,
        style: { "border-color": color(name), "border-width": 5 },
      })),
      {
        selector: "node[?start]",
        style: { "background-color": ink, width: 28, height: 28, "font-weight": 600 },
      },
      { selector: "node[?cut]", style: { "border-color": color("differ"), "border-width": 3 } },
      { selector: "node[?context]", style: { opacity: 0.55 } },
      {
        selector: "node:locked",
        style: { "border-color": focus, "border-style": "double", "border-width": 5 },
      },
      {
        selector: "edge",
        style: {
          width: "mapData(count, 1, 6, 1.2, 6)", "line-color": line, "curve-style": "bezier",
          "target-arrow-color": line, "target-arrow-shape": "triangle", "arrow-scale": 0.8,
          "font-size": 10, color: color("muted"), "text-rotation": "autorotate",
          "text-background-color": panelColor, "text-background-opacity": 0.85,
          "text-background-padding": 1, "min-zoomed-font-size": 8, "text-wrap": "wrap",
        },
      },
      { selector: "edge[?weak]", style: { "line-style": "dashed" } },
      { selector: "edge[?mutual]", style: { "target-arrow-shape": "none" } },
      { selector: "edge.words, edge.near, edge.path", style: { label: "data(label)" } },
      {
        selector: ".path",
        style: {
          "line-color": focus, "target-arrow-color": focus, "border-color": focus,
          "border-width": 4, "z-index": 9,
        },
      },
      { selector: ".far", style: { opacity: 0.16 } },
      { selector: ".near", style: { opacity: 1, "z-index": 10 } },
      { selector: "node:selected", style: { "border-color": link, "border-width": 4 } },
      {
        selector: "edge:selected",
        style: { "line-color": link, "target-arrow-color": link, label: "data(label)" },
      },
      { selector: ".found", style: { "border-color": focus, "border-width": 5 } },
      { selector: hidden, style: { display: "none" } },
    ];
  };

  // --- elements
  const nodeElement = (node) => ({
    group: "nodes",
    data: { ...node, look: node.sort === "entity" ? node.kind : node.sort },
    position: { x: node.x, y: node.y },
  });
  const edgeElement = (edge) => ({ group: "edges", data: edge });

  const cy = window.cytoscape({
    container: stage,
    elements: [...data.nodes.map(nodeElement), ...data.edges.map(edgeElement)],
    style: buildStyle(),
    minZoom: 0.05,
    maxZoom: 4,
    boxSelectionEnabled: true,
    hideEdgesOnViewport: data.edges.length > 800,
    layout: { name: "preset" },
  });
  stage.graph = cy;
  document.documentElement.classList.add("drawn");
  const repaint = () => cy.style(buildStyle());
  document.addEventListener("change", (event) => {
    if (event.target.closest("form.theme")) setTimeout(repaint);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);

  // what is shown, by classes: the library keeps an edge for hidden whose end has come back
  const shownNodes = () => cy.nodes().not(hidden);
  const shown = () => {
    const nodes = shownNodes();
    return nodes.union(nodes.edgesWith(nodes).not(hidden));
  };
  // the shown part that is connected with the middle
  const reachedNodes = () => {
    const start = cy.nodes("[?start]");
    return shown().components().filter((part) => part.intersection(start).length)
      .reduce((all, part) => all.union(part), cy.collection()).nodes();
  };

  // --- undo: each step knows how to take itself back
  const steps = [];
  const undoButton = find("[data-act=undo]", tools);
  const addStep = (words, undo) => {
    steps.push({ words, undo });
    undoButton.disabled = false;
    undoButton.title = `Undo: ${words}`;
  };
  const undo = async () => {
    const step = stage.hasAttribute("aria-busy") ? null : steps.pop();
    if (!step) return;
    await step.undo();
    undoButton.disabled = !steps.length;
    say(`Undone: ${step.words}.`);
  };
  const positions = () => new Map(cy.nodes().map((node) => [node.id(), { ...node.position() }]));
  const restore = (places) => {
    cy.nodes().positions((node) => places.get(node.id()) || node.position());
  };

  // --- layouts
  // a line that carries words is as long as they are, and the names at its ends do not cover them
  const LETTER = 5.5;
  const edgeLength = (edge) => {
    if (!edge.hasClass("words") && !edge.hasClass("path")) return 105;
    const letters = Math.max(...edge.data("label").split("\n").map((part) => part.length));
    return 105 + LETTER * letters;
  };
  const layouts = {
    force: (fixed) => ({
      name: "fcose", quality: "proof", randomize: !fixed, animate: false, fit: !fixed, padding: 30,
      nodeDimensionsIncludeLabels: true, nodeSeparation: 110, idealEdgeLength: edgeLength,
      nodeRepulsion: 12_000, numIter: 3000, packComponents: true, tilingPaddingVertical: 24,
      tilingPaddingHorizontal: 24, fixedNodeConstraint: fixed,
    }),
    layers: () => ({
      name: "breadthfirst", roots: cy.nodes("[?start]"), directed: false, fit: true, padding: 30,
      nodeDimensionsIncludeLabels: true, avoidOverlap: true, spacingFactor: 1.1,
    }),
    circles: () => ({
      name: "concentric", fit: true, padding: 30, nodeDimensionsIncludeLabels: true,
      avoidOverlap: true, minNodeSpacing: 14, concentric: (node) => -node.data("distance"),
      levelWidth: () => 1,
    }),
  };
  const chosenLayout = () => find("[data-layout]", tools).value;
  // labels that the layout left over one another are pushed apart
  const spread = () => {
    const nodes = shownNodes().toArray();
    const box = (node) => node.boundingBox({ includeOverlays: false, includeEdges: false });
    for (let round = 0; round < 30; round += 1) {
      let moved = false;
      const boxes = nodes.map(box);
      for (let left = 0; left < nodes.length; left += 1) {
        for (let right = left + 1; right < nodes.length; right += 1) {
          const [a, b] = [boxes[left], boxes[right]];
          const wide = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1);
          const high = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1);
          if (wide <= 0 || high <= 0) continue;
          const byHeight = high <= wide;
          const gap = (byHeight ? high : wide) / 2 + 1;
          const isAfter = byHeight ? a.y1 + a.y2 > b.y1 + b.y2 : a.x1 + a.x2 > b.x1 + b.x2;
          const step = isAfter ? gap : -gap;
          for (const [place, part] of [[left, step], [right, -step]]) {
            if (nodes[place].locked()) continue;
            const by = byHeight ? { x: 0, y: part } : { x: part, y: 0 };
            nodes[place].shift(by);
            boxes[place] = box(nodes[place]);
            moved = true;
          }
        }
      }
      if (!moved) return;
    }
  };
  // layouts are about as wide as high: a wide page is filled, and so is a telephone
  const stretch = () => {
    const { w, h } = shown().boundingBox();
    const factor = (cy.width() / cy.height()) / (Math.max(w, 1) / Math.max(h, 1));
    // on a telephone it is made narrower, too: names would else be too small to read
    const [wider, higher] = factor < 1
      ? [Math.max(0.6, factor), Math.min(1.4, 1 / factor)] : [Math.min(2, factor), 1];
    cy.nodes().positions((node) => ({
      x: node.position("x") * wider, y: node.position("y") * higher,
    }));
  };
  const MAX_FIT = 1.6; // of a few nodes, each would fill the page
  const fit = () => {
    cy.fit(shown(), 30);
    if (cy.zoom() <= MAX_FIT) return;
    cy.zoom(MAX_FIT);
    cy.center(shown());
  };
  const isOutside = (nodes) => {
    if (!nodes.length) return false;
    const { x1, y1, x2, y2 } = nodes.renderedBoundingBox();
    return x1 < 0 || y1 < 0 || x2 > cy.width() || y2 > cy.height();
  };
  const layOut = (fixed) => {
    const wanted = chosenLayout();
    stage.hidden = wanted === "rings";
    document.documentElement.classList.toggle("drawn", wanted !== "rings");
    if (wanted === "rings") return;
    cy.resize();
    shown().layout(layouts[wanted](wanted === "force" ? fixed : undefined)).run();
    if (!fixed) stretch();
    spread();
    if (!fixed) fit();
  };

  // --- crowds: many neighbors of one sort that lead nowhere else are one node
  const unfoldAll = () => {
    cy.remove("[look='crowd']");
    cy.elements().removeClass("folded");
  };
  const fold = (places = positions()) => {
    unfoldAll();
    const crowds = new Map();
    const lines = shown().edges();
    for (const node of shownNodes().toArray()) {
      const edges = node.connectedEdges().intersection(lines);
      if (edges.length !== 1 || node.data("start") || node.hasClass("path")) continue;
      const hub = edges[0].connectedNodes().not(node)[0];
      if (!hub) continue;
      // read from the side of the crowd
      const words = edges[0].data(edges[0].source().same(hub) ? "reverse" : "words");
      const key = `${hub.id()} ${words} ${node.data("look")}`;
      if (!crowds.has(key)) {
        crowds.set(key, { hub, words, plural: `${node.data("look")}s`, nodes: [], years: [] });
      }
      crowds.get(key).nodes.push(node);
      crowds.get(key).years.push(edges[0].data("years"));
    }
    let count = 0;
    for (const [key, { hub, words, plural, nodes, years }] of crowds) {
      if (nodes.length < CROWD || unfolded.has(key)) continue;
      for (const node of nodes) node.addClass("folded");
      const id = `crowd ${key}`;
      const { x, y } = places.get(id) || { x: hub.position("x") + 60, y: hub.position("y") + 60 };
      cy.add([
        nodeElement({
          id, sort: "crowd", kind: "", label: `${nodes.length} more ${plural}: ${words}`, x, y, key,
          distance: hub.data("distance") + 1,
        }),
        edgeElement({
          id: `${id} line`, source: hub.id(), target: id, words, label: "", count: nodes.length,
          mutual: true, years: years.join(" "),
        }),
      ]);
      count += 1;
    }
    return count;
  };
  const unfolded = new Set();
  const unfold = (node) => {
    const key = node.data("key");
    unfolded.add(key);
    addStep("unfold a crowd", () => { unfolded.delete(key); fold(); layOut(); });
    fold();
    layOut();
  };

  // --- another state of the page: its address says what is shown
  const merge = (next) => {
    const ids = new Set([...next.nodes, ...next.edges].map((row) => row.id));
    cy.remove("[look='crowd']");
    cy.elements().filter((row) => !ids.has(row.id())).remove();
    const fixed = cy.nodes()
      .map((node) => ({ nodeId: node.id(), position: { ...node.position() } }));
    for (const row of next.nodes) {
      const known = cy.getElementById(row.id);
      if (known.length) known.data({ ...row, look: row.sort === "entity" ? row.kind : row.sort });
    }
    const added = next.nodes.filter((row) => !cy.getElementById(row.id).length);
    const addedIds = new Set(added.map((row) => row.id));
    cy.add(added.map(nodeElement));
    cy.add(next.edges.filter((row) => !cy.getElementById(row.id).length).map(edgeElement));
    added.forEach((row, place) => {
      const node = cy.getElementById(row.id);
      const known = node.neighborhood("node").filter((other) => !addedIds.has(other.id()));
      if (!known.length) return;
      // in a spiral: a line between two nodes at one point cannot be drawn
      const { x, y } = known[0].position();
      const far = 40 + 4 * place;
      node.position({ x: x + far * Math.cos(2.4 * place), y: y + far * Math.sin(2.4 * place) });
    });
    data = next;
    // nodes of a path are not folded
    markPaths();
    fold();
    cy.edges().toggleClass("words", find("[data-words]", tools).checked);
    const isShown = new Set(shownNodes().map((node) => node.id()));
    layOut(fixed.filter((row) => isShown.has(row.nodeId)));
    applyYear();
    measure(find("[data-measure]", tools).value);
    return added.length;
  };
  const goTo = async (address) => {
    stage.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(address);
      if (!response.ok) throw new Error(response.status);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const next = readData(page);
      for (const part of findAll("[data-refresh]")) {
        const fresh = find(`[data-refresh="${part.dataset.refresh}"]`, page);
        if (!fresh) continue;
        // the rings have listeners, so they stay
        if (part.dataset.refresh === "rings") part.replaceChildren(...fresh.childNodes);
        else part.replaceWith(document.adoptNode(fresh));
      }
      history.replaceState(history.state, "", address.split("#")[0]);
      return merge(next);
    } catch {
      location.assign(address);
      return 0;
    } finally {
      stage.removeAttribute("aria-busy");
    }
  };
  const change = async (address, words, none = "Nothing more is known.") => {
    // what is asked for meanwhile would take back what comes first
    if (stage.hasAttribute("aria-busy")) return;
    const [before, places] = [location.href, positions()];
    // the address is as old as the page; the year may have been chosen since
    const added = await goTo(withYear(address));
    const fresh = shownNodes().filter((node) => !places.has(node.id()));
    if (isOutside(fresh)) fit();
    addStep(words, async () => { await goTo(before); restore(places); });
    say(added ? `${added} more shown.` : none);
  };

  // --- the node that was picked: what it is, and what can be done with it
  const nearOf = (element) => (element.isNode()
    ? element.closedNeighborhood() : element.union(element.connectedNodes()));
  const highlight = (element) => {
    cy.elements().removeClass("near far");
    if (!element) return;
    cy.elements().addClass("far");
    nearOf(element).removeClass("far").addClass("near");
  };
  const line = (tag, text) => {
    const part = document.createElement(tag);
    part.textContent = text;
    part.dir = "auto";
    return part;
  };
  const action = (text, run) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", run);
    return button;
  };
  const link = (text, address) => {
    const part = document.createElement("a");
    part.className = "button";
    part.href = address;
    part.textContent = text;
    return part;
  };
  const describeNode = (node) => {
    const facts = node.data();
    const buttons = document.createElement("p");
    buttons.className = "buttons";
    if (facts.sort === "crowd") buttons.append(action("Unfold", () => unfold(node)));
    if (facts.links) {
      const { open, expand, collapse, center, path } = facts.links;
      if (expand) buttons.append(action("Expand", () => change(expand, `expand ${facts.label}`)));
      if (collapse) {
        const words = `collapse ${facts.label}`;
        buttons.append(action("Collapse", () => change(collapse, words, "Collapsed.")));
      }
      buttons.append(link("Open", open));
      if (center) buttons.append(link("Put in the middle", center));
      if (path) buttons.append(link("Paths to here", withYear(path)));
    }
    buttons.append(
      action(node.locked() ? "Unpin" : "Pin", () => { pin(node); pick(node); }),
      action("Hide", () => hide(node)),
    );
    const about = (facts.about || []).map((text) => line("p", text));
    return [line("h3", facts.title || facts.label), ...about, buttons];
  };
  const describeEdge = (edge) => {
    const { about = [], words } = edge.data();
    const [from, to] = [edge.source(), edge.target()]
      .map((node) => node.data("title") || node.data("label"));
    return [line("h3", `${from} ${words} ${to}`), ...about.map((text) => line("p", text))];
  };
  const pick = (element) => {
    highlight(element);
    panel.hidden = !element;
    if (!element) return;
    panel.replaceChildren(...(element.isNode() ? describeNode(element) : describeEdge(element)));
  };
  const pin = (node) => (node.locked() ? node.unlock() : node.lock());
  const hide = (nodes) => {
    const chosen = nodes.union(cy.nodes(":selected")).not("[?start]");
    if (!chosen.length) {
      say("The entity in the middle cannot be hidden.");
      return;
    }
    chosen.unselect().addClass("by-hand");
    addStep("hide", () => chosen.removeClass("by-hand"));
    pick(null);
    say(`${chosen.length} hidden.`);
  };
  // --- several nodes, picked with Shift: expanded, pinned or hidden together
  const withExpanded = (nodes) => {
    const address = new URL(location.href);
    const known = new Set(address.searchParams.getAll("expand"));
    for (const node of nodes) {
      if (!known.has(node.id())) address.searchParams.append("expand", node.id());
    }
    return address.pathname + address.search;
  };
  const pickSeveral = () => {
    const nodes = cy.nodes(":selected").not(hidden);
    if (nodes.length < 2) return;
    cy.elements().removeClass("near far");
    const able = nodes.filter((node) => node.data("links") && node.data("links").expand);
    const buttons = document.createElement("p");
    buttons.className = "buttons";
    if (able.length) {
      const words = `expand ${able.length} nodes`;
      buttons.append(action(`Expand ${able.length}`, () => change(withExpanded(able), words)));
    }
    buttons.append(
      action("Pin all", () => { nodes.lock(); say(`${nodes.length} pinned.`); }),
      action("Hide all", () => hide(nodes)),
    );
    panel.replaceChildren(line("h3", `${nodes.length} nodes picked`), buttons);
    panel.hidden = false;
  };
  cy.on("boxend", () => setTimeout(pickSeveral));
  cy.on("tap", (event) => pick(event.target === cy ? null : event.target));
  cy.on("dbltap", "node", (event) => {
    const { links, label, sort } = event.target.data();
    if (sort === "crowd") unfold(event.target);
    else if (links && links.expand) change(links.expand, `expand ${label}`);
  });
  let before = null;
  cy.on("grab", "node", () => { before = positions(); });
  cy.on("free", "node", (event) => {
    const places = before;
    const old = places && places.get(event.target.id());
    const { x, y } = event.target.position();
    if (old && Math.hypot(old.x - x, old.y - y) > 3) addStep("move", () => restore(places));
  });

  // --- keyboard: arrows go to the next node in that direction
  const toward = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const step = ([dx, dy]) => {
    const from = shownNodes().filter(":selected")[0] || cy.nodes("[?start]")[0];
    const origin = from.position();
    let best = null;
    let least = Infinity;
    for (const node of shownNodes().not(from).toArray()) {
      const { x, y } = node.position();
      const along = (x - origin.x) * dx + (y - origin.y) * dy;
      const aside = Math.abs((x - origin.x) * dy) + Math.abs((y - origin.y) * dx);
      if (along > 0 && along + 2 * aside < least) [best, least] = [node, along + 2 * aside];
    }
    if (!best) return;
    cy.elements().unselect();
    best.select();
    pick(best);
    say(best.data("title") || best.data("label"));
    cy.animate({ center: { eles: best }, duration: 120 });
  };
  stage.addEventListener("keydown", (event) => {
    const node = cy.nodes(":selected")[0];
    const { key } = event;
    // keys of the browser: back, zoom, print
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (toward[key]) step(toward[key]);
    else if (key === "+" || key === "-") zoom(key === "+" ? 1.3 : 1 / 1.3);
    else if (key === "Enter" && node) node.emit("dbltap");
    else if (key === "Delete" && node) hide(node);
    else if (key === "p" && node) pin(node);
    else if (key === "Escape") { cy.elements().unselect(); pick(null); } else return;
    event.preventDefault();
    event.stopPropagation();
  });

  // --- who matters: sizes and frames, with a list in words, and what it does not say
  const caveat = "Counted over what is shown. Lists state what agencies collect: who is watched "
    + "more has more lines, and a formation agent or a call shop stands between people who never "
    + "met.";
  const percent = (value, most) => `${Math.round((100 * value) / (most || 1))} %`;
  const rank = (value, words) => (parts) => {
    const nodes = parts.nodes().toArray();
    const values = new Map(nodes.map((node) => [node, value(parts, node)]));
    const most = Math.max(...values.values(), 0);
    for (const node of nodes) node.data("mark", most ? values.get(node) / most : 0);
    return nodes.filter((node) => values.get(node) > 0)
      .sort((a, b) => values.get(b) - values.get(a)).slice(0, 10)
      .map((node) => `${node.data("label")}: ${words(values.get(node), most)}`);
  };
  const measures = {
    neighbors: {
      title: "Most neighbors",
      run: rank(
        (parts, node) => node.neighborhood("node").intersection(parts).length,
        (count) => `${count}`,
      ),
    },
    brokers: {
      title: "Brokers: most of the shortest paths lead over them",
      run: (parts) => {
        const { betweenness } = parts.betweennessCentrality({ directed: false });
        return rank((_, node) => betweenness(node), percent)(parts);
      },
    },
    cuts: {
      title: "Cut points: without them the network falls apart",
      run: (parts) => {
        const { cut } = parts.hopcroftTarjanBiconnected();
        const without = (node) => parts.difference(node.union(node.connectedEdges()));
        const pieces = (node) => without(node).components().length;
        return rank(
          (_, node) => (cut.has(node) ? pieces(node) - 1 : 0),
          (count) => `would leave ${count + 1} pieces`,
        )(parts);
      },
    },
    communities: {
      title: "Communities: more lines inside than to others",
      run: (parts) => {
        const groups = parts.markovClustering({ attributes: [(edge) => edge.data("count")] })
          .filter((group) => group.nodes().length > 1)
          .sort((a, b) => b.nodes().length - a.nodes().length);
        groups.forEach((group, place) => group.nodes().data("community", place % frames.length));
        return groups.slice(0, 10).map((group) => {
          const names = group.nodes().map((node) => node.data("label"));
          const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
          return `${names.slice(0, 5).join(", ")}${more}`;
        });
      },
    },
  };
  const measure = (name) => {
    cy.nodes().removeData("mark community");
    const place = find("[data-measured]");
    place.hidden = !measures[name];
    if (!measures[name]) return;
    // folded crowds count one by one
    const away = ".off, .left-out, .by-hand";
    const nodes = cy.nodes().not(away).not("[look='crowd']");
    const parts = nodes.union(nodes.edgesWith(nodes).not(away));
    const rows = measures[name].run(parts);
    const list = document.createElement("ol");
    list.append(...rows.map((row) => line("li", row)));
    const none = rows.length ? [] : [line("p", "Nobody stands out.")];
    place.replaceChildren(line("h3", measures[name].title), ...none, list, line("p", caveat));
  };

  // --- tools
  const zoom = (factor) => cy.zoom({
    level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 },
  });
  const acts = {
    fit,
    in: () => zoom(1.3),
    out: () => zoom(1 / 1.3),
    undo,
    all: () => {
      const left = cy.elements(".by-hand").removeClass("by-hand");
      if (left.length) addStep("show all", () => left.addClass("by-hand"));
    },
  };
  tools.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button) acts[button.dataset.act]();
  });
  const filter = () => {
    const least = Number(find("[data-least]", tools).value);
    const sorts = new Set(findAll("[data-sort]", tools).filter((box) => !box.checked)
      .map((box) => box.dataset.sort));
    // those in a crowd are left out with what leads to them
    const places = positions();
    unfoldAll();
    cy.batch(() => {
      cy.elements().removeClass("left-out");
      cy.nodes().filter((node) => sorts.has(node.data("look")) && !node.data("start"))
        .addClass("left-out");
      cy.edges().filter((edge) => edge.data("lists") < least).addClass("left-out");
      // what nothing shown leads to is not shown either
      if (least > 1 || sorts.size) shownNodes().difference(reachedNodes()).addClass("left-out");
    });
    fold(places);
    say(`${shownNodes().length} of ${data.nodes.length} shown.`);
  };
  tools.addEventListener("change", (event) => {
    const { dataset } = event.target;
    if ("layout" in dataset) {
      const places = positions();
      layOut();
      addStep("layout", () => restore(places));
    } else if ("words" in dataset) cy.edges().toggleClass("words", event.target.checked);
    else if ("least" in dataset || "sort" in dataset) filter();
    else if ("measure" in dataset) measure(event.target.value);
  });
  tools.addEventListener("input", (event) => {
    if (!("find" in event.target.dataset)) return;
    const text = event.target.value.trim().toLowerCase();
    cy.nodes().removeClass("found");
    if (!text) return;
    const found = shownNodes().filter((node) => (node.data("title") || node.data("label"))
      .toLowerCase().includes(text)).addClass("found");
    say(`${found.length} found.`);
    if (found.length) cy.animate({ center: { eles: found }, duration: 150 });
  });

  // --- paths and years
  const markPaths = () => {
    cy.elements().removeClass("path");
    for (const path of data.paths) {
      path.forEach((id, place) => {
        const node = cy.getElementById(id).addClass("path");
        if (place) node.edgesWith(cy.getElementById(path[place - 1])).addClass("path");
      });
    }
  };
  const applyYear = () => {
    const year = chosenYear();
    cy.batch(() => {
      cy.elements().removeClass("off");
      if (!year) return;
      cy.edges("[years]").filter((edge) => !isInYear(edge.data("years"), year)).addClass("off");
      shownNodes().difference(reachedNodes()).addClass("off");
    });
  };
  document.addEventListener("year", applyYear);

  stage.paint = () => cy.png({
    output: "blob-promise", full: true, scale: 2, maxWidth: 8000, maxHeight: 8000,
    bg: color("panel"),
  });

  markPaths();
  const crowds = fold();
  layOut();
  applyYear();
  if (crowds) say("Crowds are folded into one node each; open one with a double click.");
})();
