import { ANOMALY_RULE } from "./anomalyRule";

/** Where the load balancer's CT has the script. */
export const ANOMALY_SCRIPT = "/etc/haproxy/anomaly.lua";
/** Where the weights that the script has set are kept from before a reload to after it. */
export const ANOMALY_STATE = "/var/lib/haproxy/anomalies";
/** Command of HAProxy's admin socket that the script adds: one line for each weight that was set. */
export const SHOW_ANOMALIES = "show anomalies";
/** Weight of each target whose group mitigates anomalies: shares of a hundredth can be told apart. */
export const FULL_WEIGHT = 100;

/**
 * Anomaly mitigation as a program in Lua that HAProxy runs in itself, one look at every target a second.
 *
 * @param groups names of the target groups that it is for. (HAProxy 2.6 gives a program no arguments.)
 */
export const anomalyScript = (
  groups: readonly string[],
): string => `-- Rendered by the Pulumi program; the next change of a target or setting replaces it.
local GROUPS = { ${groups.map((name) => JSON.stringify(name)).join(", ")} }
local STATE = "${ANOMALY_STATE}"
local FULL = ${FULL_WEIGHT}
${ANOMALY_RULE}${IN_HAPROXY}`;

const IN_HAPROXY = String.raw`-- What HAProxy is asked and told. Everything below runs in HAProxy alone.
local records = {} -- by group, then by target

local function record_of(group, name)
  records[group] = records[group] or {}
  records[group][name] = records[group][name] or {}
  return records[group][name]
end

local function look(stats)
  local function sum(...)
    local all = 0
    for _, name in ipairs({ ... }) do all = all + (tonumber(stats[name]) or 0) end
    return all
  end
  local ok = sum("hrsp_1xx", "hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "hrsp_other")
  return {
    ok = ok,
    -- What an ALB counts as well: answers of 500 and above, connections that failed. wretr: it was tried again.
    errors = sum("hrsp_5xx", "econ", "eresp", "wretr"),
    timed = ok + sum("hrsp_5xx"),
    ms = sum("rtime"),
  }
end

local function targets_of(group)
  local targets = {}
  local proxy = core.backends[group]
  for name, server in pairs(proxy and proxy.servers or {}) do
    local stats = server:get_stats()
    local weight = math.tointeger(tonumber(stats.uweight))
    local status = tostring(stats.status)
    targets[#targets + 1] = {
      name = name, server = server, weight = weight, full = FULL, look = look(stats), record = record_of(group, name),
      up = weight > 0 and (status:sub(1, 2) == "UP" or status == "no check"),
    }
  end
  table.sort(targets, function(a, b) return a.name < b.name end)
  return targets
end

local function tick()
  for _, group in ipairs(GROUPS) do
    local targets = targets_of(group)
    local servers = {}
    for _, target in ipairs(targets) do servers[target.name] = target.server end
    for _, change in ipairs(decide(targets, os.time())) do
      if change.weight then servers[change.name]:set_weight(tostring(change.weight)) end
      core.log(core.notice, group .. "/" .. change.name .. ": " .. change.text)
    end
  end
end

-- One line for each weight that is not the configuration's, with tabs between the fields.
local function show()
  local lines = { "# group target weight full owner since before reason" }
  for _, group in ipairs(GROUPS) do
    for _, one in ipairs(targets_of(group)) do
      local record = one.record
      if record.set == one.weight then
        lines[#lines + 1] = table.concat(
          { group, one.name, one.weight, one.full, "anomaly", record.since, record.before, record.reason }, "\t")
      elseif one.weight ~= one.full then
        lines[#lines + 1] = table.concat(
          { group, one.name, one.weight, one.full, "operator", record.operator or os.time(), one.weight, "-" }, "\t")
      end
    end
  end
  return table.concat(lines, "\n") .. "\n"
end

-- What was set before a reload is still ours, for HAProxy keeps the weights themselves.
local function restore()
  local file = io.open(STATE)
  if not file then return end
  for line in file:lines() do
    local group, name, weight, _, owner, since, before, reason =
      line:match("^([^\t]+)\t([^\t]+)\t(%d+)\t(%d+)\t(%a+)\t(%d+)\t(%d+)\t([^\t]+)$")
    local record = group and record_of(group, name)
    if owner == "anomaly" then
      record.set, record.before, record.restored = math.tointeger(tonumber(weight)), math.tointeger(tonumber(before)), true
      record.since, record.at, record.reason = math.tointeger(tonumber(since)), os.time(), reason
    elseif owner == "operator" then
      record.operator = math.tointeger(tonumber(since))
    end
  end
  file:close()
end

if #GROUPS > 0 then
  restore()
  core.register_cli({ "show", "anomalies" }, "show anomalies : weights that are not the configuration's, and whose they are",
    function(applet) applet:send(show()) end)
  core.register_task(function()
    local failed
    while true do
      local well, problem = pcall(tick)
      if not well and problem ~= failed then core.log(core.warning, "anomaly mitigation: " .. tostring(problem)) end
      failed = not well and problem or nil
      core.msleep(1000)
    end
  end)
end
`;
