import { expect, test } from "vitest";
import { parseYoloLine } from "../../../../src/data/formats/yolo/yoloLine.ts";

const classes = ["cell", " big rod ", "7up"];
const parse = (line: string) => parseYoloLine(line, classes, 0, "a.txt: line 1");

test("numbers may have any form that C prints, between spaces and tabs", () => {
  expect(parse(" 1.0\t+.5 5e-1  5.0E-01 1. ").numbers).toEqual([0.5, 0.5, 0.5, 1]);
  expect(parse("2 .5 .5 .1 .1 .9")).toEqual({ where: "a.txt: line 1", class: 2, numbers: [0.5, 0.5, 0.1, 0.1, 0.9] });
});

test.each([
  ["0, 0.5, 0.5, 0.2, 0.25", 'numbers must be set apart by spaces alone, got "0, 0.5, 0.5, 0.2, 0.25"'],
  ["0,.5,.5,.2,.2", 'numbers must be set apart by spaces alone, got "0,.5,.5,.2,.2"'],
  ["0;0.5;0.5;0.2;0.2", 'numbers must be set apart by spaces alone, got "0;0.5;0.5;0.2;0.2"'],
  ["0 0,5 0,5 0,2 0,25", '"0,5" is no number; write 0.5'],
  ["cell 0.5 0.5 0.2 0.25", '"cell" is the name of a class, where its number must stand; write 0'],
  ["Big Rod 0.5 0.5 0.2 0.25", '" big rod " is the name of a class, where its number must stand; write 1'],
  ["7up .5 .5 .1 .1", '"7up" is the name of a class, where its number must stand; write 2'],
  ["cells .5 .5 .1 .1", 'the class must be a whole number from 0 to 2, got "cells"'],
  ["# made on monday", '"# made on monday" is a comment, which labels cannot have; remove it'],
  ["0 .5 .5 .1 .1 # cell", '"# cell" is a comment, which labels cannot have; remove it'],
  ["0 .5 .5 .1 .1 cell", '"cell" is no number; expected class cx cy width height, or class x1 y1 x2 y2 x3 y3 …'],
  ["0 inf .5 .1 .1", '"inf" is no number; expected class cx cy width height, or class x1 y1 x2 y2 x3 y3 …'],
  ["0 .5 nan .1 .1", '"nan" is no number; expected class cx cy width height, or class x1 y1 x2 y2 x3 y3 …'],
  ["0 0x1 .5 .1 .1", '"0x1" is no number; expected class cx cy width height, or class x1 y1 x2 y2 x3 y3 …'],
  [`0 ${"x".repeat(99)} 1`, `"${"x".repeat(40)}…" is no number; expected class cx cy width height, or class x1 y1 x2 y2 x3 y3 …`], // prettier-ignore
  ["1.5 .5 .5 .1 .1", "the class must be a whole number from 0 to 2, got 1.5"],
  ["-1 .5 .5 .1 .1", "the class must be a whole number from 0 to 2, got -1"],
  ["3 .5 .5 .1 .1", "the class must be a whole number from 0 to 2, got 3"],
  ["0 .5 .5 .1", "expected class cx cy width height, got 4 numbers"],
  ["0 1e999 .5 .1 .1", "numbers must be fractions of the image from 0 to 1, got 1e999"],
  ["0 .5 -.2 .1 .1", "numbers must be fractions of the image from 0 to 1, got -.2"],
])("%s: what stands there is quoted", (line, message) => {
  expect(() => parse(line)).toThrow(`a.txt: line 1: ${message}`);
});
