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
  if (/^data:/i.test(address)) {
    const names = upload === undefined ? [address.slice(0, 30)] : spellings([upload]);
    return { names, ifMissing: "is inside the JSON alone (base64); save it as a file next to it" };
  }
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
