import { messageOf } from "../../base/errors.ts";

const LOOKED_AT = 10_000;

/** What a file seems to be whose first character no JSON of records begins with: "is a web page (HTML)". */
export function describeOtherFormat(start: Buffer): string {
  const text = start.subarray(0, 2000).toString("latin1").trimStart();
  if (/^<!doctype html|^<html/i.test(text))
    return "is a web page (HTML), not JSON: was a login page saved in its place?";
  if (text.startsWith("<")) return "is XML, not JSON: labels in XML are read by label import";
  if (text.startsWith("version https://git-lfs")) return "is a Git LFS pointer, not the file itself: run git lfs pull";
  if (text.startsWith("PK\u0003\u0004")) return "is a zip archive: unpack it first";
  if (text.startsWith("\u0080")) return "is a Python pickle: write JSON";
  const [line = ""] = text.split(/\r?\n/);
  if (/^\d+( +[\d.e-]+){4,5} *$/.test(line)) return "is YOLO text, not JSON: it is read by label import";
  if (/^[^,;]+([,;][^,;]+){3,}$/.test(line)) return "looks like CSV, not JSON";
  return `is not JSON: it begins with ${JSON.stringify(text.slice(0, 20))}`;
}

/** Why a record is not valid JSON, in one line. */
export function describeBadJson(text: string, error: unknown): string {
  const bare = text.slice(0, LOOKED_AT).replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  if (bare.trim() === "") return "is empty: there is a comma too many";
  const number = /-?\b(?:NaN|Infinity)\b/.exec(bare)?.[0];
  if (number !== undefined) return `holds ${number}, which is not JSON (Python's json.dump writes it)`;
  if (/'|\b(?:None|True|False)\b/.test(bare))
    return "is not valid JSON; is it printed by Python? Write it with json.dump";
  return `is not valid JSON: ${messageOf(error).replaceAll(/\s+/g, " ")}`;
}
