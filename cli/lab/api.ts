import { readFileSync } from "node:fs";
import { request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

/** How the Proxmox VE API is reached. */
export interface ApiAccess {
  apiUrl: string;
  /** CA that signed the API's certificate; the system's when undefined. */
  caFile?: string;
  tokenId: string;
  tokenSecret: string;
}

/** An answer of the API that says no. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    /** What Proxmox says of it. */
    readonly reason = "",
  ) {
    super(message);
  }
}

/** An answer of the API. */
export interface ApiAnswer<T> {
  data: T;
  /** Of the node's network: the difference that waits to be applied. */
  changes?: string;
}

/** Statuses of pveproxy itself, when its connection to the daemon behind it broke. */
const isBroken = (error: unknown) =>
  error instanceof ApiError ? error.status >= 590 : /ECONNRESET/.test(String(error));

/** How often a question is put to a node that does not get its answer out. */
const TRIES = 3;

/** Calls the Proxmox VE API and returns `data` of its answer. */
export async function callApi<T>(access: ApiAccess, method: string, path: string): Promise<T> {
  return (await askApi<T>(access, method, path)).data;
}

/** As `callApi`, with what stands beside `data`. A GET whose answer was lost is asked again. */
export async function askApi<T>(
  access: ApiAccess,
  method: string,
  path: string,
): Promise<ApiAnswer<T>> {
  for (let tries = 1; ; tries++) {
    try {
      return await askOnce<T>(access, method, path);
    } catch (error) {
      if (method !== "GET" || tries === TRIES || !isBroken(error)) throw error;
      await sleep(1000);
    }
  }
}

function askOnce<T>(access: ApiAccess, method: string, path: string): Promise<ApiAnswer<T>> {
  const url = new URL(`/api2/json${path}`, access.apiUrl);
  const what = `${method} ${url.pathname}`;
  return new Promise((resolve, reject) => {
    const call = request(url, {
      method,
      ca: access.caFile ? readFileSync(access.caFile) : undefined,
      headers: { Authorization: `PVEAPIToken=${access.tokenId}=${access.tokenSecret}` },
      agent: false,
      timeout: 15_000,
    });
    call.on("timeout", () => call.destroy(new Error("no answer within 15 s")));
    call.on("error", (cause) => {
      const code = (cause as NodeJS.ErrnoException).code ?? "";
      const said =
        code && !cause.message.includes(code) ? `${cause.message} (${code})` : cause.message;
      reject(new Error(`${what}: Proxmox at ${url.origin}: ${said}`, { cause }));
    });
    call.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => {
        const status = response.statusCode ?? 0;
        if (status < 200 || status > 299) {
          const reason = response.statusMessage ?? "";
          reject(new ApiError(`${what}: answered ${status} ${reason}`, status, reason));
          return;
        }
        try {
          resolve(JSON.parse(text) as ApiAnswer<T>);
        } catch (cause) {
          reject(new Error(`${what}: answer is no JSON: ${text.slice(0, 200)}`, { cause }));
        }
      });
    });
    call.end();
  });
}
