import type { ParsedScript, SyntaxNode } from "unbash";
import type { Area } from "./judgedPaths";
import type { Machine } from "./machine";
import type { FileFact, Outcome } from "./values";

/** Something in a script that cannot be followed, or that touches what policies judge. */
export interface Fault {
  area: Area;
  /** The command as it is written, shortened. */
  command: string;
  /** Why it is a fault, as the end of a sentence. */
  why: string;
}

/** A kernel setting, or a file below /proc or /sys, that a script writes. */
export interface KernelSetting {
  name: string;
  value: string;
}

export interface HostOptions {
  /** Sees the words of each command, with the host as it is just before. */
  watch?: (words: string[]) => void;
  /** The Proxmox node has filters of its own, and commands for its CTs. */
  isNode?: boolean;
  /** Programs that are taken to touch nothing that is judged. */
  programs?: readonly string[];
}

/** The host that scripts run on, as programs see it. */
export interface Host {
  readonly options: HostOptions;
  readonly faults: Fault[];
  readonly kernel: KernelSetting[];
  readonly dockerRuns: string[][];
  readonly seen: Map<string, string>;
  machine: Machine;
  fault(area: Area, command: string, why: string): void;
  judgedState(): string;
  /** A host of its own in the same state, without the faults. */
  copy(): Host;
  /** Another host, of which nothing is known. */
  another(options: HostOptions): Host;
  shell(stdin: string | undefined): Shell;
}

/** A shell that follows a script, as the commands in it see it. */
export interface Shell {
  readonly host: Host;
  readonly machine: Machine;
  readonly functions: Map<string, SyntaxNode>;
  stdin: string | undefined;
  arguments: string[];
  depth: number;
  source: string;
  run(text: string): Outcome;
  finish(): void;
  trap(text: string): void;
  variable(name: string): string | undefined;
  output(script: ParsedScript | undefined): string;
  follow(script: ParsedScript | undefined): void;
  inside(run: () => Outcome): Outcome;
  list(statements: readonly { command: SyntaxNode }[]): Outcome;
  node(node: SyntaxNode): Outcome;
  fed(node: SyntaxNode, stdin: string | undefined): Outcome;
  called(body: SyntaxNode): Outcome;
  textOf(node: { pos: number; end: number }): string;
  either(
    condition: { succeeded?: boolean; ifTrue: FileFact[]; ifFalse: FileFact[] },
    ways: [() => Outcome, () => Outcome],
    swapped?: boolean,
  ): Outcome;
  /** Runs a text in a shell of its own, which has no functions of this one. */
  apart(text: string, args: string[], stdin: string | undefined): Outcome;
  /** Runs a program by its words. */
  words(words: string[], given: { stdin: string | undefined; text: string }): Outcome;
}

/** A command with its words as far as they are known. */
export interface Call {
  /** As it was called, with its folder. */
  program: string;
  name: string;
  args: string[];
  /** Arguments that are no options. */
  operands: string[];
  stdin: string | undefined;
  /** As it is written, for messages. */
  text: string;
}
