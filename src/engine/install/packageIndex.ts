import { join } from "node:path";
import { download, fetchText, requireSecure, splitCredentials } from "../../base/download.ts";
import { AnchorkitError } from "../../base/errors.ts";
import { compareVersions, normalizeName, satisfies, type Requirement } from "./requirement.ts";

/** A file that a package index offers. */
export interface IndexFile {
  filename: string;
  /** Absolute address. */
  url: string;
  /** SHA-256 in hexadecimal; undefined where the index gives none. */
  sha256: string | undefined;
  yanked: boolean;
}

/**
 * Downloads the newest wheel that meets a requirement from a Python package index (the "simple" interface of PEP 503 in
 * HTML or of PEP 691 in JSON) and checks it against the index's SHA-256; returns the file's path.
 */
export async function downloadFromIndex(
  index: string,
  requirement: Requirement,
  platformTags: readonly string[],
  folder: string,
  onMessage: (line: string) => void,
): Promise<string> {
  const site = openIndex(index);
  const page = new URL(`${requirement.name}/`, site.base);
  const file = chooseWheel(await listFiles(page, site.headers), requirement, platformTags);
  if (file === undefined) {
    throw new AnchorkitError(
      `${page.href}: has no wheel of ${requirement.name} for ${platformTags[0] ?? "this machine"}`,
    );
  }
  const path = join(folder, file.filename);
  const url = new URL(file.url);
  if (file.sha256 === undefined) throw new AnchorkitError(`${url.href}: the index gives no sha256 for it`);
  let reported = 0;
  await download(url, path, {
    ...{ sha256: file.sha256, by: "the index" },
    headers: url.origin === site.base.origin ? site.headers : {},
    onProgress(received, total) {
      if (received - reported <= 50e6) return;
      reported = received;
      onMessage(`${file.filename}: ${(received / 1e6).toFixed(0)} of ${(total / 1e6).toFixed(0)} MB`);
    },
  });
  return path;
}

/** The wheel to take: of the versions that will do the newest, for CPython 3.11 if the wheel is for one Python only. */
export function chooseWheel(
  files: readonly IndexFile[],
  requirement: Requirement,
  platformTags: readonly string[],
): IndexFile | undefined {
  const wheels = files.flatMap((file) => {
    // name-version(-build)-python-abi-platform.whl, tags that fit together joined by dots
    const match = /^([^-]+)-([^-]+)(?:-\d[^-]*)?-([^-]+)-([^-]+)-([^-]+)\.whl$/.exec(file.filename);
    const [, name = "", version = "", python = "", , platform = ""] = match ?? [];
    const rank = platformTags.findIndex((tag) => platform.split(".").includes(tag));
    const fits = normalizeName(name) === requirement.name && satisfies(version, requirement) && rank >= 0;
    return fits && !file.yanked ? [{ file, version, rank, python: /cp311|py3/.test(python) ? 0 : 1 }] : [];
  });
  wheels.sort((a, b) => compareVersions(b.version, a.version) || a.python - b.python || a.rank - b.rank);
  return wheels[0]?.file;
}

/** The files of a project's page, in JSON (PEP 691) or HTML (PEP 503). */
export function parseProjectPage(text: string, contentType: string, page: URL): IndexFile[] {
  if (contentType.includes("json")) {
    const { files } = JSON.parse(text) as {
      files: { filename: string; url: string; hashes?: { sha256?: string }; yanked?: boolean | string }[];
    };
    return files.map(({ filename, url, hashes, yanked }) => ({
      filename,
      url: new URL(url, page).href,
      sha256: hashes?.sha256,
      yanked: yanked !== undefined && yanked !== false,
    }));
  }
  return [...text.matchAll(/<a\s([^>]*)>([^<]*)<\/a>/gi)].flatMap(([, attributes = "", label = ""]) => {
    const href = /href\s*=\s*["']([^"']*)["']/i.exec(attributes)?.[1];
    if (href === undefined) return [];
    const url = new URL(href.replaceAll("&amp;", "&"), page);
    const sha256 = /^#sha256=([0-9a-f]{64})$/i.exec(url.hash)?.[1]?.toLowerCase();
    url.hash = "";
    return [{ filename: label.trim(), url: url.href, sha256, yanked: /data-yanked/i.test(attributes) }];
  });
}

/** An index address as the base of its pages, with the user and password in it as a header. */
function openIndex(index: string): { base: URL; headers: Record<string, string> } {
  if (!URL.canParse(index)) throw new AnchorkitError(`package index "${index}": not an address`);
  const { url: base, headers } = splitCredentials(new URL(index.endsWith("/") ? index : `${index}/`));
  requireSecure(base);
  return { base, headers };
}

async function listFiles(page: URL, headers: Record<string, string>): Promise<IndexFile[]> {
  const accept = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";
  const { text, response } = await fetchText(page, { headers: { ...headers, accept } });
  return parseProjectPage(text, response.headers.get("content-type") ?? "", new URL(response.url));
}
