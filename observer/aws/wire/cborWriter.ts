import { type Document, membersOf, type Value, valuesOf } from "./document";

/** Major types of RFC 8949. */
const TEXT = 3;
const LIST = 4;
const MAP = 5;
/** Tag 1: seconds since the epoch follow. */
const EPOCH = 0xc1;
const FALSE = 0xf4;
const TRUE = 0xf5;
const DOUBLE = 0xfb;

/**
 * A document in CBOR (RFC 8949), as Smithy's RPC v2 protocol has it: dates are tagged seconds,
 * and every number is a double, for CloudWatch's answers have no others.
 */
export function cborOf(document: Document): Buffer {
  return Buffer.concat(encoded(document));
}

function encoded(value: Value): Buffer[] {
  const list = valuesOf(value);
  if (list) return [head(LIST, list.length), ...list.flatMap(encoded)];
  if (value instanceof Date) return [Buffer.of(EPOCH), double(value.getTime() / 1000)];
  if (typeof value === "string") {
    const bytes = Buffer.from(value, "utf8");
    return [head(TEXT, bytes.length), bytes];
  }
  if (typeof value === "boolean") return [Buffer.of(value ? TRUE : FALSE)];
  if (typeof value === "number") return [double(value)];
  const members = membersOf(value as Document);
  return [
    head(MAP, members.length),
    ...members.flatMap(([name, one]) => [...encoded(name), ...encoded(one)]),
  ];
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes[0] = DOUBLE;
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

/** The first bytes of an item: its major type, and its length in as few bytes as it can be. */
function head(major: number, value: number): Buffer {
  const type = major << 5;
  if (value < 24) return Buffer.of(type | value);
  if (value < 0x100) return Buffer.of(type | 24, value);
  if (value < 0x1_0000) return Buffer.of(type | 25, value >> 8, value & 0xff);
  const bytes = Buffer.alloc(5);
  bytes[0] = type | 26;
  bytes.writeUInt32BE(value, 1);
  return bytes;
}
