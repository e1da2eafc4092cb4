"use strict";
// All texts of the data are put into the page as text, never as markup.
const data = JSON.parse(document.getElementById("data").textContent);
// What several questions have in common is stored once; they have its index.
const shared = data.shared;
const byId = (id) => document.getElementById(id);
const list = byId("list");
const marks = {
  "right": ["\u2713", "is-right"],
  "partly right": ["\u25d0", "is-partly"],
  "wrong": ["\u2717", "is-wrong"],
  "not understood": ["?", "is-other"],
  "cut off": ["\u2026", "is-other"],
  "refused": ["\u2298", "is-other"],
  "missing": ["\u2205", "is-other"],
};
const PREFIX = "#item/";
let visible = [];
let current = null;

/** Makes an element with attributes and children; children that are texts become text nodes. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

function fragment(entry) {
  return PREFIX + encodeURIComponent(entry.id);
}

function pictureUrl(path) {
  return "pictures/" + path.split("/").map(encodeURIComponent).join("/");
}

function mark(entry) {
  const [sign, name] = marks[entry.outcome];
  return make("span", { class: "mark " + name, "aria-hidden": "true" }, sign);
}

function buildFilters() {
  const form = byId("filters");
  for (const dimension of data.dimensions) {
    const select = make("select", { name: dimension.key }, make("option", { value: "" }, "all"));
    for (const value of dimension.values) {
      const count = data.entries.filter((entry) => entry.facets[dimension.key] === value).length;
      select.append(make("option", { value }, value + " (" + count + ")"));
    }
    form.append(make("label", {}, dimension.label, select));
  }
  const search = make("input", { type: "search", name: "id", placeholder: "such as T1-0" });
  form.append(make("label", {}, "Id contains", search));
  form.addEventListener("input", () => filter());
  form.addEventListener("submit", (event) => event.preventDefault());
}

function filter() {
  const form = byId("filters");
  const wanted = data.dimensions
    .map((dimension) => [dimension.key, form.elements.namedItem(dimension.key).value])
    .filter(([, value]) => value !== "");
  const id = form.elements.namedItem("id").value.trim().toLowerCase();
  visible = data.entries.filter((entry) =>
    wanted.every(([key, value]) => entry.facets[key] === value)
    && entry.id.toLowerCase().includes(id));
  list.replaceChildren(...visible.map((entry) =>
    make("li", {}, make("a", { href: fragment(entry), title: entry.outcome }, mark(entry), entry.id))));
  show(visible.includes(current) ? current : visible[0] || null);
}

function clearFilters() {
  byId("filters").reset();
  filter();
}

function describe(entry) {
  const rows = [
    ["Result", entry.outcome + ", " + entry.score.toFixed(2) + " points"
      + (entry.is_cut_off && entry.outcome !== "cut off" ? ", cut off" : "")],
    ["Reference", entry.reference],
    ["Understood", entry.understood === null ? "-" : entry.understood],
    ["Complex", entry.complex],
    ["Language", entry.language],
    ["Input", entry.mode],
  ];
  if (entry.prompt_tokens !== null || entry.completion_tokens !== null) {
    const count = (tokens) => (tokens === null ? "-" : String(tokens));
    rows.push(["Tokens", count(entry.prompt_tokens) + " of the question, "
      + count(entry.completion_tokens) + " of the answer"]);
  }
  if (entry.finish_reason !== null) rows.push(["End", entry.finish_reason]);
  const terms = rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]);
  return make("dl", {}, ...terms);
}

/** Lists what the model had drawn before it answered, in the order of its calls. */
function views(entry) {
  if (entry.views === null) return [];
  const heading = make("h4", {}, "Views that the model asked for: " + entry.views.length);
  const items = entry.views.map((view) => make("li", {},
    (view.picture === undefined ? "no picture" : "picture " + view.picture) + ": "
      + (view.commands.join("; ") || "as it is shown")
      + (view.size === undefined ? "" : ", " + view.size)
      + (view.error === undefined ? "" : " - nothing was drawn: " + view.error)));
  return [heading, make("ol", { class: "views" }, ...items)];
}

function picture(entry, path, place) {
  const caption = shared[entry.captions][place];
  const label = "Picture " + (place + 1) + ": " + caption;
  const letter = "ABCD"[shared[entry.options].indexOf(path)];
  let name = null;
  if (letter !== undefined && letter === entry.reference) name = "reference";
  else if (letter !== undefined && letter === entry.understood) name = "chosen";
  const notes = { reference: " (right)", chosen: " (given)" };
  const image = make("img", { src: pictureUrl(path), alt: label, decoding: "async" });
  const link = make("a", { href: pictureUrl(path), target: "_blank", rel: "noopener" }, image);
  return make("figure", { class: name }, link,
    make("figcaption", {}, label + (notes[name] || "")));
}

function show(entry) {
  current = entry;
  const place = visible.indexOf(entry);
  byId("previous").disabled = place <= 0;
  byId("next").disabled = place < 0 || place >= visible.length - 1;
  byId("position").textContent = entry === null
    ? "No question fits the filters." : (place + 1) + " of " + visible.length;
  for (const link of list.querySelectorAll("a[aria-current]")) link.removeAttribute("aria-current");
  const article = byId("entry");
  if (entry === null) {
    article.replaceChildren();
    return;
  }
  const link = list.children[place].firstChild;
  link.setAttribute("aria-current", "true");
  // Scrolls the list alone, not the page.
  list.scrollTop = list.children[place].offsetTop - list.offsetTop - list.clientHeight / 3;
  const text = entry.text === null ? make("p", {}, entry.endpoint_error === null
    ? "There is no prediction." : "The endpoint refused the question: " + entry.endpoint_error)
    : make("pre", {}, entry.text);
  article.replaceChildren(
    make("h3", {}, mark(entry), " ", make("a", { href: fragment(entry) }, entry.id)),
    describe(entry),
    make("h4", {}, "Text of the model"), text,
    ...views(entry),
    make("div", { class: "pictures" },
      ...shared[entry.pictures].map((one, index) => picture(entry, one, index))),
    ...shared[entry.tables].map((parts) => make("pre", { class: "coordinates", tabindex: "0" },
      parts.map((part) => shared[part]).join(""))),
    make("h4", {}, "Question"), make("pre", {}, shared[entry.question]),
  );
}

function step(by) {
  const entry = visible[visible.indexOf(current) + by];
  if (entry === undefined) return;
  show(entry);
  history.replaceState(null, "", fragment(entry));
}

/** Shows the item that the fragment names; filters that hide it are cleared. */
function follow() {
  if (!location.hash.startsWith(PREFIX)) return;
  let id = "";
  try {
    id = decodeURIComponent(location.hash.slice(PREFIX.length));
  } catch {
    return;
  }
  const entry = data.entries.find((other) => other.id === id);
  if (entry === undefined) {
    byId("position").textContent = "The question of this address is not shown on this page.";
    return;
  }
  current = entry;
  if (!visible.includes(entry)) clearFilters();
  show(entry);
  byId("entry").scrollIntoView({ block: "nearest" });
}

if (data.entries.length > 0) {
  byId("browser").hidden = false;
  buildFilters();
  filter();
  byId("previous").addEventListener("click", () => step(-1));
  byId("next").addEventListener("click", () => step(1));
  window.addEventListener("hashchange", follow);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (event.target.closest(".scroll") !== null) return;
    const by = { ArrowLeft: -1, p: -1, k: -1, ArrowRight: 1, n: 1, j: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    step(by);
  });
  follow();
}
