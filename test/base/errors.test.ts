import { expect, test } from "vitest";
import { AnchorkitError, UsageError, messageOf } from "../../src/base/errors.ts";

test("a message is one line of bounded length, whatever it quotes", () => {
  expect(new AnchorkitError('a.yaml: "x\ny\r\t\u0000\u2028z"').message).toBe('a.yaml: "x\\ny\\r\\t\\u0000\\u2028z"');
  const long = new UsageError(`begin ${"x".repeat(1e6)} end`).message;
  expect(long.length).toBeLessThan(2010);
  expect(long).toMatch(/^begin x+ … x+ end$/);
});

test("a message keeps its cause, and anything that was thrown has one", () => {
  const cause = new Error("first");
  expect(new AnchorkitError("second", { cause }).cause).toBe(cause);
  expect(messageOf("text")).toBe("text");
});
