import { Command } from "commander";
import { expect, test } from "vitest";
import { requireFitting } from "../../../src/cli/detect/fitting.ts";

test("an option that is for other models is refused as it was typed", () => {
  const command = new Command("predict").option("--no-names").option("--score <s>");
  command.parse(["--no-names"], { from: "user" });
  const fitting = { names: ["detection", "clips"], score: ["detection"] } as const;
  expect(() => { requireFitting(command, fitting, "reading"); }).toThrow(
    "--no-names is for detectors and classifiers of clips, and these are the weights of a model that reads text: leave it out",
  ); // prettier-ignore
  requireFitting(command, fitting, "clips");
});
