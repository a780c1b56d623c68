/** What one run of the load generator is asked for. */
export interface Load {
  /**
   * What is compared: each way is asked for a quarter of a second, then the next, so that whatever
   * else the machine does hits all alike. Without a rate there may be one way only.
   *
   * A way is its targets, each `address:port`; several take turns, as behind a load balancer.
   */
  ways: readonly (readonly string[])[];
  path: string;
  /** Connections that are kept; in a run at a rate the most that are opened for a way. Up to 500. */
  connections: number;
  /** Requests a second; 0: each connection asks again as soon as it has its answer. */
  rate: number;
  seconds: number;
}

/** What it measured of one way. Latency in milliseconds from when a request was due. */
export interface LoadResult {
  answered: number;
  failed: number;
  /** Answers in a second of those in which it was asked. */
  perSecond: number;
  p50: number;
  p99: number;
}

/**
 * A load generator that needs nothing but the Perl that is on every Proxmox node. It is read from
 * standard input, so it leaves no file behind.
 */
export const LOAD_SCRIPT = String.raw`use strict; use warnings; use Socket; use Time::HiRes qw(time);
my ($ways, $path, $most, $rate, $seconds) = @ARGV;
my $slice = 0.25;
my (@way, @to, @way_of);
for my $way (split /;/, $ways) {
  push @way, [scalar @to, scalar split(/,/, $way), 0];
  for (split /,/, $way) {
    my ($address, $port) = split /:/;
    push @to, pack_sockaddr_in($port, inet_aton($address)); push @way_of, $#way;
  }
}
my $request = "GET $path HTTP/1.1\r\nHost: bench\r\n\r\n";
my (%conn, $bits); $bits = "";
my @idle = map { [] } @to;
my @took = map { [] } @way; my @failed = map { 0 } @way; my @open = map { 0 } @way;
sub fresh {
  my ($target) = @_;
  socket(my $s, PF_INET, SOCK_STREAM, 6) or die "socket: $!\n";
  connect($s, $to[$target]) or die "connect $ways: $!\n";
  setsockopt($s, 6, 1, 1);
  $conn{fileno $s} = { s => $s, got => "", target => $target, way => $way_of[$target] };
  $open[$way_of[$target]]++;
  return fileno $s;
}
sub lose {
  my ($n) = @_; my $way = $conn{$n}{way}; vec($bits, $n, 1) = 0;
  close $conn{$n}{s}; delete $conn{$n}; $open[$way]--; $failed[$way]++;
}
sub ask {
  my ($n, $due) = @_; my $c = $conn{$n}; $c->{due} = $due; $c->{got} = "";
  vec($bits, $n, 1) = 1;
  lose($n) unless defined syswrite($c->{s}, $request);
}
$SIG{PIPE} = "IGNORE";
my $from = time; my $end = $from + $seconds; my $sent = 0;
unless ($rate) { ask(fresh($_ % @to), time) for 1 .. $most; }
while (1) {
  my $now = time;
  if ($rate) {
    while (1) {
      my $due = $from + $sent / $rate;
      my $now_way = int($sent / $rate / $slice) % @way; my ($first, $size, $count) = @{$way[$now_way]};
      my $turn = $first + $count % $size; my $free = $idle[$turn];
      last if $due > $now || $due >= $end || (!@$free && $open[$now_way] >= $most);
      ask(@$free ? pop @$free : fresh($turn), $due); $sent++; $way[$now_way][2]++;
    }
  }
  last if $now >= $end + 5 || ($now >= $end && $bits !~ /[^\0]/);
  my $wait = $rate && $now < $end ? $from + $sent / $rate - $now : 0.1;
  my $ready = $bits;
  next if select($ready, undef, undef, $wait < 0 ? 0.0001 : $wait) <= 0;
  for my $n (keys %conn) {
    next unless vec($ready, $n, 1);
    my $c = $conn{$n};
    if (!sysread($c->{s}, $c->{got}, 65536, length $c->{got})) {
      my $target = $c->{target};
      lose($n); ask(fresh($target), time) if !$rate && time < $end; next;
    }
    next unless $c->{got} =~ /^HTTP\/1\.1 (\d+).*?\r\n\r\n/s;
    my ($status, $head) = ($1, $+[0]);
    $c->{got} =~ /\r\ncontent-length: *(\d+)/i or die "no content-length in the answer\n";
    next if length($c->{got}) < $head + $1;
    my $done = time; vec($bits, $n, 1) = 0;
    if ($status == 200) { push @{$took[$c->{way}]}, ($done - $c->{due}) * 1000; } else { $failed[$c->{way}]++; }
    if ($rate) { push @{$idle[$c->{target}]}, $n; } elsif ($done < $end) { ask($n, $done); }
  }
}
$failed[$conn{$_}{way}]++ for grep { vec($bits, $_, 1) } keys %conn;
print "[", join(",", map {
  my @ms = sort { $a <=> $b } @{$took[$_]};
  my $at = sub { @ms ? $ms[int($_[0] * $#ms + 0.5)] : 0 };
  sprintf "{\"answered\":%d,\"failed\":%d,\"perSecond\":%.1f,\"p50\":%.4f,\"p99\":%.4f}",
    scalar @ms, $failed[$_], @ms * @way / $seconds, $at->(0.5), $at->(0.99);
} 0 .. $#way), "]\n";
`;

/** Its arguments for this load; it prints one `LoadResult` for each way, as a JSON array. */
export function loadArguments(load: Load): string[] {
  const { ways, path, connections, rate, seconds } = load;
  const targets = ways.map((way) => way.join(",")).join(";");
  return [targets, path, connections, rate, seconds].map(String);
}

/** The middle of several runs; of an even number the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
