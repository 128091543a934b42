/**
 * A page of one's own around a trained detector, bundled by Vite:
 *
 *     npx tsx src/cli/detect.ts export runs/cells --to tfjs --out examples/browser/public/model
 *     npx vite examples/browser
 */
import * as core from "@tensorflow/tfjs-core";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import simd from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import plain from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import { loadModel } from "anchorkit/browser";

const found = document.querySelector("#found");
const file = document.querySelector<HTMLInputElement>("#file");
const picture = document.querySelector<HTMLCanvasElement>("#picture");

core.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false); // threads need headers that few hosts send
setWasmPaths({
  "tfjs-backend-wasm.wasm": plain,
  "tfjs-backend-wasm-simd.wasm": simd,
  "tfjs-backend-wasm-threaded-simd.wasm": simd,
});
await core.setBackend("wasm");
const detector = await loadModel("model/model.json", { tf: { ...core, loadGraphModel }, task: "detection" });
say(`Finds ${detector.classes.join(", ")}.`);
file?.addEventListener("change", () => {
  const chosen = file.files?.[0];
  if (chosen) void show(chosen);
});

/** Draws an image with the boxes that are found in it. */
async function show(image: File): Promise<void> {
  const bitmap = await createImageBitmap(image);
  const { boxes, scores, classes } = await detector.detect(bitmap, { score: 0.1 });
  const context = picture?.getContext("2d");
  if (!picture || !context) return;
  [picture.width, picture.height] = [bitmap.width, bitmap.height];
  context.drawImage(bitmap, 0, 0);
  context.strokeStyle = "red";
  const lines = [...scores].map((score, i) => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray(4 * i, 4 * i + 4);
    context.strokeRect(x1, y1, x2 - x1, y2 - y1);
    return `${detector.classes[classes[i] ?? 0] ?? ""} ${score.toFixed(2)}`;
  });
  say(`${lines.length} found: ${lines.join(", ")}`);
}

function say(text: string): void {
  if (found) found.textContent = text;
}
