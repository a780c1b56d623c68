import { readFileSync } from "node:fs";
import { request } from "node:https";

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
  ) {
    super(message);
  }
}

/** Calls the Proxmox VE API and returns `data` of its answer. */
export function callApi<T>(access: ApiAccess, method: string, path: string): Promise<T> {
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
      reject(new Error(`${what}: Proxmox at ${url.origin}: ${cause.message}`, { cause }));
    });
    call.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => {
        const status = response.statusCode ?? 0;
        if (status < 200 || status > 299) {
          reject(new ApiError(`${what}: answered ${status} ${response.statusMessage}`, status));
          return;
        }
        try {
          resolve((JSON.parse(text) as { data: T }).data);
        } catch (cause) {
          reject(new Error(`${what}: answer is no JSON: ${text.slice(0, 200)}`, { cause }));
        }
      });
    });
    call.end();
  });
}
