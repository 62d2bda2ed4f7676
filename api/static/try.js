// Read /openapi.json, offer a form for every operation, send it and show the response.
// Text is only ever set as text, never as markup.
"use strict";

const EXAMPLES = {
  match_match:
    '{"queries": {"one": {"schema": "Person", ' +
    '"properties": {"name": ["Ivan Petrov"], "birthDate": ["1962"]}}}}',
  records_post:
    '{"id": "1", "datasets": ["trial"], "schema": "Person", ' +
    '"properties": {"name": ["Ivan Petrov"]}}',
};

function makeElement(name, text, attributes = {}) {
  const element = document.createElement(name);
  if (text) element.textContent = text;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function makeControl(parameter) {
  const schema = parameter.schema || {};
  const booleans = schema.type === "boolean" ? ["true", "false"] : null;
  const words = schema.enum || (schema.items || {}).enum || booleans;
  const box = words ? makeElement("select") : makeElement("input");
  if (words) {
    if (!parameter.required) box.append(makeElement("option", "", { value: "" }));
    for (const word of words) box.append(makeElement("option", word, { value: word }));
  }
  box.name = parameter.name;
  if (parameter.required) box.required = true;
  return box;
}

function makeField(parameter) {
  const label = makeElement("label", `${parameter.name}${parameter.required ? " *" : ""}`);
  const box = makeControl(parameter);
  label.append(box);
  const several = (parameter.schema || {}).type === "array" && box.tagName === "INPUT";
  const hint = several ? "Several values: separate them by |" : "";
  const help = [parameter.description, hint].filter(Boolean).join(" ");
  if (help) label.append(makeElement("small", help));
  return [parameter, box, label];
}

function buildAddress(path, fields) {
  const query = new URLSearchParams();
  for (const [parameter, box] of fields) {
    if (box.value === "") continue;
    if (parameter.in === "path") {
      path = path.replace(`{${parameter.name}}`, encodeURIComponent(box.value));
    } else if (parameter.in === "query") {
      const several = parameter.schema.type === "array" ? box.value.split("|") : [box.value];
      for (const value of several) query.append(parameter.name, value.trim());
    }
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

function buildHeaders(fields, kind) {
  const values = {};
  const key = document.getElementById("key").value;
  const purpose = document.getElementById("purpose").value;
  if (key) values.Authorization = `ApiKey ${key}`;
  if (purpose && /^[ -~]*$/.test(purpose)) values["X-Purpose"] = purpose;
  if (kind) values["Content-Type"] = kind;
  for (const [parameter, box] of fields) {
    if (parameter.in === "header" && box.value) values[parameter.name] = box.value;
  }
  return values;
}

async function send(method, url, options, out) {
  out.replaceChildren(makeElement("p", `${method.toUpperCase()} ${url} …`));
  const start = performance.now();
  try {
    const response = await fetch(url, options);
    const text = await response.text();
    const duration = Math.round(performance.now() - start);
    const status = `${response.status} ${response.statusText}`;
    let shown = text;
    try {
      shown = JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      // not JSON: show it as it is
    }
    const summary = `${method.toUpperCase()} ${url}: ${status}, ${duration} ms`;
    out.replaceChildren(
      makeElement("p", summary, { id: "status" }),
      makeElement("pre", shown, { id: "answer", tabindex: "0" }),
    );
  } catch (error) {
    out.replaceChildren(makeElement("p", `No response: ${error.message}`, { id: "status" }));
  }
}

function makeBody(operation) {
  const kinds = Object.keys((operation.requestBody || { content: {} }).content);
  if (!kinds.length) return null;
  const kind = makeElement("select", "", { "aria-label": "Type of the body" });
  for (const word of kinds.filter((word) => word !== "multipart/form-data")) {
    kind.append(makeElement("option", word));
  }
  const example = EXAMPLES[operation.operationId] || "";
  const text = makeElement("textarea", example, { "aria-label": "Body", spellcheck: "false" });
  return { kind, text };
}

function show(path, method, operation) {
  const place = document.getElementById("operation");
  const form = makeElement("form");
  const fields = (operation.parameters || []).map(makeField);
  const bodyFields = makeBody(operation);
  const out = makeElement("div");
  form.append(...fields.map(([, , label]) => label));
  if (bodyFields) form.append(bodyFields.kind, bodyFields.text);
  form.append(makeElement("button", "Send", { type: "submit" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const kind = bodyFields && bodyFields.kind.value;
    const options = { method: method.toUpperCase(), headers: buildHeaders(fields, kind) };
    if (bodyFields) options.body = bodyFields.text.value;
    send(method, buildAddress(path, fields), options, out);
  });
  const title = makeElement("h2", `${method.toUpperCase()} ${path}`);
  place.replaceChildren(title, makeElement("p", operation.description), form, out);
}

async function listOperations() {
  const list = document.getElementById("operations");
  const description = await (await fetch("/openapi.json")).json();
  for (const [path, item] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const attributes = { type: "button", title: operation.summary, id: operation.operationId };
      const button = makeElement("button", "", attributes);
      button.append(makeElement("b", method.toUpperCase()), path);
      button.addEventListener("click", () => {
        for (const other of list.children) other.removeAttribute("aria-current");
        button.setAttribute("aria-current", "true");
        show(path, method, operation);
      });
      list.append(button);
    }
  }
}

listOperations();
