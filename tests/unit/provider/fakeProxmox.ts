import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a path answers: data with 200, or a refusal. */
export type Answer = { data: unknown; changes?: string } | { status: number; reason: string };

export interface FakeProxmox {
  endpoint: string;
  caFile: string;
  /** PEM of a CA that signed nothing here. */
  otherCaFile: string;
  /** By path below /api2/json, query included. What is not in it answers 501. */
  answers: Record<string, Answer>;
  /** Paths as they were asked. */
  asked: string[];
  /** Requests that are no questions, as `DELETE /path`; each is answered with null. */
  changed: string[];
  close(): Promise<void>;
}

export const TOKEN = "homelab@pve!pulumi=11111111-2222-3333-4444-555555555555";

/** A Proxmox API on loopback with a certificate of a CA made for it. */
export async function fakeProxmox(): Promise<FakeProxmox> {
  const folder = mkdtempSync(join(tmpdir(), "proxmox-"));
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe" });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  for (const name of ["ca", "other"]) {
    const out = ["-keyout", file(`${name}.key`), "-out", file(`${name}.pem`), "-days", "2"];
    openssl("req", "-x509", ...newKey, "-subj", `/CN=${name}`, ...out);
  }
  const out = ["-keyout", file("pve.key"), "-out", file("pve.csr")];
  openssl("req", ...newKey, "-subj", "/CN=pve", ...out);
  writeFileSync(file("san"), "subjectAltName=IP:127.0.0.1\n");
  const ca = ["-CA", file("ca.pem"), "-CAkey", file("ca.key"), "-CAcreateserial", "-days", "2"];
  const signed = ["-in", file("pve.csr"), "-out", file("pve.pem"), "-extfile", file("san")];
  openssl("x509", "-req", ...signed, ...ca);

  const answers: FakeProxmox["answers"] = {};
  const asked: string[] = [];
  const changed: string[] = [];
  const tls = { key: readFileSync(file("pve.key")), cert: readFileSync(file("pve.pem")) };
  const server = createServer(tls, (request, response) => {
    const path = (request.url ?? "").replace(/^\/api2\/json/, "");
    const isQuestion = request.method === "GET";
    if (isQuestion) asked.push(path);
    else changed.push(`${request.method} ${path}`);
    const valid = request.headers.authorization === `PVEAPIToken=${TOKEN}`;
    const known = (isQuestion ? answers[path] : { data: null }) ?? {
      status: 501,
      reason: `Method 'GET ${path}' not implemented`,
    };
    const answer: Answer = valid ? known : { status: 401, reason: "Authentication failed!" };
    if ("data" in answer) response.end(JSON.stringify(answer));
    else response.writeHead(answer.status, answer.reason).end(JSON.stringify({ data: null }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    caFile: file("ca.pem"),
    otherCaFile: file("other.pem"),
    answers,
    asked,
    changed,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          rmSync(folder, { recursive: true });
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
