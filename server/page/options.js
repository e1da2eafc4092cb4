// The form of the render options, made from the server's own table (`v1/options`).

/** What is set by hand, elsewhere on the page. */
const ELSEWHERE = new Set(["size", "commands"]);
/** Groups that are open from the start. */
const OPEN = new Set(["Style"]);

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const capital = (text) => text[0].toUpperCase() + text.slice(1);
const titleOf = ({ name }) => capital(name.replaceAll("-", " "));

/** The element that takes an option's value, and how the value is read from it. */
function control(option) {
  const common = { id: option.name, title: option.help };
  const free = (properties) => {
    const input = element("input", { ...common, type: "text", spellcheck: false, autocomplete: "off", ...properties });
    input.placeholder = option.without ?? "";
    return { input, read: () => [input.value.trim()] };
  };
  switch (option.kind) {
    case "switch":
    case "inverted-switch":
    case "object":
    case "listed-keyword": {
      const on = option.default === "true";
      const input = element("input", { ...common, type: "checkbox", checked: on });
      return { input, read: () => [input.checked === on ? "" : String(input.checked)] };
    }
    case "keyword":
    case "one-of": {
      const words = option.words.map((word) => new Option(word, word));
      const first = option.default === null ? [new Option(`(${option.without ?? "none"})`, "")] : [];
      const input = element("select", common, ...first, ...words);
      input.value = option.default ?? "";
      return { input, read: () => [input.value === option.default ? "" : input.value] };
    }
    case "keywords": {
      const words = option.words.map((word) => new Option(word, word));
      const input = element("select", { ...common, multiple: true, size: Math.min(words.length, 4) }, ...words);
      return { input, read: () => [[...input.selectedOptions].map(({ value }) => value).join(",")] };
    }
    case "number":
    case "integer":
      return free({ type: "number", min: option.minimum, max: option.maximum, step: option.kind === "integer" ? 1 : "any" });
    case "transforms":
    case "texts": {
      const example = option.kind === "texts" ? "active site => resi 25" : "ligand: move x 5";
      const input = element("textarea", { ...common, rows: 2, placeholder: example, spellcheck: false });
      return { input, read: () => input.value.split("\n").map((line) => line.trim()) };
    }
    default:
      return free({});
  }
}

/** Fills `container` with a control for every option; `changed` is called after each change.
 *  Returns a function that gives the names and values of those that differ from their defaults. */
export function optionForm(container, table, changed) {
  const readers = [];
  const groups = new Map();
  const seen = new Set();
  for (const option of table) {
    // Of several options for one value the first one is shown.
    if (!option.in_url || ELSEWHERE.has(option.name) || seen.has(option.pointer)) continue;
    seen.add(option.pointer);
    const { input, read } = control(option);
    input.addEventListener("change", changed);
    readers.push([option.name, read]);
    if (!groups.has(option.group)) {
      const group = element("details", { open: OPEN.has(option.group) }, element("summary", { textContent: option.group }));
      groups.set(option.group, group);
    }
    const unit = option.unit && option.kind === "number" ? ` (${option.unit})` : "";
    const title = document.createTextNode(` ${titleOf(option)}${unit} `);
    const isSwitch = input.type === "checkbox";
    groups.get(option.group).append(element("label", { className: isSwitch ? "switch" : "" }, ...(isSwitch ? [input, title] : [title, input])));
  }
  container.replaceChildren(...groups.values());
  return () => readers.flatMap(([name, read]) => read().filter(Boolean).map((value) => [name, value]));
}
