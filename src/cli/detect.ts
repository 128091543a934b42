#!/usr/bin/env node
import { addEngine } from "./engineInstall.ts";
import { createProgram, run } from "./run.ts";

const program = createProgram("detect", "Train a Faster R-CNN on labelled images, measure it, find objects with it");
addEngine(program);
await run(program);
