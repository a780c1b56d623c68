import {
  createHmac,
  generateKeyPair,
  randomBytes,
  sign,
  timingSafeEqual,
  verify,
} from "node:crypto";
import * as fs from "node:fs/promises";
import { promisify } from "node:util";
import { exclusive, readText, writeAtomic } from "../os/files";
import type { NodePaths } from "../paths";

const LIFETIME_S = 2 * 3600;
const CLOCK_GRACE_S = 300;
/** The signing key is replaced after this; tickets of the previous one stay valid. */
const KEY_AGE_S = 24 * 3600;

/** Signs and checks login tickets and CSRF tokens. */
export class Tickets {
  constructor(
    private readonly paths: NodePaths,
    private readonly now: () => number = () => Math.floor(Date.now() / 1000),
  ) {}

  /** `PVE:<user>:<issue time in hex>::<signature>` */
  async issue(user: string): Promise<string> {
    await this.ensureKeys();
    const plain = `PVE:${user}:${this.stamp()}`;
    const key = await fs.readFile(this.paths.authKey, "utf8");
    return `${plain}::${sign("sha256", Buffer.from(plain), key).toString("base64")}`;
  }

  /** The user of a valid ticket. */
  async verify(ticket: string): Promise<string | undefined> {
    const match = /^(PVE:([^:\s]+):([0-9A-F]{8}))::([A-Za-z0-9+/=]+)$/.exec(ticket);
    if (!match || !this.fresh(match[3] ?? "")) return undefined;
    const [, plain = "", user] = match;
    const signature = Buffer.from(match[4] ?? "", "base64");
    for (const file of [this.paths.authKeyPub, `${this.paths.authKeyPub}.old`]) {
      const key = await readText(file);
      if (key && verify("sha256", Buffer.from(plain), key, signature)) return user;
    }
    return undefined;
  }

  async issueCsrf(user: string): Promise<string> {
    const stamp = this.stamp();
    return `${stamp}:${await this.csrfMac(stamp, user)}`;
  }

  async verifyCsrf(token: string, user: string): Promise<boolean> {
    const [stamp = "", mac = ""] = token.split(":");
    if (!/^[0-9A-F]{8}$/.test(stamp) || !this.fresh(stamp)) return false;
    const given = Buffer.from(mac);
    const wanted = Buffer.from(await this.csrfMac(stamp, user));
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  /** Makes missing keys and replaces an old signing key. */
  async ensureKeys(): Promise<void> {
    await exclusive("authkey", async () => {
      if (!(await readText(this.paths.csrfKey))) {
        await writeAtomic(this.paths.csrfKey, `${randomBytes(32).toString("base64")}\n`, 0o600);
      }
      const age = await ageSeconds(this.paths.authKey, this.now());
      if (age !== undefined && age < KEY_AGE_S) return;
      const { privateKey, publicKey } = await promisify(generateKeyPair)("rsa", {
        modulusLength: 2048,
        privateKeyEncoding: { type: "pkcs8", format: "pem" },
        publicKeyEncoding: { type: "spki", format: "pem" },
      });
      const previous = await readText(this.paths.authKeyPub);
      if (previous) await writeAtomic(`${this.paths.authKeyPub}.old`, previous);
      await writeAtomic(this.paths.authKeyPub, publicKey);
      await writeAtomic(this.paths.authKey, privateKey, 0o600);
    });
  }

  private stamp(): string {
    return this.now().toString(16).toUpperCase().padStart(8, "0");
  }

  private fresh(stamp: string): boolean {
    const age = this.now() - parseInt(stamp, 16);
    return age > -CLOCK_GRACE_S && age < LIFETIME_S;
  }

  private async csrfMac(stamp: string, user: string): Promise<string> {
    const key = (await readText(this.paths.csrfKey)) ?? "";
    if (key === "") throw new Error(`${this.paths.csrfKey}: missing; run bootstrap.cjs`);
    const mac = createHmac("sha256", key).update(`${stamp}:${user}`).digest("base64");
    return mac.replace(/=+$/, "");
  }
}

async function ageSeconds(file: string, now: number): Promise<number | undefined> {
  try {
    return now - Math.floor((await fs.stat(file)).mtimeMs / 1000);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
