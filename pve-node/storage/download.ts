import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import * as fs from "node:fs/promises";
import * as http from "node:http";
import * as https from "node:https";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { TaskLog } from "../contract";

const MAX_REDIRECTS = 5;
/** A server that says nothing for this long is given up. */
const IDLE_MS = 60_000;

export interface UrlMetadata {
  filename?: string;
  size?: number;
  mimetype?: string;
}

export interface Checksum {
  algorithm: string;
  value: string;
}

/** What a URL would give, without loading it. */
export async function urlMetadata(url: string, verify: boolean): Promise<UrlMetadata> {
  const response = await request("HEAD", url, verify);
  response.resume();
  const { headers } = response;
  const named = /filename="?([^";]+)"?/.exec(headers["content-disposition"] ?? "")?.[1];
  const filename = named ?? basename(new URL(url).pathname);
  const size = headers["content-length"];
  const mimetype = headers["content-type"]?.split(";")[0]?.trim();
  return {
    ...(filename ? { filename } : {}),
    ...(size === undefined ? {} : { size: Number(size) }),
    ...(mimetype ? { mimetype } : {}),
  };
}

/** Loads a URL into a file that does not exist yet; it appears only when it is whole and right. */
export async function download(
  url: string,
  target: string,
  verify: boolean,
  checksum: Checksum | undefined,
  log: TaskLog,
): Promise<void> {
  if (await exists(target)) {
    const same = checksum && (await fileHash(target, checksum.algorithm)) === checksum.value;
    if (!same) throw new Error(`refusing to override existing file '${target}'`);
    log.line(`file '${target}' already exists with the wanted checksum`);
    return;
  }
  await fs.mkdir(dirname(target), { recursive: true });
  const draft = join(dirname(target), `.${basename(target)}.tmp_dwnl.${process.pid}`);
  log.line(`downloading ${withoutCredentials(url)} to ${target}`);
  try {
    const response = await request("GET", url, verify);
    const total = Number(response.headers["content-length"] ?? 0);
    let loaded = 0;
    let nextShown = 0;
    response.on("data", (chunk: Buffer) => {
      loaded += chunk.length;
      if (total === 0 || (100 * loaded) / total < nextShown) return;
      log.line(`${nextShown}% of ${total} bytes`);
      nextShown += 10;
    });
    await pipeline(response, createWriteStream(draft), { signal: log.signal });
    if (total > 0 && loaded !== total) {
      throw new Error(
        `download of ${withoutCredentials(url)} ended after ${loaded} of ${total} bytes`,
      );
    }
    if (checksum) await compare(draft, checksum, log);
    await fs.link(draft, target); // unlike rename, it refuses to replace a file made meanwhile
    log.line("download finished");
  } finally {
    await fs.rm(draft, { force: true });
  }
}

async function compare(file: string, { algorithm, value }: Checksum, log: TaskLog): Promise<void> {
  log.line(`calculating checksum (${algorithm})`);
  const got = await fileHash(file, algorithm);
  if (got !== value) throw new Error(`checksum mismatch: got '${got}' != expect '${value}'`);
}

async function fileHash(file: string, algorithm: string): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

async function request(
  method: string,
  url: string,
  verify: boolean,
  redirects = 0,
): Promise<http.IncomingMessage> {
  const response = await once(method, url, verify);
  const { statusCode = 0, headers } = response;
  if (statusCode >= 300 && statusCode < 400 && headers.location) {
    response.resume();
    if (redirects === MAX_REDIRECTS) throw new Error(`more than ${MAX_REDIRECTS} redirects`);
    const next = new URL(headers.location, url);
    if (next.protocol !== "http:" && next.protocol !== "https:") {
      throw new Error(`redirect to '${next.protocol}' refused`);
    }
    return request(method, next.href, verify, redirects + 1);
  }
  if (statusCode !== 200) {
    response.resume();
    throw new Error(`invalid server response: '${statusCode} ${response.statusMessage ?? ""}'`);
  }
  return response;
}

function once(method: string, url: string, verify: boolean): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const timeout = IDLE_MS;
    const call = url.startsWith("https:")
      ? https.request(url, { method, timeout, rejectUnauthorized: verify }, resolve)
      : http.request(url, { method, timeout }, resolve);
    call.on("timeout", () => call.destroy(new Error(`no data for ${IDLE_MS / 1000} s`)));
    call.on("error", reject);
    call.end();
  });
}

function withoutCredentials(text: string): string {
  const url = new URL(text);
  url.username = "";
  url.password = "";
  url.search = "";
  return url.href;
}

async function exists(path: string): Promise<boolean> {
  return fs.access(path).then(
    () => true,
    () => false,
  );
}
