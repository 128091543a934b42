import { expect, test } from "vitest";
import { isPrivateHost } from "../../../src/data/fetch/privateAddress.ts";

test.each([
  ...["localhost", "127.0.0.1", "127.8.0.9", "10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"],
  ...["0.0.0.0", "[::1]", "[fe80::1]", "[fd00::1]", "[::ffff:7f00:1]", "metadata.google.internal", "printer.local"],
])("%s is within one's own network", (host) => {
  expect(isPrivateHost(host)).toBe(true);
});

test.each(["example.org", "8.8.8.8", "172.32.0.1", "[2001:db8::1]", "local.example.org", "localhost.example.org"])(
  "%s is outside",
  (host) => {
    expect(isPrivateHost(host)).toBe(false);
  },
);
