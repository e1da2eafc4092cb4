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
const ABBREVIATIONS = { fov: "field of view", jpeg: "JPEG" };
const titleOf = ({ name }) => capital(name.split("-").map((word) => ABBREVIATIONS[word] ?? word).join(" "));
const UNITS = { angstrom: "Å", degrees: "°", pixels: "px" };

/** Longest text that a field of the panel shows. */
const PLACEHOLDER_MAX = 16;
/** What the values of some kinds look like. */
const EXAMPLES = {
  color: "#4477aa",
  background: "#4477aa",
  colors: "#4477aa,#ee6677",
  selection: "protein and not water",
  residue: "ARG 45 A",
  offset: "0,0.5,0",
  "label-size": "0.7 or 14px",
  transforms: "ligand: move x 5",
  texts: "active site => resi 25",
};

/** What an option does, which values it takes, and what happens without it. */
function explanation(option) {
  const parts = [option.help];
  if (option.minimum !== undefined) parts.push(`${option.minimum} to ${option.maximum}.`);
  if (!isSwitch(option) && option.without) parts.push(`Default: ${option.without}.`);
  return parts.join(" ");
}

const isSwitch = ({ kind }) => ["switch", "inverted-switch", "object", "listed-keyword"].includes(kind);

/** A label with its control inside, so that they belong together without ids. */
function labelled(option, input) {
  const unit = UNITS[option.unit] ? ` (${UNITS[option.unit]})` : "";
  const title = element("span", { textContent: titleOf(option) + unit });
  const content = isSwitch(option) ? [input, title] : [title, input];
  const className = isSwitch(option) ? "switch" : input.tagName === "TEXTAREA" ? "" : "row";
  return element("label", { className, title: explanation(option) }, ...content);
}

/** The element of the form for an option, and how its values are read and written. An empty value
 *  is the default. */
function control(option) {
  const common = { id: option.name };
  const free = (properties) => {
    const input = element("input", { ...common, type: "text", spellcheck: false, autocomplete: "off", ...properties });
    const without = option.without ?? "";
    input.placeholder = without && without.length <= PLACEHOLDER_MAX ? without : (EXAMPLES[option.kind] ?? "(default)");
    return { shown: labelled(option, input), read: () => [input.value.trim()], write: ([value]) => { input.value = value ?? ""; } };
  };
  switch (option.kind) {
    case "switch":
    case "inverted-switch":
    case "object":
    case "listed-keyword": {
      const on = option.default === "true";
      const input = element("input", { ...common, type: "checkbox", checked: on });
      const write = ([value]) => { input.checked = value === undefined ? on : ["true", "1", "yes", ""].includes(value); };
      return { shown: labelled(option, input), read: () => [input.checked === on ? "" : String(input.checked)], write };
    }
    case "keyword":
    case "one-of": {
      const words = option.words.map((word) => new Option(word, word));
      const first = option.default === null ? [new Option("(default)", "")] : [];
      const input = element("select", common, ...first, ...words);
      input.value = option.default ?? "";
      const write = ([value]) => { input.value = value ?? option.default ?? ""; };
      return { shown: labelled(option, input), read: () => [input.value === option.default ? "" : input.value], write };
    }
    case "keywords": {
      const boxes = option.words.map((word) => element("input", { type: "checkbox", value: word }));
      const labels = boxes.map((box) => element("label", { className: "switch" }, box, element("span", { textContent: box.value })));
      const legend = element("legend", { textContent: titleOf(option) });
      const shown = element("fieldset", { ...common, title: explanation(option) }, legend, ...labels);
      const write = ([value]) => { for (const box of boxes) box.checked = (value ?? "").split(",").includes(box.value); };
      return { shown, read: () => [boxes.filter(({ checked }) => checked).map(({ value }) => value).join(",")], write };
    }
    case "number":
    case "integer":
      return free({ type: "number", min: option.minimum, max: option.maximum, step: option.kind === "integer" ? 1 : "any" });
    case "transforms":
    case "texts": {
      const input = element("textarea", { ...common, rows: 2, placeholder: EXAMPLES[option.kind], spellcheck: false });
      const write = (values) => { input.value = values.join("\n"); };
      return { shown: labelled(option, input), read: () => input.value.split("\n").map((line) => line.trim()), write };
    }
    default:
      return free({});
  }
}

/** Fills `container` with a control for every option; `changed` is called after each change.
 *  Returns two functions: `read` gives the names and values of those that differ from their
 *  defaults, and `write` sets all of them from the parameters of an address. */
export function optionForm(container, table, changed) {
  const controls = [];
  const groups = new Map();
  const seen = new Set();
  for (const option of table) {
    // Of several options for one value the first one is shown.
    if (!option.in_url || ELSEWHERE.has(option.name) || seen.has(option.pointer)) continue;
    seen.add(option.pointer);
    const { shown, read, write } = control(option);
    shown.addEventListener("change", changed);
    controls.push({ name: option.name, read, write, shown });
    if (!groups.has(option.group)) {
      const group = element("details", { open: OPEN.has(option.group) }, element("summary", { textContent: option.group }));
      groups.set(option.group, group);
    }
    groups.get(option.group).append(shown);
  }
  container.replaceChildren(...groups.values());
  return {
    read: () => controls.flatMap(({ name, read }) => read().filter(Boolean).map((value) => [name, value])),
    write: (parameters) => {
      for (const { name, write, shown } of controls) {
        write(parameters.getAll(name));
        if (parameters.has(name)) shown.closest("details").open = true;
      }
    },
  };
}
