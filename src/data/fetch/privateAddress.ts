import { BlockList, isIP } from "node:net";

/**
 * Whether a host is this machine or one of its own network, by its name or number alone (a name that leads there is not
 * looked up): localhost, loopback, private, link-local and shared addresses.
 */
export function isPrivateHost(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "").toLowerCase();
  const version = isIP(name);
  if (version === 0) return name === "localhost" || /\.(localhost|local|internal)$/.test(name);
  return PRIVATE.check(name, version === 6 ? "ipv6" : "ipv4");
}

const PRIVATE = new BlockList();
for (const [network, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
] as const) {
  PRIVATE.addSubnet(network, bits, "ipv4");
}
PRIVATE.addAddress("::", "ipv6");
PRIVATE.addAddress("::1", "ipv6");
PRIVATE.addSubnet("fc00::", 7, "ipv6");
PRIVATE.addSubnet("fe80::", 10, "ipv6");
