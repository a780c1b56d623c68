import type { ChildProcessWithoutNullStreams } from "node:child_process";

/** A program that answers each line with text that a mark ends. */
export interface Asker {
  /** @throws when it does not answer in time, or has ended; then it is of no use any more */
  ask(line: string): Promise<string>;
  close(): void;
}

/** Answers are small; whatever sends more than this without an end is no answer. */
const longestAnswer = 4 * 1024 * 1024;

/** Talks with a program that runs, one question after the other. */
export function talkWith(
  program: ChildProcessWithoutNullStreams,
  { mark, timeoutMs = 10_000 }: { mark: string; timeoutMs?: number },
): Asker {
  let text = "";
  let said = "";
  let ended: Error | undefined;
  let waiting: { answer(text: string): void; fail(error: Error): void } | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const end = (error: Error) => {
    ended ??= error;
    waiting?.fail(ended);
    program.kill();
  };
  program.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    said = (said + chunk).slice(-1000);
  });
  program.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    if (text.length > longestAnswer) return end(new Error("its answer does not end"));
    const at = text.indexOf(mark);
    if (at < 0) return;
    const answer = text.slice(0, at);
    text = text.slice(at + mark.length);
    waiting?.answer(answer);
  });
  program.on("error", end);
  program.stdin.on("error", end);
  program.on("close", (code) => {
    end(new Error(said.trim().split("\n").at(-1) || `it ended, exit status ${code}`));
  });
  const askNow = (line: string) =>
    new Promise<string>((answer, fail) => {
      if (ended) return fail(ended);
      const timer = setTimeout(
        () => end(new Error(`no answer within ${timeoutMs / 1000} s`)),
        timeoutMs,
      );
      const done = () => {
        clearTimeout(timer);
        waiting = undefined;
      };
      waiting = {
        answer: (found) => (done(), answer(found)),
        fail: (error) => (done(), fail(error)),
      };
      program.stdin.write(`${line}\n`);
    });
  return {
    ask(line) {
      const next = last.then(() => askNow(line));
      last = next.catch(() => undefined);
      return next;
    },
    close: () => end(new Error("closed")),
  };
}
