import { expect, test } from "vitest";
import { AnchorkitError } from "../../src/base/errors.ts";
import { type ReadObserver, Warnings } from "../../src/data/warnings.ts";

test("warnings count what is alike and keep the first place", () => {
  const warnings = new Warnings();
  warnings.add("boxes left out", "a.xml");
  warnings.add("images left out", "b.jpg");
  warnings.add("boxes left out", "c.xml");
  expect(warnings.lines()).toEqual(["boxes left out: 2 (first: a.xml)", "images left out: 1 (b.jpg)"]);
});

test("warnings of several tasks are heard of when they are joined, in that order, corners at once", () => {
  const heard: string[] = [];
  const observer: ReadObserver = {
    found: (what, where) => heard.push(`${what} ${where}`),
    placed: (_, where) => heard.push(`placed ${where}`),
    corners: (box) => heard.push(`corners ${box.join()}`),
  };
  const warnings = new Warnings(observer);
  const [first, second] = [warnings.apart(), warnings.apart()];
  second.add("boxes left out", "b.xml", { detail: " (2)" });
  second.add("boxes left out", "b.xml");
  second.observer?.corners([1, 2, 3, 4], undefined);
  first.add("images left out", "a.jpg");
  const inside = first.apart();
  inside.note("encoding", "a.xml");
  first.join(inside);
  first.add("boxes left out", "a.xml");
  first.fail(new AnchorkitError("a.xml: is not XML"), "unreadable-labels", "a.xml");
  first.observer?.placed({ box: [0, 0, 1, 1], class: 0 }, "a.xml: object 1");
  expect([heard, warnings.lines()]).toEqual([["corners 1,2,3,4"], []]);
  warnings.join(first);
  warnings.join(second);
  expect(heard).toEqual([
    ...["corners 1,2,3,4", "images left out a.jpg", "encoding a.xml", "boxes left out a.xml"],
    ...["unreadable-labels a.xml", "placed a.xml: object 1", "boxes left out b.xml", "boxes left out b.xml"],
  ]);
  expect(warnings.lines()).toEqual(["images left out: 1 (a.jpg)", "boxes left out: 3 (first: a.xml)"]);
  expect(() => {
    new Warnings().apart().fail(new AnchorkitError("wrong"), "bad-object", "a.xml");
  }).toThrow("wrong");
});
