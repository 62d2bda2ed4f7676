// Reads /openapi.json, offers a form for every operation, sends it, and shows what comes back. Text is only ever set as
// text, never as markup.
"use strict";

const FIRST = {
  match_match: '{"queries": {"one": {"schema": "Person", "properties": {"name": ["Ivan Petrov"], "birthDate": ["1962"]}}}}',
  records_post: '{"id": "1", "datasets": ["trial"], "schema": "Person", "properties": {"name": ["Ivan Petrov"]}}',
};

function made(name, text, attributes = {}) {
  const element = document.createElement(name);
  if (text) element.textContent = text;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function control(parameter) {
  const schema = parameter.schema || {};
  const words = schema.enum || (schema.items || {}).enum || (schema.type === "boolean" ? ["true", "false"] : null);
  const box = words ? made("select") : made("input");
  if (words) {
    if (!parameter.required) box.append(made("option", "", { value: "" }));
    for (const word of words) box.append(made("option", word, { value: word }));
  }
  box.name = parameter.name;
  if (parameter.required) box.required = true;
  return box;
}

function field(parameter) {
  const label = made("label", `${parameter.name}${parameter.required ? " *" : ""}`);
  const box = control(parameter);
  label.append(box);
  const several = (parameter.schema || {}).type === "array" && box.tagName === "INPUT";
  const help = [parameter.description, several ? "Several values: separate them by |" : ""].filter(Boolean).join(" ");
  if (help) label.append(made("small", help));
  return [parameter, box, label];
}

function address(path, fields) {
  const query = new URLSearchParams();
  for (const [parameter, box] of fields) {
    if (box.value === "") continue;
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(box.value));
    else if (parameter.in === "query") {
      const several = parameter.schema.type === "array" ? box.value.split("|") : [box.value];
      for (const value of several) query.append(parameter.name, value.trim());
    }
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

function headers(fields, kind) {
  const said = {};
  const key = document.getElementById("key").value;
  const purpose = document.getElementById("purpose").value;
  if (key) said.Authorization = `ApiKey ${key}`;
  if (purpose && /^[ -~]*$/.test(purpose)) said["X-Purpose"] = purpose;
  if (kind) said["Content-Type"] = kind;
  for (const [parameter, box] of fields) {
    if (parameter.in === "header" && box.value) said[parameter.name] = box.value;
  }
  return said;
}

async function send(method, url, options, out) {
  out.replaceChildren(made("p", `${method.toUpperCase()} ${url} …`));
  const began = performance.now();
  try {
    const answer = await fetch(url, options);
    const text = await answer.text();
    const took = Math.round(performance.now() - began);
    let shown = text;
    try {
      shown = JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      // not JSON: shown as it is
    }
    out.replaceChildren(
      made("p", `${method.toUpperCase()} ${url}: ${answer.status} ${answer.statusText}, ${took} ms`, { id: "status" }),
      made("pre", shown, { id: "answer", tabindex: "0" }),
    );
  } catch (error) {
    out.replaceChildren(made("p", `No answer: ${error.message}`, { id: "status" }));
  }
}

function body(operation) {
  const kinds = Object.keys((operation.requestBody || { content: {} }).content);
  if (!kinds.length) return null;
  const kind = made("select", "", { "aria-label": "Type of the body" });
  for (const word of kinds.filter((word) => word !== "multipart/form-data")) kind.append(made("option", word));
  const text = made("textarea", FIRST[operation.operationId] || "", { "aria-label": "Body", spellcheck: "false" });
  return { kind, text };
}

function show(path, method, operation) {
  const place = document.getElementById("operation");
  const form = made("form");
  const fields = (operation.parameters || []).map(field);
  const sent = body(operation);
  const out = made("div");
  form.append(...fields.map(([, , label]) => label));
  if (sent) form.append(sent.kind, sent.text);
  form.append(made("button", "Send", { type: "submit" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const options = { method: method.toUpperCase(), headers: headers(fields, sent && sent.kind.value) };
    if (sent) options.body = sent.text.value;
    send(method, address(path, fields), options, out);
  });
  place.replaceChildren(made("h2", `${method.toUpperCase()} ${path}`), made("p", operation.description), form, out);
}

async function begin() {
  const list = document.getElementById("operations");
  const document_ = await (await fetch("/openapi.json")).json();
  for (const [path, item] of Object.entries(document_.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const button = made("button", "", { type: "button", title: operation.summary, id: operation.operationId });
      button.append(made("b", method.toUpperCase()), path);
      button.addEventListener("click", () => {
        for (const other of list.children) other.removeAttribute("aria-current");
        button.setAttribute("aria-current", "true");
        show(path, method, operation);
      });
      list.append(button);
    }
  }
}

begin();
