import type * as pulumi from "@pulumi/pulumi";
import { randomInt } from "node:crypto";

interface GeneratedSecretInputs {
  length: number;
}

interface GeneratedSecretState extends GeneratedSecretInputs {
  stateVersion: 1;
  value: string;
}

/** Letters and digits only: the value needs no quoting in SQL, shell or configuration files. */
function randomText(length: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  let text = "";
  for (let i = 0; i < length; i++) text += alphabet[randomInt(alphabet.length)] ?? "";
  return text;
}

export const generatedSecretProvider: pulumi.dynamic.ResourceProvider<
  GeneratedSecretInputs,
  GeneratedSecretState
> = {
  async create({ length }) {
    const outs = { length, stateVersion: 1 as const, value: randomText(length) };
    return Promise.resolve({ id: `secret-${randomText(8)}`, outs });
  },
  async diff(_id, olds, news) {
    return Promise.resolve(
      olds.length === news.length ? { changes: false } : { changes: true, replaces: ["length"] },
    );
  },
};
