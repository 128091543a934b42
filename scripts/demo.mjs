// The demo: set-up, then train on annotations/, measure on its test images, draw what is found in them. It trains so many
// epochs, not minutes, so that a slow machine comes to the same result, only later.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root, run, seconds } from "./run.mjs";
import { setup } from "./setup.mjs";

const EPOCHS = "21";
const data = "annotations";
const weights = "runs/demo";
const found = "runs/demo/found";

/** Runs `detect`; ends the demo when that fails or is interrupted. */
async function detect(title, args) {
  console.log(`\n${title}\n$ detect ${args.map((arg) => (arg.includes("{") ? `"${arg}"` : arg)).join(" ")}`);
  const { code } = await run(process.execPath, ["dist/cli/detect.js", ...args]);
  if (code !== 0) process.exit(code);
}

const started = performance.now();
const code = await setup();
if (code !== 0) process.exit(code);
const ready = seconds(started);

const start = performance.now();
rmSync(join(root, weights), { recursive: true, force: true });
const names = readFileSync(join(root, data, "ImageSets/Main/test.txt"), "utf8")
  .split(/\s+/)
  .filter(Boolean);
const images = `${data}/images/{${names.join(",")}}.jpg`;
await detect("Training a Faster R-CNN from scratch: 2 to 4 minutes on two cores, longer on a slow or busy machine", [
  ...["train", "--data", data, "--size", "256", "--epochs", EPOCHS, "--out", weights],
]);
await detect("Finding objects in the test images", [
  "predict",
  images,
  "--weights",
  weights,
  "--out",
  found,
  "--score",
  "0.5",
]);
await detect("Measuring on the test images", [
  ...["eval", "--map", "--data", data, "--split", "test", "--weights", weights],
]);
console.log(`\ndone in ${seconds(start)}, after ${ready} of set-up`);
console.log(
  "An AP50 of 0.5 to 0.7 is normal here; docs/training.md says what more time, images and a start from weights bring.",
);
console.log(`what was found in the test images: ${join(root, found, "overview.jpg")}`);
