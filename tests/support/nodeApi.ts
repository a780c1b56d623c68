import { execFile, spawn } from "node:child_process";
import type { EmbeddedNode } from "../../pve-node/box/embeddedNode";
import { labClone } from "./labClone";

/** What `./lab pve info --json` prints. */
export type PveInfo = EmbeddedNode;

/** What a program did. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program of this machine; a non-zero exit is a result, not an error. */
export function runLocal(file: string, args: string[], stdin = ""): Promise<Ended> {
  return new Promise((done, fail) => {
    const child = spawn(file, args, { stdio: ["pipe", "pipe", "pipe"] });
    const text = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const)
      child[name].setEncoding("utf8").on("data", (chunk: string) => (text[name] += chunk));
    child.on("error", fail);
    child.on("close", (code) => done({ code: code ?? 128, ...text }));
    child.stdin.end(stdin);
  });
}

/** Runs a script in the embedded node's container. @throws when it fails. */
export function inBox(box: string, script: string): Promise<string> {
  return new Promise((done, fail) =>
    execFile("docker", ["exec", box, "bash", "-c", script], (error, stdout, stderr) =>
      error ? fail(new Error(`${script}: ${error.message}\n${stderr}`)) : done(stdout),
    ),
  );
}

export async function pveInfo(): Promise<PveInfo> {
  return JSON.parse((await labClone().ok(["pve", "info", "--json"])).stdout) as PveInfo;
}

/** Credentials as lines of curl's configuration, which others cannot read as they can arguments. */
export type Credentials = string[];

/** One API call with curl, as a user would make it. @throws when curl fails or the API refuses. */
export async function callNode<T>(
  info: PveInfo,
  credentials: Credentials,
  [method, path]: [method: string, path: string],
  params: Record<string, string> = {},
): Promise<T> {
  const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
  const config = [
    `url = ${quoted(`${info.apiUrl}/api2/json${path}`)}`,
    ...[`cacert = ${quoted(info.caFile)}`, `request = ${quoted(method)}`],
    ...Object.entries(params).map(([k, v]) => `data-urlencode = ${quoted(`${k}=${v}`)}`),
    ...credentials,
  ];
  const { code, stdout, stderr } = await runLocal(
    "curl",
    ["-sS", "--fail-with-body", "-m", "20", "-K", "-"],
    config.join("\n"),
  );
  if (code !== 0) throw new Error(`${method} ${path}: curl ${code}: ${stderr} ${stdout}`);
  return (JSON.parse(stdout) as { data: T }).data;
}

/** Logs in with the password. */
export async function login(info: PveInfo): Promise<Credentials> {
  const { ticket, CSRFPreventionToken } = await callNode<{
    ticket: string;
    CSRFPreventionToken: string;
  }>(info, [], ["POST", "/access/ticket"], { username: info.user, password: info.password });
  return [
    `cookie = "PVEAuthCookie=${encodeURIComponent(ticket)}"`,
    `header = "CSRFPreventionToken: ${CSRFPreventionToken}"`,
  ];
}

export const tokenOf = (info: PveInfo): Credentials => [
  `header = "Authorization: PVEAPIToken=${info.tokenId}=${info.tokenSecret}"`,
];
