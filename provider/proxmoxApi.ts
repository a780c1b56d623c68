import type * as pulumi from "@pulumi/pulumi";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { CA_FILE_VARIABLE } from "../lib/stack/machineFiles";
import { getCACertificates, rootCertificates } from "node:tls";

/** How a resource of the program is told where the Proxmox API is and who asks. */
export interface ProxmoxApiArgs {
  /** URL of the Proxmox API. */
  endpoint: pulumi.Input<string>;
  /**
   * API token, `user@realm!name=secret`. It is used and not stored.
   *
   * @default - PROXMOX_VE_API_TOKEN
   */
  token?: pulumi.Input<string>;
}

/** The API as a provider reaches it: what belongs to this machine is in the environment. */
export function apiOf(inputs: { endpoint: string; token?: string }, timeoutSeconds: number) {
  return {
    endpoint: inputs.endpoint,
    caFile: process.env[CA_FILE_VARIABLE] ?? "",
    token: inputs.token || (process.env.PROXMOX_VE_API_TOKEN ?? ""),
    timeoutSeconds,
  } satisfies ProxmoxApi;
}

export interface ProxmoxApi {
  /** e.g. `https://192.168.1.5:8006/`. */
  endpoint: string;
  /** PEM file of the CA; empty where those of the system suffice. */
  caFile: string;
  /** `user@realm!name=secret`. */
  token: string;
  timeoutSeconds: number;
}

export interface ApiAnswer {
  status: number;
  /** Proxmox says here what is wrong. */
  reason: string;
  /** Undefined when the answer is no JSON of Proxmox's kind. */
  data: unknown;
  /** Of the node's network: the difference that waits to be applied. */
  changes?: string;
}

/** CAs that the server may be signed by: the given one, else what Go programs trust as well. */
function trusted(caFile: string): string[] {
  if (caFile) return [readFileSync(caFile, "utf8")];
  return [...rootCertificates, ...getCACertificates("system")];
}

/** How often a question is put to a node that does not get its answer out. */
const TRIES = 3;

/**
 * Asks the Proxmox API; again when the answer was lost on its way, which is what pveproxy's own statuses from
 * 590 on say.
 *
 * Rejects with the system's or OpenSSL's error (`code` says which) when there was no answer at all.
 */
export async function askProxmox(api: ProxmoxApi, path: string): Promise<ApiAnswer> {
  for (let tries = 1; ; tries++) {
    const last = tries === TRIES;
    try {
      const answer = await askOnce(api, path);
      if (last || answer.status < 590) return answer;
    } catch (error) {
      if (last || (error as NodeJS.ErrnoException).code !== "ECONNRESET") throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

async function askOnce(api: ProxmoxApi, path: string): Promise<ApiAnswer> {
  const url = new URL(`/api2/json${path}`, api.endpoint);
  const ca = trusted(api.caFile);
  const headers = { authorization: `PVEAPIToken=${api.token}`, connection: "close" };
  return new Promise((resolve, reject) => {
    const asked = request(url, { ca, headers });
    const late = Object.assign(new Error(`no answer within ${api.timeoutSeconds} s`), {
      code: "ETIMEDOUT",
    });
    const timer = setTimeout(() => asked.destroy(late), api.timeoutSeconds * 1000);
    asked.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("error", reject);
      response.on("end", () => {
        clearTimeout(timer);
        const { statusCode = 0, statusMessage = "" } = response;
        resolve({ status: statusCode, reason: statusMessage, ...envelopeOf(text) });
      });
    });
    asked.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    asked.end();
  });
}

function envelopeOf(text: string): Pick<ApiAnswer, "data" | "changes"> {
  try {
    const { data, changes } = JSON.parse(text) as { data?: unknown; changes?: unknown };
    return typeof changes === "string" ? { data, changes } : { data };
  } catch {
    return { data: undefined };
  }
}
