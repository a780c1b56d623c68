import { spawn } from "node:child_process";
import { type LabClone } from "./labClone";

/** What a prober saw of one address. */
export interface Seen {
  tries: number;
  opened: number;
}

/**
 * Tries TCP connects one after the other, without waiting for the ones before: a port that is closed
 * by dropping packets answers nothing, and a single open moment would fall between two patient tries.
 * Perl, because every Debian system has it.
 */
const script = String.raw`
use strict; use Socket qw(:DEFAULT getaddrinfo); use Fcntl; use Time::HiRes qw(time); use Errno;
$| = 1; my @targets = @ARGV; my (%tries, %opened, @waiting); my $until = time + 300; my $told = time;
while (time < $until) {
  for my $target (@targets) {
    my ($host, $port) = split /,/, $target;
    my ($error, $address) = getaddrinfo($host, $port, { socktype => SOCK_STREAM });
    next if $error;
    socket(my $socket, $address->{family}, SOCK_STREAM, 0) or next;
    fcntl($socket, F_SETFL, O_NONBLOCK); $tries{$target}++;
    if (connect($socket, $address->{addr})) { $opened{$target}++; next }
    push @waiting, [$socket, time + 0.4, $target] if $!{EINPROGRESS};
  }
  select(undef, undef, undef, 0.02);
  my @left;
  for my $one (@waiting) {
    my $want = ''; vec($want, fileno($one->[0]), 1) = 1;
    if (select(undef, $want, undef, 0)) {
      my $state = unpack('i', getsockopt($one->[0], SOL_SOCKET, SO_ERROR));
      $opened{$one->[2]}++ unless $state;
    } elsif (time < $one->[1]) { push @left, $one }
  }
  @waiting = @left;
  if (time - $told >= 0.5) {
    $told = time;
    print join(' ', map { join ',', $_, $tries{$_} || 0, $opened{$_} || 0 } @targets), "\n";
  }
}`;

/** A running prober. */
export interface Prober {
  /** Ends it and tells what it saw, by `address,port`. */
  end(): Promise<Map<string, Seen>>;
}

/** Probes from a CT or `pve`; resolves once the first figures came. Targets are `address,port`. */
export function startProber(clone: LabClone, from: string, targets: string[]): Promise<Prober> {
  const words = ["exec", from, "--", "perl", "-e", script, ...targets];
  const child = spawn("./lab", words, { cwd: clone.root, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  let errors = "";
  const closed = new Promise<void>((resolve) => child.on("close", () => resolve()));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (errors += chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    void closed.then(() => reject(new Error(`prober in ${from}: ended early: ${errors}`)));
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      resolve({
        async end() {
          child.kill("SIGTERM");
          await closed;
          return lastFigures(text);
        },
      });
    });
  });
}

/** The figures of the last whole line. */
export function lastFigures(text: string): Map<string, Seen> {
  const line = text.slice(0, text.lastIndexOf("\n")).split("\n").at(-1) ?? "";
  return new Map(
    line
      .split(" ")
      .filter(Boolean)
      .map((part) => {
        const fields = part.split(",");
        const [host, port, tries, opened] = fields as [string, string, string, string];
        return [`${host},${port}`, { tries: Number(tries), opened: Number(opened) }];
      }),
  );
}
