import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { userIndexAddress } from "../../../src/engine/install/indexAddress.ts";

describe("userIndexAddress", () => {
  it("takes pip's variable before uv's", () => {
    expect(userIndexAddress({ PIP_INDEX_URL: "https://pip.test", UV_INDEX_URL: "https://uv.test" })).toBe(
      "https://pip.test",
    );
    expect(userIndexAddress({ PIP_INDEX_URL: "", UV_INDEX_URL: "https://uv.test" })).toBe("https://uv.test");
  });

  it("reads index-url from the global section of pip's configuration", async () => {
    const file = join(await mkdtemp(join(tmpdir(), "anchorkit-pip-")), "pip.conf");
    await writeFile(
      file,
      "[install]\nindex-url = https://no.test\n[global]\ntimeout = 60\nindex-url = https://yes.test/simple\n",
    );
    expect(userIndexAddress({ PIP_CONFIG_FILE: file })).toBe("https://yes.test/simple");
  });
});
