import { expect, test } from "vitest";
import { runCommand } from "../command.ts";

test("doctor says what runs, as lines and as JSON", async () => {
  const [text, json] = await Promise.all([
    runCommand("detect", ["doctor"]),
    runCommand("detect", ["doctor", "--json"]),
  ]);
  expect(text.code).toBe(0);
  expect(text.stdout).toMatch(/^engine +(native TensorFlow|tfjs) \d/m);
  expect(text.stdout).toMatch(/^memory +[\d.]+ GB/m);
  const document = JSON.parse(json.stdout) as Record<string, unknown>;
  expect(document).toMatchObject({
    node: process.version,
    cpu: {},
    memory: {},
    failures: expect.any(Array) as unknown,
  });
});
