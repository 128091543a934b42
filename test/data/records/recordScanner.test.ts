import { expect, test } from "vitest";
import { ValueEnd } from "../../../src/data/records/recordScanner.ts";

const text = '{"a\\"]": [1, {"b": "\\\\"}, "x,\\u00e9\\\\\\""], "c": {}}, 2]';
const bytes = Buffer.from(text);

test("a value ends at the comma or bracket that follows it, wherever the bytes are cut", () => {
  const end = text.indexOf(", 2");
  for (let cut = 0; cut <= bytes.length; cut++) {
    const value = new ValueEnd();
    const early = value.find(bytes, 0, cut);
    expect(early >= 0 ? early : value.find(bytes, cut, bytes.length)).toBe(end);
    expect(value.find(bytes, end + 1, bytes.length)).toBe(text.length - 1);
  }
});

test("the bracket that closes an object is found behind its commas", () => {
  expect(new ValueEnd().findClosing(bytes, 1, bytes.length)).toBe(text.indexOf(", 2") - 1);
  expect(new ValueEnd().findClosing(bytes, 1, 20)).toBe(-1);
});
