import type { Size } from "../base/preprocessing.ts";
import type { AnyModel } from "../browser/loadModel.ts";
import { type Answer, classLines, ownThreshold, shownDetections, shownLabels } from "./answers.ts";
import { showClasses } from "./classList.ts";
import { contextOf, element } from "./elements.ts";
import { clear, drawBoxes, drawLabels } from "./overlay.ts";
import { sentence, TITLES } from "./words.ts";

/** What the page shows of a model and its answers; it asks the model nothing. */
export class View {
  readonly #image = element("image", HTMLCanvasElement);
  readonly #overlay = element("overlay", HTMLCanvasElement);
  readonly #slider = element("threshold", HTMLInputElement);
  readonly #hidden = new Set<number>();
  #model: AnyModel | undefined;
  #answer: Answer | undefined;
  /** One for all classes, as the slider has it; else the model's own. */
  #threshold: number | undefined;

  constructor() {
    this.#slider.addEventListener("input", () => { this.#choose(Number(this.#slider.value)); }); // prettier-ignore
    element("own-threshold", HTMLButtonElement).addEventListener("click", () => { this.#choose(undefined); }); // prettier-ignore
    new ResizeObserver(() => {
      this.#draw();
    }).observe(this.#image); // lines stay as thick
  }

  /** Shows a model's name, classes and settings. */
  showModel(model: AnyModel): void {
    this.#model = model;
    const { width, height } = model.description.preprocessing.canvas;
    element("title", HTMLElement).textContent = document.title = TITLES[model.task];
    element("about", HTMLElement).textContent = `${model.description.model}, seen at ${width} × ${height} pixels`;
    element("classes-title", HTMLElement).hidden = model.task === "reading";
    element("threshold-part", HTMLElement).hidden = ownThreshold(model) === undefined;
    this.update();
  }

  /** Shows an image, and nothing on it yet. */
  showImage(image: ImageBitmap): void {
    this.#frame(image);
    this.#image.width = image.width;
    this.#image.height = image.height;
    contextOf(this.#image).drawImage(image, 0, 0);
    this.showAnswer(undefined);
  }

  /** Shows what a camera sees in place of an image. */
  showVideo(isOn: boolean, size: Size = { width: 4, height: 3 }): void {
    if (isOn) this.#frame(size);
    element("video", HTMLVideoElement).hidden = !isOn;
    this.#image.hidden = isOn;
  }

  /** Shows an answer, or none. */
  showAnswer(answer: Answer | undefined): void {
    this.#answer = answer;
    this.update();
  }

  /** Writes and draws everything anew. */
  update(): void {
    const [model, answer] = [this.#model, this.#answer];
    if (!model) return;
    const threshold = this.#thresholds(model);
    const lines = classLines(model, answer, threshold);
    const canHide = model.task === "detection" || model.task === "segmentation";
    showClasses(element("classes", HTMLUListElement), lines, this.#hidden, canHide ? this.#toggle : undefined);
    const text = answer ? sentence(model, answer, lines) : "";
    element("status", HTMLElement).textContent = text;
    this.#overlay.setAttribute("aria-label", text);
    this.#showThreshold(threshold);
    this.#draw();
  }

  #frame({ width, height }: Size): void {
    element("hint", HTMLElement).hidden = true;
    const picture = element("picture", HTMLElement);
    picture.hidden = false;
    picture.style.aspectRatio = `${width} / ${height}`;
    picture.style.setProperty("--width", `${width}px`);
    picture.style.setProperty("--ratio", String(width / height));
    clear(this.#overlay, { width, height });
  }

  #draw(): void {
    const [model, answer] = [this.#model, this.#answer];
    if (!model || !answer) return;
    clear(this.#overlay, answer.size);
    const threshold = this.#thresholds(model);
    if (answer.task === "detection" && threshold) {
      drawBoxes(this.#overlay, shownDetections(answer.found, threshold, this.#hidden), model.classes);
    } else if (answer.task === "segmentation") {
      drawLabels(this.#overlay, shownLabels(answer, threshold), this.#hidden);
    } else if (answer.task === "classification" && answer.said.box) {
      const [k = 0] = answer.said.named;
      const scores = Float32Array.of(answer.said.probabilities[k] ?? 0);
      const one = { boxes: Float32Array.from(answer.said.box), scores, classes: Int32Array.of(k) };
      drawBoxes(this.#overlay, one, model.classes);
    }
  }

  #thresholds(model: AnyModel): readonly number[] | undefined {
    const [own, chosen] = [ownThreshold(model), this.#threshold];
    return chosen === undefined ? own : own?.map(() => chosen);
  }

  #choose(threshold: number | undefined): void {
    this.#threshold = threshold;
    this.update();
  }

  #showThreshold(threshold: readonly number[] | undefined): void {
    if (!threshold) return;
    const [low, high] = [Math.min(...threshold), Math.max(...threshold)];
    const shown = low === high ? low.toFixed(2) : `${low.toFixed(2)} to ${high.toFixed(2)}, by class`;
    element("threshold-value", HTMLOutputElement).textContent = shown;
    if (this.#threshold === undefined) this.#slider.value = String(low);
    this.#slider.setAttribute("aria-valuetext", shown);
    element("own-threshold", HTMLButtonElement).disabled = this.#threshold === undefined;
  }

  readonly #toggle = (index: number, isShown: boolean): void => {
    if (isShown) this.#hidden.delete(index);
    else this.#hidden.add(index);
    this.#draw();
  };
}
