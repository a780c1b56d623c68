import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Family } from "../../system/distribution";
import type { LabPaths } from "../../system/labPaths";
import { accessFiles } from "../../pve-node/box/names";
import { type Finding, ok, problem } from "./findings";

/** Clocks as milliseconds since 1970. */
export interface ClockFacts {
  now: number;
  /** The clock of Docker's daemon, which may be a virtual machine's. */
  docker?: number;
  /** From when on the certificate of this lab's node counts. */
  certificate?: number;
}

/** Before this lab existed: a board without a battery begins its day in 1970. */
const earliest = Date.UTC(2026, 0, 1);

const tolerance = 5 * 60_000;

const day = (time: number) => new Date(time).toISOString().replace("T", " ").slice(0, 16);

function setClock(family: Family): string {
  return family === "alpine"
    ? "set it: sudo rc-service chronyd restart"
    : "set it: sudo timedatectl set-ntp true";
}

/** The clock is one that certificates and package lists can be checked with. */
export function judgeClock({ now, docker, certificate }: ClockFacts, family: Family): Finding {
  const subject = "clock";
  const why = "certificates and package lists are valid for a time only";
  const remedy = setClock(family);
  if (now < earliest)
    return problem(subject, "error", { found: `it says ${day(now)}`, why, remedy });
  if (certificate !== undefined && now < certificate - tolerance)
    return problem(subject, "error", {
      found: `it says ${day(now)}, before this lab's node was made (${day(certificate)})`,
      why: "the node's certificate does not count yet",
      remedy,
    });
  if (docker !== undefined && Math.abs(docker - now) > tolerance)
    return problem(subject, "warning", {
      found: `it says ${day(now)}, Docker's says ${day(docker)}`,
      why,
      remedy: "restart Docker's virtual machine, or set the clock that is wrong",
    });
  return ok(subject, day(now));
}

/** @param docker what `docker info` says of its time; empty where it does not answer */
export function lookAtClock(paths: LabPaths, docker: string): ClockFacts {
  const told = Date.parse(docker);
  return {
    now: Date.now(),
    docker: Number.isNaN(told) ? undefined : told,
    certificate: validFrom(accessFiles(paths).ca),
  };
}

function validFrom(file: string): number | undefined {
  try {
    return Date.parse(new X509Certificate(readFileSync(file)).validFrom);
  } catch {
    return undefined; // no node yet
  }
}
