import { devStack } from "./workingCopy";

/** A command to type next, on the same stack: `undrain app1` becomes `./lab undrain app1 --stack home`. */
export function followUp(stack: string, words: string): string {
  if (stack === devStack) return `./lab ${words}`;
  const at = words.indexOf(" -- ");
  const [own, rest] = at < 0 ? [words, ""] : [words.slice(0, at), words.slice(at)];
  return `./lab ${own} --stack ${stack}${rest}`;
}
