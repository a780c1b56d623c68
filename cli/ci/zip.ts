import { crc32, inflateRawSync } from "node:zlib";

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
/** The end of a ZIP's directory is in its last bytes: 22, and a comment of at most 65,535. */
const MOST_END = 22 + 65_535;

/**
 * One file of a ZIP archive that a stranger has made: nothing is written to a disk, names lead nowhere, and
 * it is never larger than the limit, whatever the archive says of it.
 *
 * @see APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16: local header, directory entry, end of the directory
 * @throws Error for an archive that is damaged, has no such file, or has a larger one
 */
export function fileOfZip(archive: Buffer, name: string, mostBytes: number): Buffer {
  const end = endOfDirectory(archive);
  let at = archive.readUInt32LE(end + 16);
  for (let count = archive.readUInt16LE(end + 10); count > 0; count--) {
    if (at + 46 > archive.length || archive.readUInt32LE(at) !== DIRECTORY_ENTRY) break;
    const lengths = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset));
    const nameEnd = at + 46 + lengths[0]!;
    if (archive.toString("utf8", at + 46, nameEnd) === name) {
      return contentOf(archive, at, name, mostBytes);
    }
    at = nameEnd + lengths[1]! + lengths[2]!;
  }
  throw new Error(`the archive has no ${name}`);
}

function endOfDirectory(archive: Buffer): number {
  const first = Math.max(0, archive.length - MOST_END);
  for (let at = archive.length - 22; at >= first; at--) {
    if (archive.readUInt32LE(at) === END_OF_DIRECTORY) return at;
  }
  throw new Error("the archive is no ZIP: the end of its directory is missing");
}

function contentOf(archive: Buffer, entry: number, name: string, mostBytes: number): Buffer {
  const method = archive.readUInt16LE(entry + 10);
  const checksum = archive.readUInt32LE(entry + 16);
  const packed = archive.readUInt32LE(entry + 20);
  const local = archive.readUInt32LE(entry + 42);
  if (local + 30 > archive.length || archive.readUInt32LE(local) !== LOCAL_HEADER) {
    throw new Error(`the archive is damaged at ${name}`);
  }
  const from = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const bytes = archive.subarray(from, from + packed);
  const content = method === 0 ? bytes : inflate(bytes, method, name, mostBytes);
  if (content.length > mostBytes) throw new Error(`${name}: is larger than ${mostBytes} bytes`);
  if (crc32(content) !== checksum) throw new Error(`the archive is damaged at ${name}`);
  return content;
}

function inflate(bytes: Buffer, method: number, name: string, mostBytes: number): Buffer {
  if (method !== 8) throw new Error(`${name}: is packed by method ${method}, which is not known`);
  try {
    return inflateRawSync(bytes, { maxOutputLength: mostBytes });
  } catch (cause) {
    throw new Error(`${name}: is damaged, or larger than ${mostBytes} bytes`, { cause });
  }
}
