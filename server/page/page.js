import { optionForm } from "./options.js";
import { commands, fresh, multiply, turn, viewOf } from "./view.js";

const $ = (id) => document.getElementById(id);
const frame = $("frame");
const picture = $("picture");
// While something moves, pictures of this size are requested, which arrive within a frame or two.
const MOVING_EDGE = 384;
const SETTLE_MS = 160;

const HELP = $("help").textContent;

let seen = fresh();
let extent = 40; // angstrom across the structure, for moving
let structure = "";

const headers = () => ($("token").value ? { Authorization: `Bearer ${$("token").value}` } : {});

function showError(text) {
  $("error").textContent = text;
  $("error").hidden = !text;
}

/** Fetches. A failure is an error with the detail of the problem document. */
async function ask(url, options = {}) {
  let answer;
  try {
    answer = await fetch(url, { ...options, headers: { ...headers(), ...options.headers } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server does not answer. Is it still running?");
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => null);
  if (answer.status === 401) $("access").open = true;
  const error = new Error(problem?.detail ?? `The server answered ${answer.status}.`);
  error.retryAfter = Number(answer.headers.get("retry-after"));
  throw error;
}

const sides = () => $("size").value.split("x").map(Number);

// Reads and writes the options that differ from their defaults; set when the form is made.
let form = null;
const DEFAULT_SIZE = $("size").value;
const DEFAULT_COMMANDS = commands(fresh()).join("; ");

/** The parameters of the picture's URL, those with defaults left out. */
function parameters(size) {
  const list = new URLSearchParams({ size, commands: commands(seen).join("; ") });
  for (const [name, value] of form?.read() ?? []) list.append(name, value);
  return list;
}

// The address of the page names the structure and, as the picture's URL does, size, view and
// options: `#ID?size=...&commands=...`. What has its default is left out.

/** The part of the page's address for what is shown. */
function state() {
  const list = parameters($("size").value);
  if (list.get("size") === DEFAULT_SIZE) list.delete("size");
  if (list.get("commands") === DEFAULT_COMMANDS) list.delete("commands");
  const query = String(list);
  return `#${encodeURIComponent(structure)}${query && `?${query}`}`;
}

/** The structure and the parameters in the page's address. */
function named() {
  const [id, ...query] = location.hash.slice(1).split("?");
  try {
    return { id: decodeURIComponent(id), parameters: new URLSearchParams(query.join("?")) };
  } catch {
    return { id: "", parameters: new URLSearchParams() };
  }
}

/** Shows what the page's address names. */
async function restore() {
  const { id, parameters: list } = named();
  const size = list.get("size") ?? DEFAULT_SIZE;
  if (![...$("size").options].some((option) => option.value === size)) $("size").append(new Option(size, size));
  $("size").value = size;
  form.write(list);
  await choose(id || "sample-hiv-protease", viewOf(list.get("commands") ?? ""));
}

const address = (size, file = "image.png") =>
  new URL(`v1/structures/${encodeURIComponent(structure)}/${file}?${parameters(size)}`, location.href).href;

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

/** Shows the URL, and the request that the server reads from it as JSON and as a curl command. */
async function showRequest() {
  const url = address($("size").value);
  $("url").textContent = url;
  let request = null;
  try {
    request = await (await ask(address($("size").value, "request.json"))).json();
  } catch {
    // The URL of the picture has the same error, which is shown.
  }
  // A later change shows its own request.
  if (url !== address($("size").value)) return;
  for (const name of ["json", "curl"]) {
    $(name).textContent = "";
    document.querySelector(`[data-copy=${name}]`).disabled = !request;
  }
  if (!request) return;
  const token = $("token").value ? ` -H "Authorization: Bearer $TOKEN"` : "";
  $("json").textContent = JSON.stringify(request, null, 1);
  $("curl").textContent =
    `curl -sS${token} ${new URL("v1/render", location.href).href} \\\n  -H 'Content-Type: application/json' \\\n` +
    `  -d ${quoted(JSON.stringify(request))} -o picture.png`;
}

// One picture is requested at a time, and the latest request is the next: the picture follows the
// pointer and never lags behind by a queue. One that takes long is cancelled for a newer request;
// the server drops it, too.
const LONG_MS = 250;
let latest = null;
let drawing = null;
let settle = 0;

function draw(moving = false) {
  if (!structure) return;
  $("whole").hidden = !seen.crop;
  if (moving) $("url").textContent = address($("size").value);
  else {
    showRequest();
    if (location.hash !== state()) history.replaceState(null, "", state());
  }
  const [width, height] = sides();
  const scale = moving ? Math.min(1, MOVING_EDGE / Math.max(width, height)) : 1;
  latest = `${Math.round(width * scale)}x${Math.round(height * scale)}`;
  clearTimeout(settle);
  if (moving) settle = setTimeout(() => draw(false), SETTLE_MS);
  if (!drawing) work();
  else if (performance.now() - drawing.start > LONG_MS) drawing.cancel.abort();
}

async function work() {
  while (latest) {
    const size = latest;
    latest = null;
    const start = performance.now();
    drawing = { start, cancel: new AbortController() };
    try {
      const answer = await ask(address(size), { signal: drawing.cancel.signal });
      const bytes = await answer.blob();
      const url = URL.createObjectURL(bytes);
      const before = picture.src;
      picture.src = url;
      await picture.decode().catch(() => {});
      if (before.startsWith("blob:")) URL.revokeObjectURL(before);
      picture.alt = `${structure}: ${commands(seen).join("; ")}`;
      frame.dataset.drawn = String(Number(frame.dataset.drawn ?? 0) + 1);
      $("hint").hidden = true;
      const extension = bytes.type.split("/")[1] ?? "png";
      $("save").href = url;
      $("save").download = `${structure.slice(0, 40)}.${extension}`;
      $("save").hidden = false;
      const shown = `${picture.naturalWidth} x ${picture.naturalHeight}`;
      $("times").textContent = `${shown}, ${Math.round(bytes.size / 1024)} KiB in ${Math.round(performance.now() - start)} ms.`;
      showError("");
    } catch (error) {
      if (error.name === "AbortError") continue;
      showError(error.message);
      // The server is too busy, and says when to try again.
      if (error.retryAfter > 0 && error.retryAfter < 30) settle = setTimeout(() => draw(false), error.retryAfter * 1000);
    }
  }
  drawing = null;
}

// Choosing.
async function choose(id, view = fresh()) {
  // The back button returns to the structure before.
  if (structure && structure !== id && named().id !== id) history.pushState(null, "", `#${encodeURIComponent(id)}`);
  structure = id;
  seen = view;
  // A structure that is not in the list is added to it.
  if (![...$("structure").options].some((option) => option.value === id)) $("structure").prepend(new Option(shortened(id), id));
  $("structure").value = id;
  draw();
  try {
    const { summary } = await (await ask(`v1/structures/${encodeURIComponent(id)}`)).json();
    if (structure !== id) return;
    extent = Math.max(...summary.box_max_angstrom.map((high, axis) => high - summary.box_min_angstrom[axis]), 5) * 1.1;
  } catch (error) {
    showError(error.message);
  }
}

const shortened = (id) => (id.length > 40 ? `${id.slice(0, 12)}…` : id);

/** Ids of the structures of a source, at most `most`. */
async function idsOf(source, most, prefix = "") {
  const query = new URLSearchParams({ source, limit: most, prefix });
  return (await ask(`v1/structures?${query}`)).json();
}

async function list() {
  // A list shows the first structures of a large folder; others are found by prefix.
  const titles = { sample: "Samples", upload: "Uploads", folder: "Served folder" };
  const sources = Object.keys(titles);
  const pages = await Promise.all(sources.map((source) => idsOf(source, 500)));
  const groups = pages.map(({ structures, total, next }, index) => {
    const group = document.createElement("optgroup");
    group.label = titles[sources[index]] + (next ? ` (${structures.length} of ${total})` : "");
    group.append(...structures.map(({ id, title }) => new Option(title ?? shortened(id), id)));
    return group;
  });
  $("structure").replaceChildren(...groups.filter((group) => group.children.length));
  $("finding").hidden = !pages.some(({ next }) => next);
}

// Finding a structure by prefix.
let asking = 0;
$("find").addEventListener("input", () => {
  clearTimeout(asking);
  asking = setTimeout(async () => {
    try {
      const prefix = $("find").value.trim();
      const pages = await Promise.all(["folder", "upload"].map((source) => idsOf(source, 25, prefix)));
      $("found").replaceChildren(...pages.flatMap(({ structures }) => structures.map(({ id }) => new Option(id, id))));
    } catch (error) {
      showError(error.message);
    }
  }, 150);
});
$("find").addEventListener("change", () => {
  const id = $("find").value.trim();
  if (id) choose(id);
});
// The back button, or an address that was edited.
addEventListener("hashchange", () => {
  if (form && location.hash !== state()) restore();
});

async function upload(files) {
  if (!files.length) return;
  const form = new FormData();
  for (const file of files) form.append("file", file, file.name);
  try {
    $("times").textContent = `Reading ${files.length === 1 ? files[0].name : `${files.length} files`} …`;
    const { id } = await (await ask("v1/structures", { method: "POST", body: form })).json();
    await list();
    await choose(id);
  } catch (error) {
    $("times").textContent = "";
    showError(error.message);
  }
}

$("structure").addEventListener("change", (event) => choose(event.target.value));
$("files").addEventListener("change", (event) => upload([...event.target.files]));
$("size").addEventListener("change", () => draw());
$("token").addEventListener("change", () => start());
for (const kind of ["dragover", "dragenter"])
  document.addEventListener(kind, (event) => { event.preventDefault(); frame.classList.add("over"); });
document.addEventListener("dragleave", (event) => event.relatedTarget ?? frame.classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  frame.classList.remove("over");
  upload([...event.dataTransfer.files]);
});

// Turning, moving, zooming.
const rotate = (x, y) => { seen.given = null; seen.turn = multiply(turn("x", x), multiply(turn("y", y), seen.turn)); };
const zoomBy = (factor) => { seen.given = null; seen.zoom = Math.max(0.05, Math.min(50, seen.zoom * factor)); };
const shift = (x, y) => { seen.given = null; seen.move = [seen.move[0] + x, seen.move[1] + y]; };

const pointers = new Map();
let cropStart = null;
const place = (event) => {
  const box = frame.getBoundingClientRect();
  return [((event.clientX - box.left) / box.width) * 100, ((event.clientY - box.top) / box.height) * 100];
};
const spread = () => {
  const [a, b] = [...pointers.values()];
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
};

frame.addEventListener("pointerdown", (event) => {
  frame.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, [event.clientX, event.clientY]);
  if (frame.classList.contains("cropping")) cropStart = place(event);
});
frame.addEventListener("pointermove", (event) => {
  const last = pointers.get(event.pointerId);
  if (!last || !structure) return;
  if (cropStart) {
    showBox(cropStart, place(event));
    return;
  }
  const apart = pointers.size === 2 ? spread() : 0;
  pointers.set(event.pointerId, [event.clientX, event.clientY]);
  const [x, y] = [event.clientX - last[0], event.clientY - last[1]];
  const width = frame.clientWidth;
  if (apart) zoomBy(spread() / apart);
  else if (event.shiftKey || event.buttons === 4 || event.buttons === 2) {
    const scale = extent / width / seen.zoom;
    shift(x * scale, -y * scale);
  } else rotate((y / width) * 180, (x / width) * 180);
  draw(true);
});
/** Crops to the rectangle between two points of the frame, in percent. */
function crop(a, b) {
  setCropping(false);
  const low = [0, 1].map((axis) => Math.max(0, Math.min(a[axis], b[axis])));
  const high = [0, 1].map((axis) => Math.min(100, Math.max(a[axis], b[axis])));
  const old = seen.crop ?? [0, 0, 100, 100];
  // The picture is fitted into the frame, so a place in the frame is one in the picture only
  // without margins.
  const [width, height] = sides();
  const shape = [old[2] * width, old[3] * height];
  const fit = Math.max(...shape);
  const inside = (value, axis) => {
    const margin = (1 - shape[axis] / fit) * 50;
    return Math.max(0, Math.min(1, ((value - margin) * fit) / shape[axis] / 100)) * old[axis + 2];
  };
  const start = [inside(low[0], 0), inside(low[1], 1)];
  const end = [inside(high[0], 0), inside(high[1], 1)];
  // A click does not make a rectangle.
  if (end[0] - start[0] > 0.5 && end[1] - start[1] > 0.5) {
    seen.given = null;
    seen.crop = [old[0] + start[0], old[1] + start[1], end[0] - start[0], end[1] - start[1]];
  }
  draw();
}

function uncrop() {
  setCropping(false);
  seen.given = null;
  seen.crop = null;
  draw();
}
const release = (event) => {
  pointers.delete(event.pointerId);
  if (!cropStart) return;
  const [a, b] = [cropStart, place(event)];
  cropStart = null;
  crop(a, b);
};
frame.addEventListener("pointerup", release);
frame.addEventListener("pointercancel", release);
frame.addEventListener("contextmenu", (event) => event.preventDefault());
frame.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoomBy(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)));
  draw(true);
}, { passive: false });

function showBox(a, b) {
  const box = $("box");
  box.hidden = false;
  for (const [axis, names] of [[0, ["left", "width"]], [1, ["top", "height"]]]) {
    box.style[names[0]] = `${Math.min(a[axis], b[axis])}%`;
    box.style[names[1]] = `${Math.abs(a[axis] - b[axis])}%`;
  }
}

// The rectangle that arrow keys move and, with Shift, resize.
let keyBox = null;

function setCropping(on) {
  frame.classList.toggle("cropping", on);
  $("crop").setAttribute("aria-pressed", String(on));
  $("help").textContent = on
    ? "Drag a rectangle; or arrow keys move one, with Shift they resize it, Enter crops. Escape leaves."
    : HELP;
  keyBox = on ? [25, 25, 75, 75] : null;
  $("box").hidden = true;
}

/** Moves or resizes the rectangle by a key; returns whether the key has an action. */
function cropKey(event) {
  const step = { ArrowLeft: [-2, 0], ArrowRight: [2, 0], ArrowUp: [0, -2], ArrowDown: [0, 2] }[event.key];
  if (event.key === "Enter") crop(keyBox.slice(0, 2), keyBox.slice(2));
  if (!step) return event.key === "Enter";
  for (const axis of [0, 1]) {
    const ends = event.shiftKey ? [axis + 2] : [axis, axis + 2];
    const least = event.shiftKey ? keyBox[axis] + 4 : 0;
    if (ends.every((end) => keyBox[end] + step[axis] <= 100 && keyBox[end] + step[axis] >= least))
      for (const end of ends) keyBox[end] += step[axis];
  }
  showBox(keyBox.slice(0, 2), keyBox.slice(2));
  return true;
}

$("crop").addEventListener("click", () => {
  setCropping(!frame.classList.contains("cropping"));
  if (keyBox) frame.focus();
});
$("whole").addEventListener("click", uncrop);
$("reset").addEventListener("click", () => { seen = fresh(); setCropping(false); draw(); });
const look = (view) => { seen = { ...fresh(), view, crop: seen.crop }; draw(); };
for (const button of document.querySelectorAll("[data-view]"))
  button.addEventListener("click", () => look(button.dataset.view));

frame.addEventListener("keydown", (event) => {
  if (keyBox && cropKey(event)) {
    event.preventDefault();
    return;
  }
  const step = extent / 40;
  const keys = event.shiftKey
    ? { ArrowLeft: () => shift(-step, 0), ArrowRight: () => shift(step, 0), ArrowUp: () => shift(0, step), ArrowDown: () => shift(0, -step) }
    : { ArrowLeft: () => rotate(0, -10), ArrowRight: () => rotate(0, 10), ArrowUp: () => rotate(-10, 0), ArrowDown: () => rotate(10, 0) };
  const views = ["front", "left", "top", "back", "right", "bottom"];
  if (keys[event.key]) keys[event.key]();
  else if (event.key === "+" || event.key === "=") zoomBy(1.15);
  else if (event.key === "-") zoomBy(1 / 1.15);
  else if (event.key === "0") seen = fresh();
  else if (event.key === "Escape" && keyBox) setCropping(false);
  else if (event.key === "Escape") { seen.given = null; seen.crop = null; }
  else if (event.key === "c" && !event.ctrlKey && !event.metaKey) { setCropping(true); showBox(keyBox.slice(0, 2), keyBox.slice(2)); event.preventDefault(); return; }
  else if (views[event.key - 1] && !event.ctrlKey && !event.metaKey) { look(views[event.key - 1]); return; }
  else return;
  event.preventDefault();
  draw(true);
});

// Copying.
for (const button of document.querySelectorAll("[data-copy]"))
  button.addEventListener("click", async () => {
    const text = $(button.dataset.copy).textContent;
    const name = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      // Without permission to write to the clipboard, the text is selected for Ctrl-C.
      getSelection().selectAllChildren($(button.dataset.copy));
      button.textContent = "Press Ctrl-C";
    }
    setTimeout(() => { button.textContent = name; }, 1500);
  });

async function start() {
  try {
    if (!form) {
      const table = await (await ask("v1/options")).json();
      form = optionForm($("options"), table, () => draw());
    }
    await list();
    await restore();
  } catch (error) {
    showError(error.message);
  }
}
start();
