import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type * as reading from "../../src/data/readDataset.ts";
import { folderOf } from "../data/helpers.ts";
import { callCommand } from "./command.ts";

const reads = vi.hoisted(() => ({ count: 0 }));
vi.mock("../../src/data/readDataset.ts", async (original) => ({
  ...(await original<typeof reading>()),
  readDataset: () => {
    reads.count++;
    return Promise.reject(new Error("the data was read"));
  },
}));

const train = "detect train --data @data --out @out";
const search = "detect tune --data @data --out @out --minutes 9 --space";
const evaluate = "detect eval --data @data --weights @run --report @out/report.html";
const files = "detect eval --truth @truth.json --predictions @truth.json --report @out/report.html";
test.each([
  [`${train} --size 0`, "--size <pixels>"],
  [`${train} --size 48`, "faster-rcnn: --size: must be at least 64, got 48"],
  [`${train} --model small-cnn --size 31`, "--size <pixels>"],
  [`${train} --size 65.5`, "--size <pixels>"],
  [`${train} --minutes abc`, "--minutes <m>"],
  [`${train} --minutes 0`, "--minutes <m>"],
  [`${train} --minutes +5`, "it needs --resume"],
  [`${train} --epochs 3 --minutes 2`, "cannot be used with"],
  [`${train} --epochs 1.5`, "--epochs <n>"],
  [`${train} --batch 0`, "--batch <n>"],
  [`${train} --lr -1`, "--lr <rate>"],
  [`${train} --seed -1`, "--seed <n>"],
  [`${train} --patience 0`, "--patience <n>"],
  [`${train} --workers 0`, "--workers <n>"],
  [`${train} --cache-limit 0`, "--cache-limit <GiB>"],
  [`${train} --cache tape`, "Allowed choices are none, ram, disk"],
  [`${train} --optimizer adamm`, "Allowed choices are"],
  [`${train} --optimizer adam --momentum 0.9`, "momentum: the optimizer adam has none; it takes beta1, beta2"],
  [`${train} --momentum 1.5`, "--momentum <share>"],
  [`${train} --weight-decay -1`, "--weight-decay <rate>"],
  [`${train} --clip-norm 0`, "--clip-norm <norm>"],
  [`${train} --accumulate 0`, "--accumulate <n>"],
  [`${train} --schedule cosin`, "Allowed choices are cosine, constant, step, exponential"],
  [`${train} --find-lr --lr 0.1`, "cannot be used with"],
  [`${train} --find-lr --epochs 3`, "cannot be used with"],
  [`${train} --find-lr --weights @nowhere`, "nowhere: there is no such file or folder"],
  [`${train} --flip up`, "Allowed choices are"],
  [`${train} --model yolo`, "Allowed choices are faster-rcnn"],
  [`${train} --backbone resnet`, "Allowed choices are"],
  [`${train} --engine gpu`, "Allowed choices are native, auto, cpu"],
  [`${train} --precision half`, "Allowed choices are"],
  [`${train} --coordinates pixel`, "Allowed choices are"],
  [`${train} --augment nowhere.yaml`, "nowhere.yaml: there is no such file or folder"],
  [`${train} --augment stronger`, 'augmentation "stronger": is neither none, light, default, strong'],
  [`${train} --weights @nowhere`, "nowhere: there is no such file or folder"],
  [`${train} --pretrained nowhere.h5`, "--pretrained nowhere.h5: there is no such file or folder, nor weights of that"],
  [
    `${train} --pretrained mobilenet-v2-0.53`,
    'nor weights of that name (did you mean "mobilenet-v2-0.35"?); there are',
  ],
  [
    `${train} --model vgg16 --find-lr --pretrained nowhere.h5`,
    "--pretrained nowhere.h5: there is no such file or folder",
  ],
  [
    `${train} --weights @run --pretrained @run`,
    "faster-rcnn: --pretrained: a training that begins with a run's weights",
  ],
  [`${train} --config @nowhere.yaml`, "nowhere.yaml: there is no such file or folder"],
  [`${train} --config @broken.yaml`, "broken.yaml: is not valid YAML: line 1"],
  [`${train} --config @unknown.yaml`, 'did you mean "minutes"?'],
  [`${train} --resume`, "holds no training to continue"],
  [`${train} --minuts 3`, "Did you mean --minutes?"],
  [`${train} surplus`, "too many arguments"],
  ["detect train --data @nowhere --out @out", "nowhere: there is no such file or folder"],
  ["detect tune --data @data --out @out --minutes 9", "required option '--space <file>'"],
  ["detect tune --data @data --out @out --resume", "holds no search to continue"],
  ["detect tune --resume", "--resume needs --out"],
  [`${search} @nowhere.yaml`, "--space"],
  [`${search} @broken.yaml`, "broken.yaml: is not valid YAML: line 1"],
  [`${search} @misspelt.yaml`, 'misspelt.yaml: unknown option "weight-decy"; did you mean "weight-decay"?'],
  [`${search} @refused.yaml`, 'refused.yaml: optimizer: "adamm" is invalid. Allowed choices are adamw'],
  [`${search} @high.yaml`, 'high.yaml: lr: "20" is invalid. It must be a number above 0 and not above 10'],
  [`${search} @whole.yaml`, 'A range of whole numbers needs "step: 1"'],
  [`${search} @minutes.yaml`, "minutes.yaml: minutes: is the search's own"],
  [`${search} @twice.yaml`, "twice.yaml: clip-norm and clipNorm are one option"],
  [`${search} @together.yaml`, "(optimizer adam, momentum 0.9): momentum: the optimizer adam has none"],
  [`${search} @others.yaml`, "--dropout is not for --model faster-rcnn"],
  [`${search} @small.yaml`, "faster-rcnn: --size: must be at least 64, got 40"],
  [`${search} @tasks.yaml`, "cannot be compared"],
  [`${search} @tasks.yaml --model vgg16`, "model: is given by --model, too"],
  [`${search} @augment.yaml`, "--augment nowhere.yaml: there is no such file or folder"],
  [`${search} @fixed.yaml`, "leaves nothing to choose"],
  [`${evaluate} --iou 2`, "--iou <thresholds>"],
  [`${evaluate} --split all,val`, "Allowed choices are"],
  [`${evaluate} --rules voc --explain`, "goes with --rules coco"],
  [`${evaluate} --truth @truth.json`, "without --data and --weights"],
  [`${evaluate} --fail-under AP51=.5`, "No number is called"],
  [`${evaluate} --max-detections 0`, "--max-detections <n>"],
  [`${evaluate} --slice`, "argument missing"],
  ["detect eval --report @out/report.html", "give --data and --weights"],
  ["detect eval --data @data --weights @nowhere --report @out/r.html", "nowhere: there is no such file or folder"],
  ["detect eval --data @nowhere --weights @run --report @out/r.html", "nowhere: there is no such file or folder"],
  ["detect eval --truth @truth.json --report @out/report.html", "--truth needs --predictions"],
  [`${evaluate} --match id`, "--match is for --truth and --predictions, and these are the weights of a detector"],
  [`${evaluate} --fail-under accuracy=.5`, "--fail-under accuracy: is not measured here; there are AP, AP50"],
  [`${evaluate} --rules voc --fail-under AP50=.5`, "--fail-under AP50: is not measured here; there are AP, AP11"],
  [`${files} --split val`, "--split is for detectors, classifiers"],
  [`${files} --precision float32`, "--precision is for detectors, classifiers"],
  [
    `${train} --model resnet18 --fine-tune-from all`,
    "resnet18: --fine-tune-from: is about weights to start from, and there are none",
  ],
  [`${train} --model mobilenet-v2 --fine-tune-from 3`, "mobilenet-v2: --fine-tune-from: is about weights"],
  [`${train} --model vgg16 --layer-decay 0.8`, "vgg16: --layer-decay: is about weights to start from"],
  [`${train} --model vgg16 --pretrained @run --layer-decay 0`, "--layer-decay <factor>"],
  [`${train} --pretrained none --layer-decay 0.8`, "faster-rcnn: --layer-decay: is about weights to start from"],
  [`${train} --model forecast --layer-decay 0.8`, "--layer-decay is not for --model forecast"],
  [`${train} --width 0.5`, "faster-rcnn: width is that of a MobileNet"],
  ["detect predict @data --weights @run --out @out --score 2", "--score <s>"],
  ["detect predict @data --weights @nowhere --out @out", "nowhere: there is no such file or folder"],
  ["detect predict @data --weigths @run --out @out", "Did you mean --weights?"],
  ["label import @data --out @out --from yollo", "Allowed choices are"],
  ["label import @data @data --out @out", "too many arguments"],
  ["label export @data --to nonsense --out @out", "Allowed choices are"],
  ["label export @data --out @out", "required option '--to <format>'"],
  ["label split @data --train .7 --val .1 --test .1 --out @out", "the shares must add up to 1, not 0.9"],
  ["label split @data --val 1.5 --out @out", "--val <share>"],
  ["label view @data --out @out --augment nowhere.yaml", "nowhere.yaml: there is no such file or folder"],
  ["label view @data --out @out --sort colour", "Allowed choices are"],
  ["label view @data --out @out --tile 1", "--tile <pixels>"],
  ["label lint @data --fix", "--fix needs --out"],
  ["label lint @data --out @out", "--out is where --fix writes"],
  ["label lint @data --fix --out @out --size 3", "--size <pixels>"],
  ["label stats @data --report @out/r.html --size 3", "--size <pixels>"],
  ["label stats @data --report @out/r.html --format xml", "Allowed choices are"],
  ["label fetch @urls.txt --out @out --jobs 0", "--jobs <n>"],
  ["label exprot @data --to yolo --out @out", "Did you mean export?"],
  ["detect evla", "Did you mean eval?"],
])("is refused before data is read, and leaves no folder: %s", async (line, message) => {
  const root = await folderOf({
    "data/x.txt": "",
    "run/config.json": "{}",
    "run/best/detector.json": '{ "model": "faster-rcnn" }',
    "truth.json": "{}",
    "urls.txt": "http://localhost/a.jpg",
    "broken.yaml": "{ epochs: 3",
    "unknown.yaml": "minuts: 3",
    "misspelt.yaml": "weight-decy: [0, 0.1]",
    "refused.yaml": "optimizer: [adam, adamm]",
    "high.yaml": "lr: { from: 1e-3, to: 20, scale: log }",
    "whole.yaml": "batch: { from: 2, to: 16 }",
    "minutes.yaml": "lr: [0.1, 0.2]\nminutes: 3",
    "twice.yaml": "clip-norm: 1\nclipNorm: [1, 2]",
    "together.yaml": "optimizer: [adam, sgd]\nmomentum: [0.9]",
    "others.yaml": "dropout: 0.5\nlr: [0.1, 0.2]",
    "small.yaml": "size: 40\nlr: [0.1, 0.2]",
    "tasks.yaml": "model: [faster-rcnn, small-cnn]",
    "augment.yaml": "augment: [none, nowhere.yaml]",
    "fixed.yaml": "lr: 0.1\nflip: [both]",
  });
  const [name = "", ...words] = line.split(" ");
  const args = words.map((word) => (word.startsWith("@") ? join(root, word.slice(1)) : word));
  reads.count = 0;
  const { code, stdout, stderr } = await callCommand(name === "detect" ? "detect" : "label", args);
  expect(stderr).toContain(message);
  expect(stderr).toMatch(/^error: .*\n$/);
  expect({ code, stdout, reads: reads.count }).toEqual({ code: 2, stdout: "", reads: 0 });
  expect(existsSync(join(root, "out"))).toBe(false);
});

test.each([
  [`${train}/below`, "out/below: cannot be made, for"],
  ["detect predict @data --weights @run --out @out", "out: is a file; give a new folder"],
  ["label import @data --out @out/below", "cannot be made"],
  ["label export @data --to yolo --out @out", "is a file; give a new folder"],
  ["label split @data --out @out", "is a file"],
  ["label view @data --out @out", "is a file"],
  ["label lint @data --fix --out @out", "is a file"],
  ["label stats @data --report @out/r.html", "cannot be made"],
  ["label fetch @urls.txt --out @out", "is a file"],
  [evaluate, "cannot be made"],
])("where nothing can be written is known before data is read: %s", async (line, message) => {
  const root = await folderOf({
    "data/x.jpg": "",
    "run/best/detector.json": "{}",
    "urls.txt": "http://localhost/a.jpg",
    out: "a file",
  });
  const [name = "", ...words] = line.split(" ");
  const args = words.map((word) => (word.startsWith("@") ? join(root, word.slice(1)) : word));
  reads.count = 0;
  const { code, stdout, stderr } = await callCommand(name === "detect" ? "detect" : "label", args);
  expect(stderr).toContain(message);
  expect({ code, stdout, reads: reads.count }).toEqual({ code: 1, stdout: "", reads: 0 });
});
