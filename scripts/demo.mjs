// The demo: set-up, then train on annotations/, measure on its test images, draw what is found in them.
//
//     npm run demo               # a detector: boxes; so many epochs, not minutes, so that a slow machine comes to the same
//     npm run demo -- segment    # an FCN-8s: the class of each pixel; two minutes, whatever the machine
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root, run, seconds } from "./run.mjs";
import { setup } from "./setup.mjs";

const data = "annotations";

const DEMOS = {
  detect: {
    weights: "runs/demo",
    training: ["--size", "256", "--epochs", "21"],
    prediction: ["--score", "0.5"],
    evaluation: ["--map"],
    titles: {
      train: "Training a Faster R-CNN from the weights that come with anchorkit: 1 to 3 minutes on two cores",
      predict: "Finding objects in the test images",
    },
    normal: "An AP50 of 0.75 to 0.85 is normal here; docs/training.md says what more time and images bring.",
    result: "what was found in the test images",
  },
  segment: {
    weights: "runs/demo-segment",
    training: ["--model", "fcn8", "--minutes", "2"],
    prediction: [],
    evaluation: [],
    titles: {
      train: "Training an FCN-8s from scratch on the masks: two minutes",
      predict: "Colouring the test images",
    },
    normal:
      "A mean IoU of 0.4 to 0.5 is normal here; docs/training.md says what more time, images and a start from weights bring.",
    result: "the test images, coloured by class",
  },
};

const [kind = "detect", ...others] = process.argv.slice(2);
const demo = Object.hasOwn(DEMOS, kind) ? DEMOS[kind] : undefined;
if (!demo || others.length > 0) {
  console.error(`demo: expected ${Object.keys(DEMOS).join(" or ")}, got "${process.argv.slice(2).join(" ")}"`);
  process.exit(2);
}

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
const { weights, titles } = demo;
const found = `${weights}/found`;
rmSync(join(root, weights), { recursive: true, force: true });
const names = readFileSync(join(root, data, "ImageSets/Main/test.txt"), "utf8")
  .split(/\s+/)
  .filter(Boolean);
const images = `${data}/images/{${names.join(",")}}.jpg`;
await detect(titles.train, ["train", "--data", data, ...demo.training, "--out", weights]);
await detect(titles.predict, ["predict", images, "--weights", weights, "--out", found, ...demo.prediction]);
await detect("Measuring on the test images", [
  ...["eval", ...demo.evaluation, "--data", data, "--split", "test", "--weights", weights],
]);
console.log(`\ndone in ${seconds(start)}, after ${ready} of set-up`);
console.log(demo.normal);
const written = [
  [demo.result, join(found, "overview.jpg")],
  ["what it found as it learnt", join(weights, "progress.jpg")],
  ["report", join(weights, "report.html")], // last: the one that a browser opens, with everything in it
];
for (const [what, file] of written) if (existsSync(join(root, file))) console.log(`${what}: ${join(root, file)}`);
