import { Problem } from "./problem";

/** More than any call of these APIs needs. */
const DEEPEST = 16;
/** Length of what ends with a break. */
const UNTIL_BREAK = -1;
const BREAK = Symbol("break");

/**
 * Reads one item of CBOR (RFC 8949): what Smithy's RPC v2 protocol sends. Tag 1 becomes a date.
 *
 * @throws Problem when the bytes are no such item
 */
export function readCbor(bytes: Buffer): unknown {
  const reader = new Reader(bytes);
  const value = reader.item(0);
  if (value === BREAK || !reader.atEnd()) throw broken();
  return value;
}

const broken = () => new Problem("SerializationException", "The body is not valid CBOR");

class Reader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  atEnd(): boolean {
    return this.at === this.bytes.length;
  }

  item(depth: number): unknown {
    if (depth > DEEPEST) throw broken();
    const first = this.take(1)[0]!;
    const major = first >> 5;
    const short = first & 0x1f;
    if (major === 7) return this.simple(short);
    const length = this.length(short);
    if (length === UNTIL_BREAK && (major < 2 || major > 5)) throw broken();
    switch (major) {
      case 0:
        return length;
      case 1:
        return -1 - length;
      case 2:
        return this.string(length, depth);
      case 3:
        return this.string(length, depth).toString("utf8");
      case 4:
        return this.list(length, depth);
      case 5:
        return this.map(length, depth);
      default:
        return this.tagged(length, depth);
    }
  }

  private take(count: number): Buffer {
    const end = this.at + count;
    if (end > this.bytes.length) throw broken();
    const taken = this.bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }

  private length(short: number): number {
    if (short < 24) return short;
    if (short === 24) return this.take(1)[0]!;
    if (short === 25) return this.take(2).readUInt16BE();
    if (short === 26) return this.take(4).readUInt32BE();
    if (short === 27) return Number(this.take(8).readBigUInt64BE());
    if (short === 31) return UNTIL_BREAK;
    throw broken();
  }

  private string(length: number, depth: number): Buffer {
    if (length !== UNTIL_BREAK) return this.take(length);
    const parts = this.list(UNTIL_BREAK, depth).map((one) => {
      if (typeof one === "string") return Buffer.from(one, "utf8");
      if (Buffer.isBuffer(one)) return one;
      throw broken();
    });
    return Buffer.concat(parts);
  }

  private list(length: number, depth: number): unknown[] {
    const found: unknown[] = [];
    while (length === UNTIL_BREAK || found.length < length) {
      const one = this.item(depth + 1);
      if (one === BREAK) {
        if (length !== UNTIL_BREAK) throw broken();
        break;
      }
      found.push(one);
    }
    return found;
  }

  private map(length: number, depth: number): Record<string, unknown> {
    const flat = this.list(length === UNTIL_BREAK ? length : length * 2, depth);
    if (flat.length % 2 !== 0) throw broken();
    const pairs = flat.flatMap((name, place) => (place % 2 === 0 ? [[name, flat[place + 1]]] : []));
    if (!pairs.every(([name]) => typeof name === "string")) throw broken();
    return Object.fromEntries(pairs) as Record<string, unknown>;
  }

  private tagged(tag: number, depth: number): unknown {
    const value = this.item(depth + 1);
    if (value === BREAK) throw broken();
    return tag === 1 && typeof value === "number" ? new Date(value * 1000) : value;
  }

  private simple(short: number): unknown {
    if (short === 20 || short === 21) return short === 21;
    if (short === 22 || short === 23) return undefined;
    if (short === 26) return this.take(4).readFloatBE();
    if (short === 27) return this.take(8).readDoubleBE();
    if (short === 31) return BREAK;
    throw broken();
  }
}
