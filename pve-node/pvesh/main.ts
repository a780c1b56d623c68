import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { nodePaths } from "../paths";
import { type ApiCall, CommandLineError, pveshCall, pveumCall } from "./commandLine";

/** `pvesh` and `pveum`: the API for root of the node, who needs no password of his own for it. */

interface Answer {
  status: number;
  reason: string;
  body: { data?: unknown; errors?: Record<string, string> };
}

const PATHS = nodePaths("");

async function ask(
  { method, path, params }: Omit<ApiCall, "json">,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const text = new URLSearchParams(params).toString();
  const inBody = method === "POST" || method === "PUT";
  const options = {
    host: "127.0.0.1",
    port: 8006,
    method,
    path: `/api2/json${path}${!inBody && text ? `?${text}` : ""}`,
    headers: inBody ? { ...headers, "content-type": "application/x-www-form-urlencoded" } : headers,
    ca: await readFile(PATHS.caCert), // the node's own authority signed the API's certificate
  };
  return new Promise((resolve, reject) => {
    const asked = request(options, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      response.on("end", () => {
        const { statusCode: status = 0, statusMessage: reason = "" } = response;
        resolve({ status, reason, body: body ? (JSON.parse(body) as Answer["body"]) : {} });
      });
    });
    asked.on("error", reject);
    asked.end(inBody ? text : undefined);
  });
}

async function login(): Promise<Record<string, string>> {
  const password = (await readFile(PATHS.rootPassword, "utf8")).trim();
  const params: [string, string][] = [
    ["username", "root@pam"],
    ["password", password],
  ];
  const { body } = await ask({ method: "POST", path: "/access/ticket", params });
  const { ticket = "", CSRFPreventionToken = "" } = (body.data ?? {}) as Record<string, string>;
  return { cookie: `PVEAuthCookie=${ticket}`, csrfpreventiontoken: CSRFPreventionToken };
}

async function main([program = "", ...words]: string[]): Promise<number> {
  const call = program === "pveum" ? pveumCall(words) : pveshCall(words);
  const { status, reason, body } = await ask(call, await login());
  if (status !== 200) {
    const errors = Object.entries(body.errors ?? {}).map(([name, text]) => `${name}: ${text}\n`);
    process.stderr.write(`${reason}\n${errors.join("")}`);
    return 255;
  }
  const { data } = body;
  if (typeof data === "string" && !call.json) process.stdout.write(`${data}\n`);
  else if (data !== null && data !== undefined) {
    process.stdout.write(`${JSON.stringify(data, undefined, call.json ? undefined : 2)}\n`);
  }
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = error instanceof CommandLineError ? 255 : 1;
  },
);
