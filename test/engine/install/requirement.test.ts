import { describe, expect, it } from "vitest";
import { compareVersions, parseRequirement, satisfies } from "../../../src/engine/install/requirement.ts";

describe("parseRequirement", () => {
  it("reads name and bounds, and normalises the name", () => {
    expect(parseRequirement("Nvidia_NCCL.cu12<3.0,>=2.27.7")).toEqual({
      name: "nvidia-nccl-cu12",
      clauses: [
        { operator: "<", version: "3.0" },
        { operator: ">=", version: "2.27.7" },
      ],
    });
  });

  it("reads the older form with parentheses", () => {
    expect(parseRequirement("tensorflow (==2.21.0)").clauses).toEqual([{ operator: "==", version: "2.21.0" }]);
  });

  it.each(["x~=1.0", "x>=1.0rc1", "", "x[extra]>=1"])("refuses %j with the text", (text) => {
    expect(() => parseRequirement(text)).toThrow(`requirement "${text}": expected`);
  });
});

describe("satisfies", () => {
  it.each([
    ["12.9.1.4", "a<13.0,>=12.5.3.2", true],
    ["12.5.3.2", "a<13.0,>=12.5.3.2", true],
    ["12.5.3.1", "a<13.0,>=12.5.3.2", false],
    ["13.0", "a<13.0", false],
    ["13.0", "a<=13", true],
    ["2.21.0", "a==2.21", true],
    ["2.21.0", "a!=2.21", false],
    ["2.21.1", "a>2.21", true],
    ["3.0rc1", "a>=1", false],
  ])("%s meets %s: %s", (version, requirement, expected) => {
    expect(satisfies(version, parseRequirement(requirement))).toBe(expected);
  });
});

it("versions are compared by number, not by text", () => {
  expect(["1.10", "1.9", "1.9.1", "1"].sort(compareVersions)).toEqual(["1", "1.9", "1.9.1", "1.10"]);
});
