// @ts-check
// The report's script: the confidence slider, what is drawn, and the enlarged picture. Runs in the browser, as it stands.
(() => {
  /** @typedef {{ truths: number, steps: number[] }} Counted */
  /** @type {{ thresholds: number[], labels: string[], start: number, all: Counted, classes: Counted[], wrong: Record<string, number[]> }} */
  const counts = JSON.parse(byId("counts").textContent ?? "");
  const slider = /** @type {HTMLInputElement} */ (byId("confidence"));
  const dialog = /** @type {HTMLDialogElement} */ (byId("enlarged"));
  const fixed = (/** @type {number} */ value) => (Number.isFinite(value) ? value.toFixed(3) : "–");
  const grouped = (/** @type {number} */ value) => value.toLocaleString("en-US");

  /** So many pictures of a group are shown until its button is pressed. */
  const AT_FIRST = 8;
  /** The groups whose button was pressed. @type {Set<string>} */
  const opened = new Set();
  for (const group of document.querySelectorAll("[data-group]")) {
    group.querySelector(".rest")?.addEventListener("click", () => {
      opened.add(group.getAttribute("data-group") ?? "");
      show(slider.valueAsNumber);
    });
  }

  let pending = false;
  slider.addEventListener("input", () => {
    if (pending) return;
    pending = true;
    requestAnimationFrame(() => {
      pending = false;
      show(slider.valueAsNumber);
    });
  });
  byId("reset").addEventListener("click", () => {
    slider.value = String(counts.start);
    show(counts.start);
  });
  show(slider.valueAsNumber); // a browser may remember where the slider stood

  for (const name of ["truth", "predictions", "labels"]) {
    const box = /** @type {HTMLInputElement} */ (byId(`show-${name}`));
    const apply = () =>
      document.body.classList.toggle(
        name === "labels" ? "with-labels" : `no-${name}`,
        box.checked === (name === "labels"),
      );
    box.addEventListener("change", apply);
    apply();
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const name = { t: "truth", p: "predictions", l: "labels" }[event.key.toLowerCase()];
    if (name !== undefined) byId(`show-${name}`).click();
    if (dialog.open && event.key === "ArrowRight") turn(1);
    if (dialog.open && event.key === "ArrowLeft") turn(-1);
  });

  /** Shows everything at a threshold. @param {number} at its index */
  function show(at) {
    const confidence = counts.labels[at] ?? "";
    byId("confidence-value").textContent = confidence;
    slider.setAttribute("aria-valuetext", confidence);
    const all = numbersAt(counts.all, at);
    for (const [name, text] of Object.entries(all.texts)) byId(`all-${name}`).textContent = text;
    for (const row of document.querySelectorAll("tr[data-class]")) {
      const { texts } = numbersAt(
        counts.classes[Number(row.getAttribute("data-class"))] ?? { truths: 0, steps: [] },
        at,
      );
      for (const [name, text] of Object.entries(texts)) {
        const cell = row.querySelector(`[data-cell="${name}"]`);
        if (cell !== null) cell.textContent = text;
      }
    }
    for (const box of document.querySelectorAll("g[data-up-to]")) {
      box.classList.toggle("off", at > Number(box.getAttribute("data-up-to")));
    }
    for (const box of document.querySelectorAll("g[data-found-up-to]")) {
      box.classList.toggle("lost", at > Number(box.getAttribute("data-found-up-to")));
    }
    const duplicates = sumFrom(counts.wrong.duplicate ?? [], 2, 1, at);
    showGroup("wrong", at, all.wrong - duplicates);
    showGroup("missed", at, all.missed);
    showGroup("duplicates", at, duplicates);
    showGroup("images", at, 0);
  }

  /** Shows those cards of a group that are errors at a threshold, and how many there are in all. @param {string} name @param {number} at @param {number} total */
  function showGroup(name, at, total) {
    const group = document.querySelector(`[data-group="${name}"]`);
    if (group === null) return;
    let shown = 0;
    for (const card of group.querySelectorAll("figure")) {
      const upTo = Number(card.getAttribute("data-up-to") ?? Infinity);
      const above = Number(card.getAttribute("data-above") ?? -1);
      card.hidden = at > upTo || at <= above;
      if (!card.hidden) shown++;
      card.classList.toggle("later", shown > AT_FIRST && !opened.has(name));
    }
    const rest = group.querySelector(".rest");
    if (rest instanceof HTMLElement) {
      rest.hidden = shown <= AT_FIRST || opened.has(name);
      rest.textContent = `Show all ${shown}`;
    }
    const none = group.querySelector(".none");
    if (none instanceof HTMLElement) none.hidden = shown > 0;
    const text = group.querySelector(".shown");
    if (text !== null) text.textContent = total > shown ? `Here are ${grouped(shown)} of ${grouped(total)}.` : "";
  }

  /** @param {Counted} counted @param {number} at */
  function numbersAt({ truths, steps }, at) {
    const right = sumFrom(steps, 3, 1, at);
    const wrong = sumFrom(steps, 3, 2, at);
    const missed = truths - right;
    const texts = {
      tp: grouped(right),
      fp: grouped(wrong),
      fn: grouped(missed),
      precision: fixed(right / (right + wrong)),
      recall: fixed(right / truths),
      f1: fixed(truths === 0 ? NaN : (2 * right) / (right + wrong + truths)),
    };
    return { wrong, missed, texts };
  }

  /** The sum of a column of steps whose first number is at least `at`. @param {number[]} steps @param {number} width @param {number} column @param {number} at */
  function sumFrom(steps, width, column, at) {
    let sum = 0;
    for (let i = 0; i < steps.length; i += width) {
      if (/** @type {number} */ (steps[i]) >= at) sum += /** @type {number} */ (steps[i + column]);
    }
    return sum;
  }

  /** @type {HTMLElement | null} */
  let enlarged = null;
  for (const button of document.querySelectorAll("button.open")) {
    button.addEventListener("click", () => enlarge(/** @type {HTMLElement} */ (button.closest("figure"))));
  }
  byId("previous").addEventListener("click", () => turn(-1));
  byId("next").addEventListener("click", () => turn(1));
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    enlarged?.querySelector("button")?.focus();
  });

  /** @param {HTMLElement} card */
  function enlarge(card) {
    enlarged = card;
    const picture = card.querySelector("svg");
    const caption = card.querySelector("figcaption");
    if (picture === null || caption === null) return;
    byId("enlarged-picture").replaceChildren(picture.cloneNode(true));
    byId("enlarged-caption").replaceChildren(...[...caption.childNodes].map((node) => node.cloneNode(true)));
    if (!dialog.open) dialog.showModal();
  }

  /** To the next picture, or the one before, of those that are shown. @param {number} step */
  function turn(step) {
    const cards = /** @type {HTMLElement[]} */ ([
      ...document.querySelectorAll("figure.picture-card:not([hidden], .later)"),
    ]);
    const place = enlarged === null ? -1 : cards.indexOf(enlarged);
    const next = cards[(place + step + cards.length) % cards.length];
    if (next !== undefined) enlarge(next);
  }

  /** @param {string} id @returns {HTMLElement} */
  function byId(id) {
    const element = document.getElementById(id);
    if (element === null) throw new Error(`the report has no #${id}`);
    return element;
  }
})();
