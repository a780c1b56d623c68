import type { Member, Side } from "../security/securityGroup";
import { addressOn } from "../security/securityGroup";
import type { Guest, GuestKind } from "./guest";
import { GUEST_KINDS } from "./guestKinds";
import type { Settings } from "./settings";

/** Every guest of the stack, in the order of the kinds. */
export function guestsOf(
  settings: Settings,
  kinds: readonly GuestKind[] = GUEST_KINDS,
): readonly Guest[] {
  return kinds.flatMap((kind) => {
    const { role, startOrder, unit } = kind;
    return kind.guests(settings).map((guest) => ({ ...guest, role, startOrder, unit }));
  });
}

/** Guests in the order in which they are started. */
export function inStartOrder(guests: readonly Guest[]): readonly Guest[] {
  return [...guests].sort((a, b) => a.startOrder - b.startOrder);
}

/** The guest with this name. @throws Error when there is none, for the caller made the name up. */
export function guestNamed(guests: readonly Guest[], name: string): Guest {
  const found = guests.find((guest) => guest.name === name);
  if (found) return found;
  const names = guests.map((guest) => guest.name).join(", ");
  throw new Error(`the stack has no CT "${name}"; its CTs are ${names}`);
}

export function memberOfGuest({ name, ports }: Guest): Member {
  return { name, ports };
}

/** A guest's address on a side. @throws Error when it has no interface there */
export function addressOf(guest: Guest, side: Side): string {
  const address = addressOn(guest, side);
  if (address === undefined) throw new Error(`CT ${guest.vmid} "${guest.name}" is not on ${side}`);
  return address;
}
