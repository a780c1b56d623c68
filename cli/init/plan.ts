import { rmSync } from "node:fs";
import { mkdtempSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { CommandContext } from "../core/command";
import { UsageError } from "../core/command";
import { ApiError, callApi } from "../lab/api";
import { askSettings, certificateFingerprint, portCheck } from "./answers";
import type { Plan } from "./apply";
import { readFacts } from "./facts";
import type { Journal } from "./journal";
import {
  isKnownHost,
  keyFingerprint,
  type LoginArgs,
  openRootShell,
  type RootShell,
  shownHostKey,
} from "./login";
import { type Ask, asker } from "./questions";
import { rightsSteps } from "./rights";
import { configuredValues } from "./stackFiles";

/** Asks and looks, and changes nothing. The shell stays open for what follows. */
export async function makePlan(
  context: CommandContext,
  former: Journal | undefined,
): Promise<{ plan: Plan; shell: RootShell }> {
  const { options, progress, stack, yes } = context;
  const ask = asker({ options, yes });
  const before = configuredValues(context);
  const login = await askLogin(context, ask, former);
  const apiPort = await ask({
    name: "api-port",
    text: "Port of its API",
    proposal: before.proxmoxEndpoint ? new URL(before.proxmoxEndpoint).port || "443" : "8006",
    check: portCheck,
  });
  const shell = await openRootShell(login);
  try {
    const facts = await progress.step("Proxmox node (version, storages, bridges, guests)", () =>
      readFacts(shell),
    );
    refuseVersion(facts.version);
    const apiUrl = `https://${login.host}:${apiPort}/`;
    const ca = await trustedCa(apiUrl, facts.ca);
    checkFingerprint(facts.ca, options["ca-fingerprint"]);
    const answers = await askSettings(ask, facts, shell, before);
    const ownToken = process.env.PROXMOX_VE_API_TOKEN;
    const rights = ownToken ? [] : rightsSteps(facts, stack);
    return { plan: { login, apiUrl, ca, facts, answers, rights, ownToken }, shell };
  } catch (error) {
    await shell[Symbol.asyncDispose]();
    throw error;
  }
}

async function askLogin(
  { options }: CommandContext,
  ask: Ask,
  former: Journal | undefined,
): Promise<LoginArgs> {
  const host = await ask({
    name: "host",
    text: "Address of the Proxmox node",
    proposal: former?.host,
    check: (answer) =>
      /^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(answer)
        ? undefined
        : `must be an IPv4 address or a name, got ${JSON.stringify(answer)}`,
  });
  const port = Number(
    await ask({
      name: "ssh-port",
      text: "Port of its SSH",
      proposal: String(former?.port ?? 22),
      check: portCheck,
    }),
  );
  const hostKey = await shownHostKey(host, port);
  await confirmHostKey(ask, options["ssh-fingerprint"], { host, port, hostKey }, former);
  const file = options["ssh-key"];
  const keyFile = typeof file === "string" ? file.replace(/^~(?=\/)/, homedir()) : undefined;
  return { host, port, hostKey, keyFile };
}

/** Known from an earlier run, by the user's known_hosts, by its option, or confirmed; never taken on trust. */
async function confirmHostKey(
  ask: Ask,
  given: string | boolean | undefined,
  { host, port, hostKey }: LoginArgs,
  former: Journal | undefined,
): Promise<void> {
  const shown = keyFingerprint(hostKey);
  if (given === undefined) {
    if (former?.host === host && former.hostKey === hostKey) return;
    if (await isKnownHost(host, port, hostKey)) return;
  }
  const answer = await ask({
    name: "ssh-fingerprint",
    text:
      `The SSH host key of ${host} is ${shown} (on the node: ssh-keygen -lf ` +
      "/etc/ssh/ssh_host_ed25519_key.pub). Type yes if that is right",
    check: (text) =>
      text === "yes" || text === shown
        ? undefined
        : `${host} shows ${shown}, got ${JSON.stringify(text)}; it is another machine, or the fingerprint is wrong`,
  });
  if (answer === "yes" && given !== undefined) {
    throw new UsageError(`--ssh-fingerprint: must be a fingerprint as SHA256:…, got "yes"`);
  }
}

/** What the program was run on; Proxmox VE 7's API lacks what it needs. */
function refuseVersion(version: string): void {
  const major = Number(/^\d+/.exec(version)?.[0] ?? 0);
  if (major >= 8) return;
  throw new Error(`Proxmox VE: version ${version} is too old; 8.4 or later is needed`);
}

/**
 * The CA to be pinned: the cluster's own where it signed the API's certificate, none where this machine trusts
 * the certificate anyway.
 *
 * @throws when neither does
 */
async function trustedCa(apiUrl: string, pem: string): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "homelab-ca-"));
  const caFile = join(folder, "ca.pem");
  writeFileSync(caFile, pem);
  const ask = (file: string | undefined) =>
    callApi({ apiUrl, caFile: file, tokenId: "", tokenSecret: "" }, "GET", "/version").catch(
      (error: unknown) => {
        // 401: the certificate was believed, and nobody was to be let in.
        if (!(error instanceof ApiError && error.status === 401)) throw error;
      },
    );
  try {
    await ask(caFile);
    return pem;
  } catch (error) {
    const isUntrusted = /certificate|CERT_|self.signed/i.test((error as Error).message);
    if (!isUntrusted) throw error;
    await ask(undefined).catch(() => {
      throw error;
    });
    return undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function checkFingerprint(pem: string, given: string | boolean | undefined): void {
  if (typeof given !== "string") return;
  const shown = certificateFingerprint(pem);
  const plain = (text: string) => text.replaceAll(":", "").toUpperCase();
  if (plain(given) === plain(shown)) return;
  throw new Error(
    `--ca-fingerprint: the node's CA has another one, got ${given}; the node has ${shown}`,
  );
}
