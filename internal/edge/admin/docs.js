// Lists the operations of the OpenAPI document, with their shapes.
"use strict";

const element = (name, text, className) => {
  const e = document.createElement(name);
  if (text) e.textContent = text;
  if (className) e.className = className;
  return e;
};

// shape writes a schema as a sketch of its JSON; deep ones are only named.
const shape = (doc, s, depth) => {
  if (!s) return "";
  if (s.$ref) {
    const name = s.$ref.split("/").pop();
    return depth > 2 ? name : shape(doc, doc.components.schemas[name], depth + 1);
  }
  if (s.anyOf) return s.anyOf.map((x) => shape(doc, x, depth)).join(" | ");
  const type = [].concat(s.type ?? "any");
  if (type.includes("array")) return "[" + shape(doc, s.items, depth) + "]";
  if (type.includes("object") && s.properties) {
    const pad = "  ".repeat(depth);
    const required = new Set(s.required ?? []);
    const lines = Object.entries(s.properties).map(
      ([k, v]) => `${pad}  ${k}${required.has(k) ? "" : "?"}: ${shape(doc, v, depth + 1)}`);
    return "{\n" + lines.join("\n") + "\n" + pad + "}";
  }
  return s.enum ? s.enum.map((x) => JSON.stringify(x)).join(" | ") : type.join(" | ");
};

const schemaOf = (part) => part?.content && Object.values(part.content)[0]?.schema;

const operation = (doc, method, path, o) => {
  const d = element("details");
  const head = element("summary");
  head.append(element("span", method.toUpperCase(), "m"), element("code", path), element("span", o["x-permission"] ?? "", "p"));
  d.append(head);
  const parts = [];
  for (const p of o.parameters ?? []) parts.push(`${p.in} ${p.name}${p.required ? "" : "?"}: ${shape(doc, p.schema, 1)}`);
  if (parts.length) d.append(element("pre", parts.join("\n")));
  const body = schemaOf(o.requestBody);
  if (body) d.append(element("h4", "Request"), element("pre", shape(doc, body, 0)));
  for (const [status, r] of Object.entries(o.responses)) {
    const s = schemaOf(r);
    if (s) d.append(element("h4", status), element("pre", shape(doc, s, 0)));
  }
  return d;
};

fetch("/api/v1/openapi.json").then((r) => r.json()).then((doc) => {
  document.getElementById("about").textContent = doc.info.description;
  const list = document.getElementById("list");
  for (const [path, methods] of Object.entries(doc.paths))
    for (const [method, o] of Object.entries(methods)) list.append(operation(doc, method, path, o));
});
