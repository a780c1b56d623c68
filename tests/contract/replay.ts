import * as fs from "node:fs/promises";
import { parseCtConfig } from "../../pve-node/codec/ctConfig";
import { ensureCa, ensureServerCertificate } from "../../pve-node/certificates";
import { setPassword } from "../../pve-node/access/passwords";
import { fakeCts, type FakeCts } from "../support/fakeCts";
import { rootHeaders, testNode, type TestNode } from "../support/pveNode";
import { writeFiles } from "./files";
import { fixtures, type RecordedCase, type Step } from "./cases";
import type { Answer } from "./compare";

const password = "recorder-password-1";
const guests = {
  7010: "arch: amd64\ncores: 1\nhostname: rec10\nmemory: 64\nostype: unmanaged\nrootfs: local:7010/vm-7010-disk-0.raw,size=1G\nswap: 0\n",
  7011: "arch: amd64\ncores: 1\nhostname: rec11\nmemory: 64\nnet0: name=eth0,bridge=vmbr0,hwaddr=02:00:00:00:70:11,type=veth\nostype: unmanaged\nrootfs: local:7011/vm-7011-disk-0.raw,size=1G\nswap: 0\nunprivileged: 1\n",
};

class StepFailed extends Error {
  constructor(
    message: string,
    readonly answer: Answer,
  ) {
    super(message);
  }
}

/** A node in a folder with the state that the recorded cases presume; its CTs exist in memory only. */
export class Replay {
  private readonly tokens = new Map<string, string>();
  private readonly tickets = new Map<string, Record<string, string>>();

  private constructor(
    private readonly node: TestNode,
    private readonly cts: FakeCts,
  ) {}

  static async begin(): Promise<Replay> {
    const cts = fakeCts();
    const replay = new Replay(
      await testNode({ backend: cts, guests: undefined, release: "8.4" }),
      cts,
    );
    await replay.prepare();
    return replay;
  }

  async end(): Promise<void> {
    await this.node[Symbol.asyncDispose]();
  }

  /** Whether a case can be replayed without a machine: files, commands and sockets need one. */
  static possible({ request, answer, given = [] }: RecordedCase): boolean {
    const steps = given.every(([kind, , , more]) => kind !== "CLI" && more === undefined);
    const api = request.prefix === undefined || request.prefix.startsWith("/api2/");
    return steps && api && answer.status !== 0 && !request.upload && !request.plain;
  }

  /** Sends one case and puts everything back that it changed. */
  async run(one: RecordedCase): Promise<Answer> {
    const etc = `${this.node.root}/etc`;
    const kept = `${this.node.root}/kept`;
    await fs.cp(etc, kept, { recursive: true });
    try {
      for (const step of one.given ?? []) await this.step(step);
      return await this.send(one);
    } catch (error) {
      // What prepares the case is not to be had: neither is the case.
      if (error instanceof StepFailed) return error.answer;
      throw error;
    } finally {
      for (const upid of await this.node.tasks.store.active()) await this.node.tasks.wait(upid);
      await fs.rm(etc, { recursive: true });
      await fs.rename(kept, etc);
      await writeFiles(this.node.root);
      this.putGuests();
    }
  }

  private async send({ request, as }: RecordedCase): Promise<Answer> {
    const headers: Record<string, string> = { ...(await this.credentials(as)), ...request.headers };
    if (request.csrf === false) delete headers.csrfpreventiontoken;
    const { method, raw, type, json } = request;
    let path = `${request.prefix ?? ""}${request.path}`;
    let body = raw ?? "";
    if (type !== undefined) headers["content-type"] = type;
    if (request.query) path += `?${form(request.query)}`;
    if (request.form) {
      body = form(request.form);
      headers["content-type"] = "application/x-www-form-urlencoded";
    }
    if (json) {
      body = filled(JSON.stringify(json));
      headers["content-type"] = "application/json";
    }
    const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    return this.node.app.inject(method, path, Object.fromEntries(lower) as typeof headers, body);
  }

  private async prepare(): Promise<void> {
    await rootHeaders(this.node);
    await writeFiles(this.node.root);
    const { paths } = this.node.services;
    await ensureCa(paths, "pve1");
    await ensureServerCertificate(paths, "pve1", ["pve1"]);
    const { tokens, steps } = fixtures();
    for (const step of steps) await this.step(step);
    // Ids of tokens by the name that their secret was saved under.
    for (const [actor, [id, saved]] of Object.entries(tokens))
      this.tokens.set(actor, `PVEAPIToken=${id}=${this.saved.get(saved) ?? ""}`);
    this.putGuests();
  }

  private readonly saved = new Map<string, string>();

  private async step([method, path, values = {}, more]: Step): Promise<void> {
    const root = await this.credentials("root");
    const get = method === "GET" || method === "DELETE";
    const answer = await this.node.app.inject(
      method,
      get ? `${path}?${form(values)}` : path,
      { ...root, "content-type": "application/x-www-form-urlencoded" },
      get ? "" : form(values),
    );
    if (answer.status !== 200) throw new StepFailed(`${method} ${path}: ${answer.reason}`, answer);
    const data = answer.json.data;
    if (more?.save) this.saved.set(more.save, (data as { value: string }).value);
    if (typeof data === "string" && data.startsWith("UPID:")) await this.node.tasks.wait(data);
  }

  private async credentials(as: string): Promise<Record<string, string>> {
    if (as === "none") return {};
    const token = this.tokens.get(as);
    if (token !== undefined) return { authorization: token };
    const user = as === "root" ? "root@pam" : as;
    const known = this.tickets.get(user);
    if (known) return known;
    const { access } = this.node;
    if (user === "root@pam") await setPassword(access.paths.pamShadow, "root", password);
    const headers = {
      cookie: `PVEAuthCookie=${encodeURIComponent(await access.tickets.issue(user))}`,
      csrfpreventiontoken: await access.tickets.issueCsrf(user),
    };
    this.tickets.set(user, headers);
    return headers;
  }

  private putGuests(): void {
    const { cts, running } = this.cts;
    cts.clear();
    for (const [vmid, text] of Object.entries(guests)) cts.set(Number(vmid), parseCtConfig(text));
    running.clear();
    running.add(7011);
  }
}

/** `{password}` is the fixtures' password, `{ax300}` the letter a 300 times. */
const filled = (text: string) =>
  text
    .replaceAll("{password}", password)
    .replace(/\{([a-z])x(\d+)\}/g, (_, letter: string, count: string) =>
      letter.repeat(Number(count)),
    );

const form = (values: Record<string, string | number | boolean>) =>
  new URLSearchParams(
    Object.entries(values).map(([key, value]): [string, string] => [key, filled(String(value))]),
  ).toString();
