const form = document.querySelector("form");
const status = document.querySelector("[role=status]");
const picture = document.querySelector("img");
const text = document.querySelector("pre");
const drop = document.querySelector(".drop");
const { model, score, token, file } = form.elements;
let image;
let asked = 0;

function say(words, isError = false) {
  status.textContent = words;
  status.className = isError ? "error" : "";
}

async function ask(path, options = {}) {
  const authorization = token.value === "" ? {} : { authorization: `Bearer ${token.value}` };
  const response = await fetch(path, { ...options, headers: { ...options.headers, ...authorization } });
  if (response.ok) return response;
  const { error } = await response.json();
  throw new Error(error);
}

async function listModels() {
  const { models } = await (await ask("models")).json();
  model.replaceChildren(...models.map(({ name }) => new Option(name)));
}

async function predict() {
  if (!image) return;
  const turn = ++asked; // only what was asked last is shown
  try {
    if (model.options.length === 0) await listModels();
    const query = score.value === "" ? "" : `?score=${encodeURIComponent(score.value)}`;
    const post = { method: "POST", body: image };
    const headers = { "content-type": "application/octet-stream" };
    const path = `models/${encodeURIComponent(model.value)}/predict${query}`;
    const began = performance.now();
    const answer = await (await ask(path, { ...post, headers: { ...headers, accept: "application/json" } })).json();
    const milliseconds = performance.now() - began;
    const drawn = await (await ask(path, { ...post, headers: { ...headers, accept: "image/png" } })).blob();
    if (turn !== asked) return;
    URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(drawn);
    text.textContent = JSON.stringify(answer, undefined, 2);
    picture.hidden = text.hidden = false;
    say(`${image.name}: answered in ${milliseconds.toFixed(0)} ms`);
  } catch (error) {
    if (turn === asked) say(error.message, true);
  }
}

function take(chosen) {
  if (!chosen) return;
  image = chosen;
  void predict();
}

file.addEventListener("change", () => take(file.files[0]));
for (const field of [model, score, token]) field.addEventListener("change", () => void predict());
form.addEventListener("submit", (event) => event.preventDefault());
for (const name of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", name === "dragover");
    if (name === "drop") take(event.dataTransfer.files[0]);
  });
}
listModels().catch((error) => say(error.message, true));
