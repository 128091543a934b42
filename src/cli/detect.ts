#!/usr/bin/env node
import { addDoctor } from "./doctor.ts";
import { addEngine } from "./engineInstall.ts";
import { createProgram, run } from "./run.ts";

const program = createProgram("detect", "Train a Faster R-CNN on labelled images, measure it, find objects with it");
addDoctor(program);
addEngine(program);
await run(program);
