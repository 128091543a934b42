import { messageOf } from "../base/errors.ts";
import { type AnyModel, loadModel } from "../browser/loadModel.ts";
import { ask } from "./answers.ts";
import { availableBackends, type Backend, BACKENDS, prepareBackends, tf, useBackend } from "./backends.ts";
import { Camera } from "./camera.ts";
import { element, made } from "./elements.ts";
import { onImageFiles } from "./incoming.ts";
import { View } from "./view.ts";
import { OPENED_AS_FILE, wordsFor } from "./words.ts";

const file = element("file", HTMLInputElement);
const cameraButton = element("camera", HTMLButtonElement);
const cameras = element("which-camera", HTMLSelectElement);
const backends = element("backend", HTMLSelectElement);
const video = element("video", HTMLVideoElement);
const view = new View();
const camera = new Camera(video);
let model: AnyModel | undefined;
let image: ImageBitmap | undefined;
/** Nothing was computed on the present backend yet. */
let isFirst = true;
/** What is done comes after what was begun before it. */
let work: Promise<unknown> = Promise.resolve();

if (location.protocol === "file:") fail(OPENED_AS_FILE);
else inTurn(start);

async function start(): Promise<void> {
  prepareBackends();
  for (const name of availableBackends()) backends.append(new Option(BACKENDS[name], name));
  await load("wasm");
  onImageFiles(file, element("stage", HTMLElement), (chosen) => { inTurn(() => takeFile(chosen)); }); // prettier-ignore
  cameraButton.addEventListener("click", () => { inTurn(camera.isOn ? stopCamera : () => startCamera()); }); // prettier-ignore
  cameras.addEventListener("change", () => { inTurn(() => startCamera(cameras.value)); }); // prettier-ignore
  backends.addEventListener("change", () => { inTurn(() => load(backends.value as Backend)); }); // prettier-ignore
  for (const control of [file, cameraButton, backends]) control.disabled = false;
}

/** Runs the model on a backend from now on: its weights lie there. */
async function load(name: Backend): Promise<void> {
  model?.dispose();
  model = undefined;
  try {
    await useBackend(name);
  } catch (error) {
    backends.value = "wasm";
    await useBackend("wasm");
    fail(messageOf(error));
  }
  isFirst = true;
  model = await loadModel("model/model.json", { tf });
  view.showModel(model);
  if (image && !camera.isOn) await answer(image);
}

async function takeFile(chosen: File): Promise<void> {
  if (camera.isOn) stopCamera();
  const next = await createImageBitmap(chosen).catch(() => {
    throw new Error(`“${chosen.name}” is no image that this browser can show; JPEG, PNG and WebP work everywhere`);
  });
  image?.close();
  image = next;
  view.showImage(next);
  await answer(next);
}

async function answer(source: ImageBitmap | HTMLVideoElement): Promise<void> {
  if (!model) return;
  await new Promise(requestAnimationFrame); // the image is seen before it is worked on
  const begin = performance.now();
  const said = await ask(model, source);
  const note = isFirst ? " (the first, with preparations)" : "";
  element("time", HTMLElement).textContent = `${(performance.now() - begin).toFixed(0)} ms${note}`;
  isFirst = false;
  view.showAnswer(said);
}

async function startCamera(device?: string): Promise<void> {
  await camera.start(device);
  view.showVideo(true, { width: video.videoWidth, height: video.videoHeight });
  cameraButton.textContent = "Stop the camera";
  const known = await camera.list();
  cameras.replaceChildren(...known.map(({ deviceId, label }, i) => new Option(label || `${i + 1}`, deviceId)));
  cameras.value = device ?? cameras.value;
  element("cameras", HTMLElement).hidden = known.length < 2;
  inTurn(nextFrame);
}

/** One frame of the camera, and then the next: between them, what the reader has clicked on is done. */
async function nextFrame(): Promise<void> {
  if (!camera.isOn) return;
  await answer(video);
  inTurn(nextFrame);
}

function stopCamera(): void {
  camera.stop();
  view.showVideo(false);
  view.showAnswer(undefined);
  cameraButton.textContent = "Use the camera";
  element("cameras", HTMLElement).hidden = true;
}

function inTurn(task: () => void | Promise<void>): void {
  work = work.then(async () => {
    document.body.ariaBusy = "true";
    if (task !== nextFrame) fail(undefined);
    try {
      await task();
    } catch (error) {
      if (camera.isOn) stopCamera();
      fail(wordsFor(error));
    }
    document.body.ariaBusy = "false";
  });
}

/** Says what went wrong, or that nothing does any more. */
function fail(text: string | undefined): void {
  const problem = element("problem", HTMLElement);
  problem.replaceChildren(made("span", "", text));
  problem.hidden = text === undefined;
}
