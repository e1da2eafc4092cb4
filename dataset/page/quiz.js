const $ = (id) => document.getElementById(id);
const MAX_ZOOM = 8;

let question = null;
// Time for which the question was visible, in milliseconds, and since when it is.
let seenMs = 0;
let visibleSince = null;
let sending = false;

function show(id, text) {
  $(id).textContent = text;
  $(id).hidden = !text;
}

/** Fetches JSON. A failure is an error with the text that the program gives, and its status. */
async function ask(path, body) {
  let answer;
  try {
    const options = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    answer = await fetch(path, { cache: "no-store", ...options });
  } catch {
    throw new Error("The program does not answer. Start it again; then this page goes on, and your answer is still here.");
  }
  const value = await answer.json().catch(() => null);
  if (answer.ok) return value;
  const error = new Error(value?.detail ?? `The program answered ${answer.status}.`);
  error.status = answer.status;
  throw error;
}

function count(answered, total) {
  $("progress").textContent = `${answered} of ${total} answered`;
  $("bar").max = total;
  $("bar").value = answered;
}

// --- time

function pauseClock() {
  if (visibleSince !== null) seenMs += performance.now() - visibleSince;
  visibleSince = null;
}

function runClock() {
  if (visibleSince === null && question && !document.hidden) visibleSince = performance.now();
}

document.addEventListener("visibilitychange", () => (document.hidden ? pauseClock() : runClock()));

// --- the question

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function figure(picture, index) {
  const button = element("button", { type: "button", title: "Enlarge" }, element("img", { src: picture.url, alt: picture.label }));
  button.addEventListener("click", () => enlarge(index));
  return element("figure", {}, element("figcaption", { textContent: picture.label }), button);
}

function letter(text) {
  const input = element("input", { type: "radio", name: "letter", value: text });
  return element("label", {}, input, element("span", { textContent: text }));
}

async function load() {
  const next = await ask("next");
  count(next.answered, next.total);
  question = next.question;
  if (!question) return end();
  $("quiz").hidden = false;
  $("end").hidden = true;
  $("text").lang = question.language;
  $("text").textContent = question.text;
  $("pictures").lang = question.language;
  $("pictures").replaceChildren(
    ...question.pictures.map(figure),
    ...question.tables.map((table) => element("pre", { className: "coordinates", tabIndex: 0, textContent: table })),
  );
  $("enlarge").hidden = question.pictures.length === 0;
  const isChoice = question.letters.length > 0;
  $("letters").hidden = !isChoice;
  $("open").hidden = isChoice;
  $("letters").replaceChildren($("letters").querySelector("legend"), ...question.letters.map(letter));
  $("answer").value = "";
  $("answer").placeholder = question.form;
  $("keys").textContent = isChoice ? "Keys: A to D choose, Enter submits." : "Enter submits.";
  show("error", "");
  scrollTo(0, 0);
  if (!isChoice) $("answer").focus({ preventScroll: true });
  seenMs = 0;
  visibleSince = null;
  runClock();
}

function given() {
  if (!question.letters.length) return $("answer").value.trim();
  return $("letters").querySelector("input:checked")?.value ?? "";
}

async function submit(answer) {
  if (!question || sending) return;
  sending = true;
  pauseClock();
  show("error", "");
  show("note", "");
  for (const button of $("form").querySelectorAll(".buttons button")) button.disabled = true;
  try {
    try {
      await ask("answers", { id: question.id, answer, seconds: seenMs / 1000 });
    } catch (error) {
      // Another tab was first: what it kept stays, and this page goes on with the next question.
      if (error.status !== 409) throw error;
      show("note", error.message);
    }
    await load();
  } catch (error) {
    show("error", error.message);
    runClock();
  } finally {
    sending = false;
    for (const button of $("form").querySelectorAll(".buttons button")) button.disabled = false;
  }
}

$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const answer = given();
  if (answer) submit(answer);
  else show("error", question.letters.length ? "Choose a letter, or press “I do not know”." : "Write an answer, or press “I do not know”.");
});
$("unknown").addEventListener("click", () => submit(""));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !question) return;
  if ($("large").open) return keyInLarge(event);
  if (event.target instanceof HTMLInputElement && event.target.type === "text") return;
  const input = $("letters").querySelector(`input[value="${CSS.escape(event.key.toUpperCase())}"]`);
  if (input && !$("letters").hidden) {
    input.checked = true;
    input.focus({ preventScroll: true });
    event.preventDefault();
  } else if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) {
    event.preventDefault();
    $("form").requestSubmit();
  }
});

// --- the end

async function end() {
  pauseClock();
  $("quiz").hidden = true;
  const { columns, paper, average, file } = await ask("scores");
  const names = Object.keys(columns);
  const row = (title, cell) =>
    element("tr", {}, element("th", { scope: "row", textContent: title }), ...names.map((name) => element("td", { textContent: cell(name) })));
  const head = element("tr", {}, element("th"), ...names.map((name) => element("th", { scope: "col", textContent: name })));
  const percent = (value) => (value === undefined ? "–" : value.toFixed(2));
  $("scores").replaceChildren(
    head,
    row("Score", (name) => percent(columns[name].score)),
    row("Exact match", (name) => percent(columns[name].exact)),
    row("Questions", (name) => columns[name].questions),
    row("Paper, human", (name) => percent(paper[name])),
  );
  if (average !== null) $("scores").append(element("caption", { textContent: `Average without T5 and T6: ${percent(average)}` }));
  $("file").textContent = file;
  $("end").hidden = false;
}

// --- enlarged pictures

let shown = 0;
let zoom = 1;

function enlarge(index) {
  shown = (index + question.pictures.length) % question.pictures.length;
  zoom = 1;
  $("caption").textContent = question.pictures[shown].label;
  $("enlarged").src = question.pictures[shown].url;
  $("enlarged").alt = question.pictures[shown].label;
  if (!$("large").open) $("large").showModal();
  $("canvas").focus();
  fit();
}

/** Sizes the picture: as large as the window at zoom 1. The point at x, y of the canvas stays. */
function fit(x = $("canvas").clientWidth / 2, y = $("canvas").clientHeight / 2) {
  const canvas = $("canvas");
  const picture = $("enlarged");
  if (!picture.naturalWidth) return;
  const before = picture.clientWidth || 1;
  const at = [canvas.scrollLeft + x, canvas.scrollTop + y];
  const scale = Math.min(canvas.clientWidth / picture.naturalWidth, canvas.clientHeight / picture.naturalHeight);
  picture.style.width = `${picture.naturalWidth * scale * zoom}px`;
  const factor = picture.clientWidth / before;
  canvas.scrollLeft = at[0] * factor - x;
  canvas.scrollTop = at[1] * factor - y;
}

function zoomBy(factor, x, y) {
  zoom = Math.min(MAX_ZOOM, Math.max(1, zoom * factor));
  fit(x, y);
}

function keyInLarge(event) {
  const steps = { ArrowLeft: -1, ArrowRight: 1 };
  if (event.key === "+" || event.key === "=") zoomBy(1.5);
  else if (event.key === "-") zoomBy(1 / 1.5);
  else if (event.key in steps && zoom === 1) enlarge(shown + steps[event.key]);
  else return;
  event.preventDefault();
}

$("enlarged").addEventListener("load", () => fit());
addEventListener("resize", () => $("large").open && fit());
$("close").addEventListener("click", () => $("large").close());
for (const button of document.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => zoomBy(button.dataset.zoom === "1" ? 1.5 : 1 / 1.5));
for (const button of document.querySelectorAll("[data-step]")) button.addEventListener("click", () => enlarge(shown + Number(button.dataset.step)));
$("canvas").addEventListener(
  "wheel",
  (event) => {
    event.preventDefault();
    const box = $("canvas").getBoundingClientRect();
    zoomBy(Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top);
  },
  { passive: false },
);
$("canvas").addEventListener("pointermove", (event) => {
  if (event.buttons !== 1 || event.pointerType !== "mouse") return;
  $("canvas").scrollLeft -= event.movementX;
  $("canvas").scrollTop -= event.movementY;
});

load().catch((error) => {
  $("quiz").hidden = false;
  show("error", error.message);
});
