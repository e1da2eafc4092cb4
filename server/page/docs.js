// The description of the interface as a page: every operation with its parameters, body and
// answers, and every schema.

const element = (name, content = [], attributes = {}) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...[content].flat().filter((part) => part !== undefined && part !== null));
  return made;
};

/** A schema in a few words; links lead to named ones. */
function words(schema) {
  if (!schema) return "";
  if (schema.$ref) {
    const name = schema.$ref.split("/").pop();
    return element("a", name, { href: `#${name}` });
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (schema.enum) return schema.enum.join(", ");
  if (schema.const !== undefined) return String(schema.const);
  if (choices) return element("span", choices.flatMap((choice, index) => [index ? " or " : "", words(choice)]));
  if (schema.allOf?.length === 1) return words(schema.allOf[0]);
  if (schema.type === "array") return element("span", ["list of ", words(schema.items)]);
  const range = [schema.minimum, schema.maximum].some((bound) => bound !== undefined)
    ? `, ${schema.minimum ?? ""} to ${schema.maximum ?? ""}` : "";
  return `${[schema.type].flat().join(" or ")}${range}${schema.pattern ? `, ${schema.pattern}` : ""}`;
}

const row = (cells, kind = "td") => element("tr", cells.map((cell) => element(kind, cell ?? "")));
const fallback = (schema) => (schema?.default === undefined ? "" : JSON.stringify(schema.default));

function table(heads, rows) {
  return rows.length ? element("table", [row(heads, "th"), ...rows]) : undefined;
}

function operation(path, method, about, shared) {
  const all = [...(shared ?? []), ...(about.parameters ?? [])];
  const parameters = all.map((p) => row([element("code", p.name), p.in, words(p.schema), fallback(p.schema), p.description]));
  const body = Object.entries(about.requestBody?.content ?? {}).map(([type, { schema }]) => row([type, words(schema)]));
  const answers = Object.entries(about.responses).map(([status, answer]) =>
    row([status, answer.description, Object.entries(answer.content ?? {}).flatMap(([type, { schema }]) => [type, " ", words(schema), element("br")])]));
  return element("details", [
    element("summary", [element("b", method.toUpperCase()), element("code", path), about.summary]),
    about.description && element("p", about.description),
    table(["parameter", "in", "form", "default", ""], parameters),
    table(["body", "form"], body),
    table(["answer", "", "form"], answers),
  ]);
}

function schema(name, about) {
  const required = new Set(about.required ?? []);
  const rows = Object.entries(about.properties ?? {}).map(([key, value]) =>
    row([element("code", key), words(value), fallback(value), required.has(key) ? "required" : "", value.description]));
  const meanings = about["x-enum-descriptions"];
  const values = !meanings ? [] : about.enum.map((value, index) => row([element("code", value), "", "", "", meanings[index]]));
  return element("details", [
    element("summary", element("code", name)),
    about.description && element("p", about.description),
    table(["key", "form", "default", "", ""], [...rows, ...values]) ?? element("p", [words(about)]),
  ], { id: name });
}

/** Opens what an address points to. */
function open() {
  const target = document.getElementById(location.hash.slice(1));
  if (!target) return;
  target.open = true;
  target.scrollIntoView();
}

try {
  const document_ = await (await fetch("openapi.json")).json();
  document.getElementById("about").textContent = `${document_.info.description} Version ${document_.info.version}.`;
  const place = document.getElementById("paths");
  for (const tag of document_.tags) {
    place.append(element("h2", tag.name));
    for (const [path, item] of Object.entries(document_.paths))
      for (const [method, about] of Object.entries(item))
        if (about.tags?.includes(tag.name)) place.append(operation(path, method, about, item.parameters));
  }
  place.append(element("h2", "schemas"));
  for (const [name, about] of Object.entries(document_.components.schemas)) place.append(schema(name, about));
  addEventListener("hashchange", open);
  open();
} catch (error) {
  document.getElementById("about").textContent = `The description cannot be read: ${error.message}`;
}
