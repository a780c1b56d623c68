/**
 * The rule of anomaly mitigation, in Lua: what becomes of targets' weights. It knows no HAProxy and no clock, so that
 * it can be tested by itself. docs/adr/032-anomaly-mitigation.md has the reasons.
 */
export const ANOMALY_RULE = String.raw`local FLOOR = 1
local CUT = 8 -- a weight is divided by this, and doubled when it is given back
local LEAST_TARGETS = 3
local ERROR_SHARE = 0.1 -- of a target's answers
local ERROR_TIMES = 2 -- as many as the others have
local ERROR_WINDOWS = { 2, 10, 30 } -- seconds
local SLOW_TIMES = 5 -- as slow as the others
local SLOW_LEAST = 20 -- milliseconds
local SLOW_WINDOWS = { 2, 10 } -- seconds; three in a row
local KEPT = 31 -- looks
local TRY_AFTER = 3 -- seconds
local TRY_ANSWERS = 4 -- in a row
local TRY_UNSEEN_AFTER = 60 -- seconds
local SAMPLES = 512 -- HAProxy's own averages are of so many requests (TIME_STATS_SAMPLES)

-- What a target did between two looks: answers, errors, mean time in ms, and how far off that may be.
local function between(from, to)
  local ok, errors = to.ok - from.ok, to.errors - from.errors
  local timed = to.timed - from.timed
  local seen = { ok = ok, errors = errors, all = ok + errors, timed = timed, ms = 0, off = math.huge }
  if timed > 0 then
    -- HAProxy tells a running average in whole ms; what it changed by tells the mean of the new requests.
    local part = to.timed <= SAMPLES and timed / to.timed or 1 - (1 - 1 / SAMPLES) ^ timed
    seen.ms = math.max(0, from.ms + (to.ms - from.ms) / part)
    seen.off = 1 / part
  end
  return seen
end

-- All of the other targets together, over as many looks; those that are mitigated are no measure.
local function others(group, own, newest, oldest)
  local sum = { all = 0, errors = 0, timed = 0, ms = 0, off = 0 }
  for _, one in ipairs(group) do
    local looks = one.record.looks
    if one ~= own and one.up and not one.record.set and #looks > newest then
      local seen = between(looks[math.max(1, #looks - oldest)], looks[#looks - newest])
      sum.all, sum.errors = sum.all + seen.all, sum.errors + seen.errors
      if seen.timed > 0 then
        sum.timed, sum.ms = sum.timed + seen.timed, sum.ms + seen.ms * seen.timed
        sum.off = math.max(sum.off, seen.off)
      end
    end
  end
  sum.share = sum.all > 0 and sum.errors / sum.all or 0
  sum.ms = sum.timed > 0 and sum.ms / sum.timed or 0
  return sum
end

local function fails(seen, rest, least)
  if seen.all == 0 or rest.all == 0 then return false end
  local share, expected = seen.errors / seen.all, seen.all * rest.share
  return share >= ERROR_SHARE and share >= ERROR_TIMES * rest.share
    and seen.errors - expected >= least + 4 * math.sqrt(expected)
end

local function isSlow(seen, rest)
  if seen.timed == 0 or rest.timed == 0 then return false end
  return seen.ms - seen.off >= math.max(SLOW_LEAST, SLOW_TIMES * (rest.ms + rest.off))
end

local function failing(seen)
  return string.format("%d %% errors", math.floor(100 * seen.errors / seen.all + 0.5))
end

local function slowness(seen, rest)
  return string.format("answers in %d ms, others in %d ms", math.floor(seen.ms + 0.5), math.floor(rest.ms + 0.5))
end

-- Why a target that has its full weight differs from the others, and how much of its work is lost.
local function anomaly(group, own)
  local looks = own.record.looks
  for _, seconds in ipairs(ERROR_WINDOWS) do
    local seen = between(looks[math.max(1, #looks - seconds)], looks[#looks])
    if fails(seen, others(group, own, 0, seconds), 4) then return failing(seen), seen.errors / seen.all end
  end
  -- One request that takes long is no slow target: three windows, one after the other, must say so.
  for _, seconds in ipairs(SLOW_WINDOWS) do
    if #looks > 3 * seconds then
      local slow, last, rest = true, nil, nil
      for window = 0, 2 do
        local newest, oldest = window * seconds, (window + 1) * seconds
        local seen = between(looks[#looks - oldest], looks[#looks - newest])
        local they = others(group, own, newest, oldest)
        slow = slow and isSlow(seen, they)
        if window == 0 then last, rest = seen, they end
      end
      if slow then return slowness(last, rest), 0 end
    end
  end
end

local function set(own, weight, reason, now, changes)
  local record = own.record
  record.before, record.set, record.at = record.set or own.full, weight, now
  record.since, record.reason = record.since or now, reason or record.reason
  record.looks, record.clean, record.slow = { record.looks[#record.looks] }, nil, nil
  own.weight = weight
  local text = weight == own.full and "weight " .. weight .. " again: " .. reason
    or string.format("weight %d of %d: anomaly, %s", weight, own.full, record.reason)
  if weight == own.full then record.set, record.since, record.reason, record.before = nil, nil, nil, nil end
  changes[#changes + 1] = { name = own.name, weight = weight, text = text }
end

-- Whose weight it is: a weight that is neither the configuration's nor ours is an operator's.
local function own(target, now, changes)
  local record = target.record
  if record.set then
    if record.restored and target.weight == record.before then record.set = target.weight end
    record.restored = nil
    if target.weight == record.set then return end
    record.set, record.since, record.reason, record.before = nil, nil, nil, nil
    record.looks = { record.looks[#record.looks] }
    if target.weight == target.full then return end
    changes[#changes + 1] = { name = target.name, text = "weight " .. target.weight .. " is an operator's: left alone" }
  end
  if target.weight == target.full then
    record.operator = nil
  else
    record.operator = record.operator or now
  end
end

-- A target with a reduced weight: less of it, more of it, or as it is.
local function follow(group, target, now, changes)
  local record = target.record
  local seen = between(record.looks[1], record.looks[#record.looks])
  local rest = others(group, target, 0, KEPT)
  local failed = fails(seen, rest, 2)
  local slow = seen.timed >= 3 and isSlow(seen, rest)
  if failed or slow then
    -- One request that takes long is no slow target: twice, one after the other, it must have been.
    record.slow = failed and 0 or (record.slow or 0) + 1
    if failed or record.slow >= 2 then
      record.reason = failed and failing(seen) or slowness(seen, rest)
      local less = math.max(FLOOR, target.weight // CUT)
      if less < target.weight then return set(target, less, record.reason, now, changes) end
    end
    record.at, record.looks, record.clean = now, { record.looks[#record.looks] }, nil
    return
  end
  -- What it did since its last error decides whether it is tried with more.
  local newest = record.looks[#record.looks]
  if not record.clean or newest.errors > record.clean.errors then record.clean, record.clean_at = newest, now end
  local waited = now - math.max(record.at, record.clean_at)
  local well = now - record.at >= TRY_AFTER and between(record.clean, newest).ok >= TRY_ANSWERS
  if well or waited >= TRY_UNSEEN_AFTER then
    local more = math.min(target.full, target.weight * 2)
    return set(target, more, more == target.full and "answers as the others do" or nil, now, changes)
  end
end

-- Targets: name, up, weight, full, look (ok, errors, timed, ms, all since HAProxy's start), record. Returns what to set.
local function decide(group, now)
  local changes, up = {}, 0
  for _, target in ipairs(group) do
    local record, look = target.record, target.look
    record.looks = record.looks or {}
    local last = record.looks[#record.looks]
    -- Somebody cleared HAProxy's counters.
    if last and (look.ok < last.ok or look.errors < last.errors or look.timed < last.timed) then
      record.looks, record.clean = {}, nil
    end
    record.looks[#record.looks + 1] = look
    -- While a weight is reduced, what it was judged by since it was set is kept.
    if #record.looks > KEPT then table.remove(record.looks, record.set and 2 or 1) end
    own(target, now, changes)
    if target.up then
      up = up + 1
    else
      -- What it did before it went out does not speak against it when it is back.
      record.looks, record.clean, record.at = { look }, nil, now
    end
  end
  local room = up >= LEAST_TARGETS and (up - 1) // 2 or 0
  local found = {}
  for _, target in ipairs(group) do
    if target.up and target.record.set then
      if room > 0 then
        room = room - 1
        follow(group, target, now, changes)
      else
        set(target, target.full, "too few targets are up", now, changes)
      end
    elseif target.up and not target.record.operator then
      local reason, share = anomaly(group, target)
      if reason then found[#found + 1] = { target = target, reason = reason, share = share } end
    end
  end
  table.sort(found, function(a, b) return a.share > b.share end)
  for at = 1, math.min(room, #found) do
    local target = found[at].target
    set(target, math.max(FLOOR, target.full // CUT), found[at].reason, now, changes)
  end
  return changes
end

anomaly_mitigation = { decide = decide }
`;
