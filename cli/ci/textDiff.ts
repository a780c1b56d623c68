/** Texts with more lines than this in the part that differs are shown as taken out and put in whole. */
const MOST_LINES = 1500;

interface Line {
  sign: " " | "-" | "+";
  text: string;
}

/**
 * Two texts as a unified diff without a head; empty where they are equal.
 *
 * @param context lines around a change that are shown with it
 */
export function textDiff(before: string, after: string, context = 2): string {
  if (before === after) return "";
  const lines = compare(before.split("\n"), after.split("\n"));
  const shown = lines.map((_, at) =>
    lines.slice(Math.max(0, at - context), at + context + 1).some(({ sign }) => sign !== " "),
  );
  const result: string[] = [];
  lines.forEach(({ sign, text }, at) => {
    if (!shown[at]) return;
    if (at > 0 && !shown[at - 1]) result.push("@@");
    result.push(`${sign}${text}`);
  });
  return result.join("\n");
}

function compare(before: string[], after: string[]): Line[] {
  let from = 0;
  while (from < before.length && from < after.length && before[from] === after[from]) from++;
  let end = 0;
  const most = Math.min(before.length, after.length) - from;
  while (end < most && before.at(-1 - end) === after.at(-1 - end)) end++;
  const same = (text: string): Line => ({ sign: " ", text });
  return [
    ...before.slice(0, from).map(same),
    ...between(before.slice(from, before.length - end), after.slice(from, after.length - end)),
    ...before.slice(before.length - end).map(same),
  ];
}

/** By the longest common subsequence: quadratic, and the texts here have some hundred lines. */
function between(before: string[], after: string[]): Line[] {
  const out = (text: string): Line => ({ sign: "-", text });
  const put = (text: string): Line => ({ sign: "+", text });
  if (Math.max(before.length, after.length) > MOST_LINES) {
    return [...before.map(out), ...after.map(put)];
  }
  const width = after.length + 1;
  const longest = new Uint16Array((before.length + 1) * width);
  for (let a = before.length - 1; a >= 0; a--) {
    for (let b = after.length - 1; b >= 0; b--) {
      longest[a * width + b] =
        before[a] === after[b]
          ? longest[(a + 1) * width + b + 1]! + 1
          : Math.max(longest[(a + 1) * width + b]!, longest[a * width + b + 1]!);
    }
  }
  const lines: Line[] = [];
  let a = 0;
  let b = 0;
  while (a < before.length || b < after.length) {
    if (a < before.length && b < after.length && before[a] === after[b]) {
      lines.push({ sign: " ", text: before[a++]! });
      b++;
    } else if (
      b === after.length ||
      (a < before.length && longest[(a + 1) * width + b]! >= longest[a * width + b + 1]!)
    ) {
      lines.push(out(before[a++]!));
    } else {
      lines.push(put(after[b++]!));
    }
  }
  return lines;
}
