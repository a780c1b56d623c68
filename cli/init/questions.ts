import { createInterface } from "node:readline/promises";
import { type OptionSpec, UsageError } from "../core/command";

/** One answer that `init` needs. */
export interface Question {
  /** Name of its option; `HOMELAB_INIT_<NAME>` in the environment answers it too. */
  name: string;
  text: string;
  /** What an empty answer means. @default - there must be one */
  proposal?: string;
  /** What there is to choose from, where that is known. */
  choices?: readonly string[];
  /** What is wrong with an answer, undefined: nothing. */
  check?: (answer: string) => string | undefined;
}

/** Answers questions. */
export type Ask = (question: Question) => Promise<string>;

export const variableOf = (name: string) =>
  `HOMELAB_INIT_${name.toUpperCase().replaceAll("-", "_")}`;

/**
 * Options first, then the environment, then the terminal. Where there is none, or with `--yes`, the proposal.
 *
 * Everything is asked before anything is changed, so a question that is broken off leaves nothing.
 */
export function asker(from: {
  options: Record<string, string | boolean | undefined>;
  yes: boolean;
  env?: Record<string, string | undefined>;
  /** @default - the terminal; undefined where there is none */
  prompt?: (text: string) => Promise<string>;
}): Ask {
  const { options, yes, env = process.env, prompt = terminalPrompt() } = from;
  return async (question) => {
    const { name, proposal } = question;
    const option = options[name];
    const given = typeof option === "string" ? option : env[variableOf(name)];
    if (given !== undefined) {
      const problem = problemOf(question, given);
      if (problem) throw new UsageError(`--${name}: ${problem}`);
      return given;
    }
    if (yes || !prompt) {
      const problem = proposal === undefined ? "is missing" : problemOf(question, proposal);
      if (!problem) return proposal!;
      throw new UsageError(`--${name}: ${problem} (${question.text})`);
    }
    return untilAnswered(question, prompt);
  };
}

async function untilAnswered(question: Question, prompt: (text: string) => Promise<string>) {
  const { text, proposal, choices } = question;
  const known = choices && choices.length > 1 ? ` (${choices.join(", ")})` : "";
  for (;;) {
    const shown = proposal === undefined ? "" : ` [${proposal}]`;
    const answer = (await prompt(`${text}${known}${shown}: `)).trim() || (proposal ?? "");
    const problem = answer === "" ? "an answer is needed" : problemOf(question, answer);
    if (!problem) return answer;
    process.stderr.write(`  ${problem}\n`);
  }
}

function problemOf({ choices, check }: Question, answer: string): string | undefined {
  if (choices && !choices.includes(answer)) {
    const there = choices.length > 0 ? choices.join(", ") : "none";
    return `is not among those that there are, got ${JSON.stringify(answer)}; there are: ${there}`;
  }
  return check?.(answer);
}

function terminalPrompt(): ((text: string) => Promise<string>) | undefined {
  if (!process.stdin.isTTY) return undefined;
  return async (text) => {
    const reader = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await reader.question(text);
    } finally {
      reader.close();
    }
  };
}

const text = (value: string, help: string): OptionSpec => ({ type: "string", value, help });

/** Every answer as an option. */
export const questionOptions: Record<string, OptionSpec> = {
  host: text("ADDRESS", "the Proxmox node"),
  "ssh-port": text("PORT", "its SSH (default 22)"),
  "ssh-fingerprint": text("SHA256:…", "its SSH host key's; asked, or known_hosts"),
  "ca-fingerprint": text("XX:XX:…", "SHA-256 of its CA, refused if another"),
  "api-port": text("PORT", "its API (default 8006)"),
  "ssh-key": text("FILE", "your key for root there, for init alone"),
  storage: text("NAME", "for the CTs' disks"),
  template: text("VOLUME", "the CT template, Debian 12"),
  "lan-bridge": text("NAME", "bridge of the LAN"),
  "lan-cidr": text("SUBNET", "the LAN's subnet"),
  "lan-gateway": text("ADDRESS", "the LAN's gateway"),
  "lan-address": text("ADDRESS", "the load balancer's, free, in the LAN"),
  "private-bridge": text("NAME", "bridge that the stack makes"),
  "private-cidr": text("SUBNET", "private subnet"),
  nameserver: text("ADDRESS", "resolver of the CTs"),
  "apt-proxy": text("URL", "cache for Debian packages, or none"),
  "app-nodes": text("N", "1 to 20 (default 3)"),
};
