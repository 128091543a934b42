/** What an address in Label Studio's JSON may be called as a file. */
export interface AddressedImage {
  /** The likeliest first. */
  names: string[];
  /** Why there may be no such file, and what to do. */
  ifMissing?: string;
}

/** Label Studio puts eight random characters before the name of what is uploaded. */
const UPLOAD_PREFIX = /(^|[\\/])[0-9a-f]{8}-(?=[^\\/]+$)/;

/**
 * The names of the image at an address: an upload (`/data/upload/1/12ab34cd-name.jpg`, as Label Studio stores it and as
 * it was called before), a local file (`/data/local-files/?d=folder/name.jpg`), an address in the web or a cloud
 * (`s3://bucket/folder/name.jpg`), also one that Label Studio resolves (`…?fileuri=` in base64), or a plain path. Per
 * cent escapes stand for characters, or for themselves.
 *
 * @param upload the name that Label Studio itself gives to the uploaded file, if it does
 */
export function imageAddress(address: string, upload?: string): AddressedImage {
  if (/^data:/i.test(address)) return { names: upload === undefined ? ["image"] : spellings([upload]) };
  const query = /^[^?]*\?(.*)$/s.exec(address)?.[1] ?? "";
  const local = /(?:^|&)d=([^&]*)/.exec(query)?.[1];
  const resolved = /(?:^|&)fileuri=([^&]*)/.exec(query)?.[1];
  const paths = [
    ...(local === undefined ? [] : [local]),
    ...(resolved === undefined ? [] : [Buffer.from(decoded(resolved), "base64").toString()]),
    ...[address, address.replace(/\?.*$/s, ""), address.replace(/[?#].*$/s, "")],
    ...(upload === undefined ? [] : [upload]),
  ];
  const isFar = /^[a-z][a-z0-9+.-]+:\/\//i.test(address);
  return {
    names: spellings(paths),
    ...(isFar && { ifMissing: "is an address; put a copy of the image next to the JSON" }),
  };
}

/** The bytes of an address that is the image itself (`data:image/png;base64,…`); undefined for others. */
export function imageInAddress(address: string): Uint8Array | undefined {
  const [, base64, content] = /^data:[^,;]*((?:;[^,;]*)*?;base64)?,(.*)$/is.exec(address) ?? [];
  if (content === undefined) return undefined;
  return base64 === undefined ? Buffer.from(decoded(content), "latin1") : Buffer.from(content, "base64");
}

/** Each path as it stands and with per cent escapes replaced, then all again without the prefix of uploads. */
function spellings(paths: readonly string[]): string[] {
  const both = paths.flatMap((path) => [path, decoded(path)]);
  const all = [...both, ...both.map((path) => path.replace(UPLOAD_PREFIX, "$1"))];
  return [...new Set(all)].filter((path) => path !== "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
