import type { RawLine } from "../codec/ctConfig";
import { parseSize } from "../codec/size";

/** Which hierarchy the machine has: 2 is the unified one. */
export type CgroupVersion = 1 | 2;

/** A limit as the file of the machine's cgroup version takes it. */
export interface CgroupLimit {
  key: string;
  value: string;
}

const mebibyte = 1024 * 1024;
/** Microseconds of the period in which a CT may use `cpulimit` times as much. */
const cpuPeriod = 100_000;

const option = (options: Record<string, string>, key: string, fallback: number) =>
  options[key] === undefined || options[key] === "" ? fallback : Number(options[key]);

/** Shares of cgroup v1 for a weight of v2: both count from their default, 1024 and 100. */
const sharesOf = (weight: number) => Math.max(2, Math.round((weight * 1024) / 100));

/** Memory and swap, in an order that a fresh group accepts. */
export function memoryLimits(
  options: Record<string, string>,
  version: CgroupVersion,
): CgroupLimit[] {
  const memory = option(options, "memory", 512) * mebibyte;
  const swap = option(options, "swap", 0) * mebibyte;
  if (version === 1) {
    return [
      { key: "memory.limit_in_bytes", value: String(memory) },
      // Counts memory and swap together.
      { key: "memory.memsw.limit_in_bytes", value: String(memory + swap) },
    ];
  }
  return [
    { key: "memory.max", value: String(memory) },
    { key: "memory.swap.max", value: String(swap) },
    // Reclaim starts shortly before the limit kills.
    { key: "memory.high", value: String(Math.floor((memory * 127) / 128 / 4096) * 4096) },
  ];
}

/** CPU time and share; `cpuunits` only when it is set. */
export function cpuLimits(options: Record<string, string>, version: CgroupVersion): CgroupLimit[] {
  const limit = option(options, "cpulimit", 0);
  const quota = Math.round(limit * cpuPeriod);
  const limits: CgroupLimit[] =
    version === 1
      ? [
          { key: "cpu.cfs_period_us", value: String(cpuPeriod) },
          { key: "cpu.cfs_quota_us", value: limit > 0 ? String(quota) : "-1" },
        ]
      : [{ key: "cpu.max", value: `${limit > 0 ? quota : "max"} ${cpuPeriod}` }];
  if (options.cpuunits !== undefined) {
    const weight = Math.min(10_000, Math.max(1, Number(options.cpuunits)));
    limits.push(
      version === 1
        ? { key: "cpu.shares", value: String(sharesOf(weight)) }
        : { key: "cpu.weight", value: String(weight) },
    );
  }
  return limits;
}

/**
 * The CPUs of a CT with `cores`, spread over CTs by their ids; undefined when it may use all.
 *
 * @param available the CPUs that the node itself may use.
 */
export function cpuSet(
  options: Record<string, string>,
  vmid: number,
  available: number[],
): CgroupLimit | undefined {
  const cores = option(options, "cores", 0);
  if (cores === 0 || cores >= available.length) return undefined;
  const chosen = Array.from(
    { length: cores },
    (_, n) => available[(vmid * cores + n) % available.length]!,
  );
  return { key: "cpuset.cpus", value: chosen.sort((a, b) => a - b).join(",") };
}

/** Reads a list such as `0-3,8`. */
export function parseCpuList(text: string): number[] {
  return text
    .trim()
    .split(",")
    .filter(Boolean)
    .flatMap((part) => {
      const [from = 0, to = from] = part.split("-").map(Number);
      return Array.from({ length: to - from + 1 }, (_, n) => from + n);
    });
}

/** Bytes above which the kernel of cgroup v1 means "unlimited". */
const unlimitedBytes = 2 ** 62;

/**
 * Whether a limit that was read back is the one that was set: the kernel rounds bytes to pages, prints
 * lists of CPUs as ranges, and has its own number for "unlimited".
 */
export function sameLimit(key: string, actual: string, wanted: string): boolean {
  if (actual === wanted) return true;
  if (key.startsWith("cpuset.")) return parseCpuList(actual).join() === parseCpuList(wanted).join();
  const [a, b] = [actual, wanted].map((text) => parseSize(text.toUpperCase()) ?? Number(text));
  if (b === -1) return a! >= unlimitedBytes;
  return b! > 0 && Math.abs(a! - b!) < 4096; // one page
}

const bytesOrMax = (value: string, unlimited: string) => (value === "max" ? unlimited : value);

/** v2 key -> its meaning on v1; undefined where v1 has none. */
const toV1: Record<string, (value: string) => CgroupLimit[]> = {
  "memory.max": (v) => [{ key: "memory.limit_in_bytes", value: bytesOrMax(v, "-1") }],
  "memory.high": (v) => [{ key: "memory.soft_limit_in_bytes", value: bytesOrMax(v, "-1") }],
  "cpu.max": (v) => {
    const [quota = "max", period = String(cpuPeriod)] = v.split(/\s+/);
    return [
      { key: "cpu.cfs_period_us", value: period },
      { key: "cpu.cfs_quota_us", value: bytesOrMax(quota, "-1") },
    ];
  },
  "cpu.weight": (v) => [{ key: "cpu.shares", value: String(sharesOf(Number(v))) }],
};

const unlimitedToMax = (value: string) => (Number(value) < 0 ? "max" : value);

const toV2: Record<string, (value: string) => CgroupLimit[]> = {
  "memory.limit_in_bytes": (v) => [{ key: "memory.max", value: unlimitedToMax(v) }],
  "memory.soft_limit_in_bytes": (v) => [{ key: "memory.high", value: unlimitedToMax(v) }],
  "cpu.cfs_quota_us": (v) => [{ key: "cpu.max", value: `${unlimitedToMax(v)} ${cpuPeriod}` }],
  "cpu.cfs_period_us": () => [],
  "cpu.shares": (v) => [
    { key: "cpu.weight", value: String(Math.max(1, Math.round((Number(v) * 100) / 1024))) },
  ],
};

const sameOnBoth = /^(?:devices\.(?:allow|deny)|pids\.max|cpuset\.(?:cpus|mems))$/;

/**
 * Raw lines for the machine's cgroup version. LXC ignores the other version's keys without a word, so
 * a cap that a user wrote for v2 would not be in force on v1.
 *
 * @param warn told of each line that has no counterpart.
 */
export function translateRawLines(
  raw: readonly RawLine[],
  version: CgroupVersion,
  warn: (text: string) => void,
): RawLine[] {
  const own = version === 1 ? "lxc.cgroup." : "lxc.cgroup2.";
  const foreign = version === 1 ? "lxc.cgroup2." : "lxc.cgroup.";
  const table = version === 1 ? toV1 : toV2;
  const reserved = /^lxc\.cgroup\.(?:dir|relative)/;
  return raw.flatMap((line): RawLine[] => {
    const [key, value] = line;
    if (!key.startsWith(foreign) || reserved.test(key)) return [line];
    const name = key.slice(foreign.length);
    if (sameOnBoth.test(name)) return [[own + name, value]];
    const translate = table[name];
    if (!translate) {
      warn(`${key}: has no counterpart on this machine's cgroup v${version}; ignored`);
      return [];
    }
    return translate(value).map((limit): RawLine => [own + limit.key, limit.value]);
  });
}
