import { describe, expect, it } from "vitest";
import { AnchorkitError } from "../../../../src/base/errors.ts";
import { type PickleRules, unpickle } from "../../../../src/core/weights/torch/unpickle.ts";

const calls: string[] = [];
const RULES: PickleRules = {
  knows: (name) => name === "collections.OrderedDict",
  call: (name, args) => {
    calls.push(name);
    return new Map([[name, args]]);
  },
  persistent: (id) => ({ id }),
};

function read(...parts: (string | number[])[]): unknown {
  const bytes = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part)))); // prettier-ignore
  return unpickle(bytes, RULES, { path: "x.pth" }).value;
}

describe("unpickle", () => {
  it("reads numbers and texts", () => {
    expect(read("\x80\x02(K\x07M\x00\x01J\xff\xff\xff\xffG?\xf8\0\0\0\0\0\0\x8a\x01\x80\x8a\0N\x88\x89t.")).toEqual([
      7,
      256,
      -1,
      1.5,
      -128,
      0,
      null,
      true,
      false,
    ]);
    expect(read("\x8a\x09\0\0\0\0\0\0\0\0\x01.")).toBe(2n ** 64n);
    expect(read("(X\x03\0\0\0\xc3\xa4bU\x01\xe4\x8c\x01ct.")).toEqual(["äb", "ä", "c"]);
  });

  it("reads containers, and what is there twice as one", () => {
    expect(read("]q\x01(K\x01K\x02eh\x01\x86.")).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(read("}(K\x01K\x02U\x01aK\x03u.")).toEqual(new Map<unknown, unknown>([[1, 2], ["a", 3]])); // prettier-ignore
    expect(read("(K\x01K\x02d.")).toEqual(new Map([[1, 2]]));
    expect(read("\x95\0\0\0\0\0\0\0\0]\x94K\x05a0N.")).toBe(null);
  });

  it("leaves calls and what lies outside to the rules", () => {
    expect(read("ccollections\nOrderedDict\n)R}U\x09_metadataK\x01sb.")).toEqual(new Map([["collections.OrderedDict", []]])); // prettier-ignore
    expect(calls).toEqual(["collections.OrderedDict"]);
    expect(read("U\x01kQ.")).toEqual({ id: "k" });
  });

  it("says where it ends", () => {
    expect(unpickle(Buffer.from("..N.N.", "latin1"), RULES, { path: "x.pth", at: 2 })).toEqual({ value: null, end: 4 });
  });

  it.each<[string, string, RegExp]>([
    [
      "another function",
      "cos\nsystem\nU\x02ls\x85R.",
      /^x\.pth: asks for os\.system, which is no tensor; nothing of it /,
    ],
    ["eval", "c__builtin__\neval\nU\x011\x85R.", /asks for __builtin__\.eval, which is no tensor/],
    ["another function by its parts", "\x8c\x05posix\x8c\x06system\x93.", /asks for posix\.system, which is no tensor/],
    ["a name with a line break", "\x8c\x02o\n\x8c\x01s\x93.", /^x\.pth: asks for o\\n\.s, which/],
    ["another function without a name", "N}\x93.", /its pickle asks for what has no name/],
    ["a call of what is no function", "K\x01)R.", /its pickle calls what cannot be called/],
    ["attributes of a list", "]}b.", /gives attributes to what is no dict/],
    ["an opcode of protocol 0", "(lp0\nI1\na.", /has the opcode 0x70, which no tensor needs/],
    ["an instance by its class", "(ios\nsystem\n.", /has the opcode 0x69/],
    ["an extension", "\x82\x01.", /has the opcode 0x82/],
    ["nothing", "", /its pickle ends in the middle/],
    ["a text that goes on", "X\xff\xff\xff\x7fabc", /its pickle ends in the middle/],
    ["a text of 2 ** 63 bytes", "\x8d\0\0\0\0\0\0\0\x80abc", /its pickle ends in the middle/],
    ["an integer of many bytes", "\x8b\0\0\0\x01", /an integer of 16777216 bytes/],
    ["an empty stack", "\x85.", /takes what is not there/],
    ["a tuple across a mark", "K\x01(\x85.", /takes what is not there/],
    ["no mark", "t.", /takes what is not there/],
    ["what was not remembered", "h\x05.", /speaks of what was not there/],
    ["a key without a value", "}(K\x01u.", /a key without a value/],
    ["items of a list", "](K\x01K\x01u.", /sets items of what is no dict/],
    ["an end without a value", ".", /takes what is not there/],
  ])("refuses %s", (_, text, message) => {
    let error: unknown;
    try {
      read(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(AnchorkitError);
    expect((error as Error).message).toMatch(message);
  });

  it("ends where a pickle has no end", () => {
    const many = (text: string, count: number): string => text.repeat(count);
    expect(() => read(many("N0", 2_100_000), "N.")).toThrow("has more than 4000000 opcodes");
    expect(() => read(many("N", 1_100_000), ".")).toThrow("its pickle goes too deep");
    expect(() => read(many("(", 1_100_000), ".")).toThrow("its pickle goes too deep");
    expect(() => read("N", many("\x94", 1_100_000), ".")).toThrow("its pickle remembers too much");
  });

  it("is not led round by a list in itself, nor by doubling", () => {
    const inItself = read("]q\x00h\x00a.") as unknown[];
    expect(inItself[0]).toBe(inItself);
    expect(read("]", "2\x86".repeat(1000), ".")).toHaveLength(2); // 2 ** 1000 of them
  });
});
