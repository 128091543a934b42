import { expect, test } from "vitest";
import { yamlDocument, yamlOf, yamlValue } from "../../src/base/yaml.ts";

test.each([
  [
    "a: {b: 1",
    /^my\.yaml: is not valid YAML: line 1: a quote or bracket is not closed, or a colon or comma is missing$/,
  ],
  ["a: 1\nb: 'x", /^my\.yaml: is not valid YAML: line 2: a quote or bracket is not closed/],
  ["a: 1\n\tb: 2", /^my\.yaml: is not valid YAML: line 2: /],
  ["a: 1\na: 2", "my.yaml: is not valid YAML: line 2: a name is there twice"],
  ["a: b: c", /^my\.yaml: is not valid YAML: line 1: a second colon in the line/],
  ["a: @b", /^my\.yaml: is not valid YAML: line 1: a value begins with a character that has a meaning/],
  ["a: 1\n---\nb: 2", "my.yaml: is not valid YAML: line 2: a second document begins (---); keep one"],
  ["a: *b", /^my\.yaml: is not valid YAML: an alias \(\*name\) has no anchor/],
  ["[".repeat(900_000), "my.yaml: is nested too deeply; write it with fewer levels"],
  ["- ".repeat(200), "my.yaml: is nested too deeply; write it with fewer levels"],
  ["- x\n".repeat(200_000), /^my\.yaml: holds more than 150000 lines or values/],
])("%# is refused with the line, in plain words", (text, message) => {
  expect(() => yamlOf(text, "my.yaml")).toThrow(message);
});

test("failsafe keeps texts, the usual schema knows numbers; the last of two keys may count", () => {
  const document = yamlDocument("a: 007\nb: no\na: null", "a", { schema: "failsafe", lastCounts: true });
  expect(yamlValue(document, "a")).toEqual({ a: "null", b: "no" });
  expect(yamlValue(document, "a", { maps: true })).toEqual(new Map([["a", "null"], ["b", "no"]])); // prettier-ignore
  expect(yamlOf('{"a": 1}', "a")).toEqual({ a: 1 });
});
