import { shellQuote } from "../../lib/shell/quote";
import {
  dropBetween,
  endUnit,
  fillDisk,
  FILLED,
  flapLoop,
  memoryHog,
  putServiceFault,
  rejectFrom,
  runUnit,
  untilNone,
} from "./insideService";
import { FILLER, SERVICE_FAULTS } from "../../lib/docker/faultFiles";
import type { FaultSpec } from "./faultSpec";

/** What a fault is done to. */
export interface FaultTarget {
  vmid: number;
  /** Port of the service. */
  port: number;
  /** The load balancer, as the target sees it. */
  loadBalancerAddress: string;
  database: { address: string; port: number };
}

/** One fault as commands for the Proxmox node; both may be run again without harm. */
export interface Fault {
  /** Breaks the target. */
  inject: string;
  /** Repairs it, whether it is broken or not. */
  undo: string;
  /** What is to be seen, with the profile `tuned`. */
  expect: string;
}

/** Name of the service's container on an app node. */
export const SERVICE = "web";

/** The commands and the expectation of one fault. */
export function faultOf(spec: FaultSpec, target: FaultTarget): Fault {
  const { vmid, port, loadBalancerAddress: balancer, database } = target;
  const inGuest = (text: string) => `pct exec ${vmid} -- sh -c ${shellQuote(text)}`;
  const { kind, amount = 0, checks = false } = spec;
  switch (kind) {
    case "kill":
      return {
        inject: inGuest(whenService("Running", "kill")),
        undo: inGuest(`docker start ${SERVICE}`),
        expect:
          "connections fail: out with the second that is noticed, others answer it; " +
          "a POST that was being answered is lost",
      };
    case "stop":
      return {
        inject: `pct status ${vmid} | grep -q stopped || pct stop ${vmid}`,
        undo: `pct status ${vmid} | grep -q running || pct start ${vmid}`,
        expect: "the address is gone: requests wait 0.5 s for it once, then others answer them",
      };
    case "hang":
      return {
        inject: inGuest(
          `[ "$(docker inspect -f "{{.State.Paused}}" ${SERVICE})" = true ] || docker pause ${SERVICE}`,
        ),
        undo: inGuest(whenService("Paused", "unpause")),
        expect:
          "connections open but nothing answers: out after two checks of 0.5 s, and requests that it " +
          "has by then wait until it goes on, 60 s at the most",
      };
    case "drop": {
      const rules = (action: "-I" | "-D") => dropBetween(action, "drop", { address: balancer });
      return {
        inject: inGuest(rules("-I").join(" && ")),
        undo: inGuest(rules("-D").map(untilNone).join("; ")),
        expect:
          "packets vanish in both directions: new connections wait 0.5 s, open ones 2 to 4 s until " +
          "TCP gives them up, then others answer",
      };
    }
    case "reject":
      return {
        inject: inGuest(rejectFrom("-I", "reject", balancer, port)),
        undo: inGuest(untilNone(rejectFrom("-D", "reject", balancer, port))),
        expect: "connections are reset: out with the next request, others answer it",
      };
    case "error":
      return {
        inject: inGuest(putServiceFault(SERVICE_FAULTS.error, amount, checks)),
        undo: inGuest(`rm -f ${SERVICE_FAULTS.error}`),
        expect: checks
          ? `it answers ${amount} % of requests and checks with 500: with enough of them checks ` +
            "fail (Target.ResponseCodeMismatch) and it is out; until then clients see the errors"
          : `it answers ${amount} % of its requests with 500 and stays healthy, for its checks are ` +
            "good: clients see the errors, no status is retried",
      };
    case "slow":
      return {
        inject: inGuest(putServiceFault(SERVICE_FAULTS.slow, amount, checks)),
        undo: inGuest(`rm -f ${SERVICE_FAULTS.slow}`),
        expect:
          `its answers come ${amount} ms late` +
          (checks && amount >= 500 ? "; its checks time out (Target.Timeout) and it is out" : "") +
          (checks ? "" : ", it stays healthy and keeps its share") +
          (amount >= 60_000 ? "; after 60 s a client gets 504" : ""),
      };
    case "flap":
      return {
        inject: inGuest(
          `${endUnit("flap")}; ${runUnit("flap", flapLoop(balancer, port), ["Restart=no"])}`,
        ),
        undo: inGuest(`${endUnit("flap")}; ${untilNone(rejectFrom("-D", "flap", balancer, port))}`),
        expect: "out with the first reset connection, back after two good checks, again and again",
      };
    case "db": {
      const rules = (action: "-I" | "-D") => dropBetween(action, "db", database);
      return {
        inject: inGuest(rules("-I").join(" && ")),
        undo: inGuest(rules("-D").map(untilNone).join("; ")),
        expect:
          "its page takes up to 1.5 s and says that the database is away, /readyz answers 503; it " +
          "stays healthy, for /healthz does not ask the database",
      };
    }
    case "full":
      return {
        inject: inGuest(fillDisk()),
        undo: inGuest(`rm -f ${FILLED}`),
        expect:
          "nothing at the load balancer: the service writes nothing, it stays healthy; whatever " +
          `writes on its CT fails with "No space left on device" (${FILLER} takes all of it)`,
      };
    case "memory":
      return {
        inject: inGuest(
          `${endUnit("memory")}; ` +
            runUnit("memory", memoryHog(), [
              "Restart=always",
              "RestartSec=1",
              "OOMScoreAdjust=1000",
            ]),
        ),
        undo: inGuest(endUnit("memory")),
        expect:
          "its CT reaches its cap again and again; the kernel kills the process that takes the " +
          "memory, inside this CT only; answers may be slow, it stays healthy",
      };
  }
}

/** Does it where the service's container is in that state, and is content where it is not. */
function whenService(state: "Running" | "Paused", verb: "kill" | "unpause"): string {
  const is = `[ "$(docker inspect -f "{{.State.${state}}}" ${SERVICE})" = true ]`;
  return `if ${is}; then docker ${verb} ${SERVICE}; fi`;
}
