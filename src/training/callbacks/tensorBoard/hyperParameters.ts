import protobuf from "protobufjs";
import type { Ending } from "../callback.ts";
import type { SummaryValue } from "./eventProto.ts";

// What TensorBoard's hparams plugin compares runs by: options when a session begins, and how it ended.

/** A session that began (seconds since 1970) with these options; numbers, truths and all else as text. */
export function sessionBegins(options: Readonly<Record<string, unknown>>, seconds: number): SummaryValue {
  const hparams = Object.fromEntries(Object.entries(options).map(([name, value]) => [name, valueOf(value)]));
  return summary("_hparams_/session_start_info", { sessionStartInfo: { hparams, startTimeSecs: seconds } });
}

export function sessionEnds(ending: Ending, seconds: number): SummaryValue {
  const status = { finished: 1, failed: 2, interrupted: 0 }[ending]; // SUCCESS, FAILURE, UNKNOWN
  return summary("_hparams_/session_end_info", { sessionEndInfo: { status, endTimeSecs: seconds } });
}

function summary(tag: string, data: object): SummaryValue {
  const content = PluginData.encode(PluginData.fromObject({ version: 0, ...data })).finish();
  const tensor = { dtype: 1, tensorShape: { dim: [{ size: 0 }] } }; // the plugin reads the metadata alone
  return { tag, metadata: { pluginData: { pluginName: "hparams", content } }, tensor };
}

function valueOf(value: unknown): object {
  if (typeof value === "number") return { numberValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  return { stringValue: typeof value === "string" ? value : JSON.stringify(value) };
}

/** Field numbers from TensorBoard's plugin_data.proto and protobuf's struct.proto. */
const PluginData = protobuf.Root.fromJSON({
  nested: {
    Value: {
      oneofs: { kind: { oneof: ["numberValue", "stringValue", "boolValue"] } },
      fields: {
        numberValue: { type: "double", id: 2 },
        stringValue: { type: "string", id: 3 },
        boolValue: { type: "bool", id: 4 },
      },
    },
    SessionStartInfo: {
      fields: {
        hparams: { keyType: "string", type: "Value", id: 1 },
        startTimeSecs: { type: "double", id: 5 },
      },
    },
    SessionEndInfo: { fields: { status: { type: "int32", id: 1 }, endTimeSecs: { type: "double", id: 2 } } },
    HParamsPluginData: {
      oneofs: { data: { oneof: ["sessionStartInfo", "sessionEndInfo"] } },
      fields: {
        version: { type: "int32", id: 1 },
        sessionStartInfo: { type: "SessionStartInfo", id: 3 },
        sessionEndInfo: { type: "SessionEndInfo", id: 4 },
      },
    },
  },
} as protobuf.INamespace).lookupType("HParamsPluginData");
