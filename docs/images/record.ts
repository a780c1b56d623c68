/**
 * Records docs/images/failover.gif from a real failover: `npx tsx docs/images/record.ts` beside a lab that is
 * up. Needs Chromium and ffmpeg (Debian: `apt-get install chromium ffmpeg`).
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

const root = resolve(__dirname, "..", "..");
const FRAMES_PER_SECOND = 5;
const SECONDS = 15;
/** Seconds after the first picture: app2 is killed, and repaired. */
const STORY: [second: number, words: string[]][] = [
  [2, ["fault", "app2", "kill"]],
  [8, ["heal", "app2"]],
];
const SIZE = { width: 1100, height: 640 };

/** Ends the process when the work is over, however it ends. */
async function beside<T>(child: ChildProcess, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    child.kill("SIGINT");
    await Promise.race([new Promise((ended) => child.once("exit", ended)), sleep(10_000)]);
    child.kill("SIGKILL");
  }
}

/** The first line that a program prints and the pattern fits. */
async function lineOf(stream: NodeJS.ReadableStream, pattern: RegExp): Promise<string> {
  for await (const line of createInterface({ input: stream })) if (pattern.test(line)) return line;
  throw new Error(`nothing that fits ${pattern} was printed`);
}

type Send = (method: string, params?: object) => Promise<Record<string, unknown>>;

/** The tab of a browser, through its debugging port (Chrome DevTools Protocol). */
async function openTab(browser: string): Promise<Send> {
  const list = `http://${new URL(browser).host}/json/list`;
  const tabs = (await (await fetch(list)).json()) as {
    type: string;
    webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(tabs.find(({ type }) => type === "page")!.webSocketDebuggerUrl);
  await new Promise((opened) => socket.addEventListener("open", opened, { once: true }));
  const waiting = new Map<number, (result: Record<string, unknown>) => void>();
  socket.addEventListener("message", ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id?: number; result?: object };
    if (id !== undefined) waiting.get(id)?.({ ...result });
  });
  let last = 0;
  return (method, params = {}) =>
    new Promise((answered) => {
      last += 1;
      waiting.set(last, answered);
      socket.send(JSON.stringify({ id: last, method, params }));
    });
}

async function record(send: Send, url: string, folder: string): Promise<number> {
  await send("Emulation.setDeviceMetricsOverride", {
    ...SIZE,
    deviceScaleFactor: 1,
    mobile: false,
  });
  await send("Emulation.setScrollbarsHidden", { hidden: true });
  await send("Page.navigate", { url });
  await sleep(6000);
  const began = Date.now();
  const acts = STORY.map(async ([second, words]) => {
    await sleep(second * 1000);
    spawn(join(root, "lab"), words, { cwd: root, stdio: "inherit" });
  });
  let count = 0;
  for (; count < SECONDS * FRAMES_PER_SECOND; count++) {
    const { data } = await send("Page.captureScreenshot", { format: "png" });
    writeFileSync(join(folder, `${String(count).padStart(4, "0")}.png`), data as string, "base64");
    await sleep(Math.max(0, began + ((count + 1) * 1000) / FRAMES_PER_SECOND - Date.now()));
  }
  await Promise.all(acts);
  return count;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "failover-"));
  const output = join(__dirname, "failover.gif");
  const lab = spawn(join(root, "lab"), ["dashboard"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await beside(lab, async () => {
      const url = await lineOf(lab.stdout, /^http/);
      const flags = [
        "--headless",
        "--no-sandbox",
        "--remote-debugging-port=0",
        `--user-data-dir=${folder}/profile`,
      ];
      const chromium = spawn("chromium", [...flags, "about:blank"], {
        stdio: ["ignore", "ignore", "pipe"],
      });
      await beside(chromium, async () => {
        const line = await lineOf(chromium.stderr, /DevTools listening on/);
        await record(await openTab(line.split(" ").at(-1)!), url, folder);
      });
    });
    const scale =
      "scale=820:-1:flags=lanczos,split[a][b];[a]palettegen=max_colors=96[p];[b][p]paletteuse=dither=none";
    const frames = ["-framerate", String(FRAMES_PER_SECOND), "-i", join(folder, "%04d.png")];
    execFileSync("ffmpeg", ["-loglevel", "error", "-y", ...frames, "-vf", scale, output]);
    console.log(`${output}: ${Math.round(readFileSync(output).length / 1024)} kB`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
