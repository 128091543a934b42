import { expect, test } from "vitest";
import { yamlOf } from "../../src/base/yaml.ts";

test.each([
  ["a: {b: 1", /^my\.yaml: is not valid YAML: line 1: .*a bracket is not closed$/],
  ["a: 1\nb: 'x", "my.yaml: is not valid YAML: line 2: a bracket, a quotation mark or a comma is missing"],
  ["a: 1\n\tb: 2", /^my\.yaml: is not valid YAML: line 2: /],
  ["a: 1\na: 2", "my.yaml: is not valid YAML: line 2: a name is there twice"],
  ["a: b: c", /^my\.yaml: is not valid YAML: line 1: a second colon in the line/],
  ["a: @b", /^my\.yaml: is not valid YAML: line 1: a value begins with a character that has a meaning/],
  ["a: 1\n---\nb: 2", "my.yaml: holds several documents (---); keep one"],
  ["a: *b", "my.yaml: an alias (*) leads nowhere"],
])("%j is refused with the line, in plain words", (text, message) => {
  expect(() => yamlOf(text, "my.yaml")).toThrow(message);
});

test("failsafe keeps texts, the usual schema knows numbers", () => {
  expect(yamlOf("[007, no, null]", "a", "failsafe")).toEqual(["007", "no", "null"]);
  expect(yamlOf('{"a": 1}', "a")).toEqual({ a: 1 });
});
