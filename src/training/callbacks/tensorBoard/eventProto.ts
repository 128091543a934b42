import protobuf from "protobufjs";

/** A value of a summary: one chart, histogram, picture, or what a plugin of TensorBoard reads. */
export type SummaryValue = { tag: string } & (
  | { simpleValue: number }
  | { histo: Histogram }
  | { image: { height: number; width: number; colorspace: number; encodedImageString: Uint8Array } }
  | { metadata: { pluginData: { pluginName: string; content: Uint8Array } }; tensor: object }
);

/** Counts of values in buckets: each reaches from the limit before it to its own. */
export interface Histogram {
  min: number;
  max: number;
  num: number;
  sum: number;
  sumSquares: number;
  bucketLimit: number[];
  bucket: number[];
}

/** What an event tells besides its time and step. */
export type EventContent =
  | { fileVersion: string }
  | { graphDef: Uint8Array }
  | { summary: { value: readonly SummaryValue[] } }
  /** A session begins: what earlier ones wrote from this step on does not count. */
  | { sessionLog: { status: typeof SESSION_START } };

export const SESSION_START = 1;

/** The bytes of an event. `wallTime` in seconds since 1970. */
export function encodeEvent(event: { wallTime: number; step: number } & EventContent): Uint8Array {
  return Event.encode(Event.fromObject(event)).finish();
}

/** Field numbers from TensorFlow's public event.proto, summary.proto, histogram.proto and tensor.proto. */
const Event = protobuf.Root.fromJSON({
  nested: {
    Image: {
      fields: {
        height: { type: "int32", id: 1 },
        width: { type: "int32", id: 2 },
        colorspace: { type: "int32", id: 3 },
        encodedImageString: { type: "bytes", id: 4 },
      },
    },
    HistogramProto: {
      fields: {
        min: { type: "double", id: 1 },
        max: { type: "double", id: 2 },
        num: { type: "double", id: 3 },
        sum: { type: "double", id: 4 },
        sumSquares: { type: "double", id: 5 },
        bucketLimit: { rule: "repeated", type: "double", id: 6, options: { packed: true } },
        bucket: { rule: "repeated", type: "double", id: 7, options: { packed: true } },
      },
    },
    PluginData: { fields: { pluginName: { type: "string", id: 1 }, content: { type: "bytes", id: 2 } } },
    SummaryMetadata: { fields: { pluginData: { type: "PluginData", id: 1 } } },
    Dim: { fields: { size: { type: "int64", id: 1 } } },
    TensorShape: { fields: { dim: { rule: "repeated", type: "Dim", id: 2 } } },
    Tensor: { fields: { dtype: { type: "int32", id: 1 }, tensorShape: { type: "TensorShape", id: 2 } } },
    Value: {
      oneofs: { value: { oneof: ["simpleValue", "image", "histo", "tensor"] } },
      fields: {
        tag: { type: "string", id: 1 },
        simpleValue: { type: "float", id: 2 },
        image: { type: "Image", id: 4 },
        histo: { type: "HistogramProto", id: 5 },
        tensor: { type: "Tensor", id: 8 },
        metadata: { type: "SummaryMetadata", id: 9 },
      },
    },
    Summary: { fields: { value: { rule: "repeated", type: "Value", id: 1 } } },
    SessionLog: { fields: { status: { type: "int32", id: 1 } } },
    Event: {
      oneofs: { what: { oneof: ["fileVersion", "graphDef", "summary", "sessionLog"] } },
      fields: {
        wallTime: { type: "double", id: 1 },
        step: { type: "int64", id: 2 },
        fileVersion: { type: "string", id: 3 },
        graphDef: { type: "bytes", id: 4 },
        summary: { type: "Summary", id: 5 },
        sessionLog: { type: "SessionLog", id: 7 },
      },
    },
  },
}).lookupType("Event");
