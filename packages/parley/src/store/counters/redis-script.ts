/**
 * What decide.ts and state.ts do, in Lua, so that Redis does it in one step. Numbers are doubles there: money is a pair of
 * dollars and nanodollars of which the second is at least 0 and below 10^9, exact up to 2^53 dollars. Numbers come and go
 * as text, because cjson keeps but 14 digits. Keys that depend on what a process holds are not declared: all keys share
 * one hash tag and so live on one node.
 *
 * A subject is a hash of the names in NUMBERS, those in MONEY with `_d` and `_n` behind them, and `seeded`, 1 once the
 * database's sums are in it. A process's holdings are a hash of `<subject>` to `<concurrent> <dollars> <nanodollars>`.
 */
const PRELUDE = `
local prefix, lifetime = KEYS[1], ARGV[1]
local given = cjson.decode(ARGV[2])
local processes, identities = prefix .. 'seen', prefix .. 'identities'
local MONEY = { 'held', 'day', 'month', 'total' }
local NUMBERS = { 'minute', 'requests', 'tokens', 'concurrent', 'day_number', 'month_number' }

local function whole(n) return string.format('%.0f', n) end
local function money(d, n) return { d = tonumber(d), n = tonumber(n) } end
local function zero() return { d = 0, n = 0 } end
local function add(a, b)
  local d, n = a.d + b.d, a.n + b.n
  if n >= 1e9 then return { d = d + 1, n = n - 1e9 } end
  return { d = d, n = n }
end
local function negative(a)
  if a.n == 0 then return { d = -a.d, n = 0 } end
  return { d = -a.d - 1, n = 1e9 - a.n }
end
local function above(a, b) return a.d > b.d or (a.d == b.d and a.n > b.n) end
-- Below zero only where Redis has lost a subject, and not what was held of it.
local function floor_money(a) if a.d < 0 then return zero() end return a end

local function load(subject)
  local fields = redis.call('HGETALL', prefix .. 'subject:' .. subject)
  local raw = {}
  for i = 1, #fields, 2 do raw[fields[i]] = fields[i + 1] end
  local state = { seeded = raw.seeded == '1' }
  for _, name in ipairs(NUMBERS) do state[name] = tonumber(raw[name] or '0') end
  for _, name in ipairs(MONEY) do state[name] = money(raw[name .. '_d'] or '0', raw[name .. '_n'] or '0') end
  return state
end

local function roll(state, now)
  if now.minute > state.minute then state.minute, state.requests, state.tokens = now.minute, 0, 0 end
  if now.day > state.day_number then state.day_number, state.day = now.day, zero() end
  if now.month > state.month_number then state.month_number, state.month = now.month, zero() end
end

local function save(subject, state)
  local fields = { 'seeded', state.seeded and '1' or '0' }
  for _, name in ipairs(NUMBERS) do
    fields[#fields + 1] = name
    fields[#fields + 1] = whole(state[name])
  end
  for _, name in ipairs(MONEY) do
    fields[#fields + 1] = name .. '_d'
    fields[#fields + 1] = whole(state[name].d)
    fields[#fields + 1] = name .. '_n'
    fields[#fields + 1] = whole(state[name].n)
  end
  local key = prefix .. 'subject:' .. subject
  redis.call('HSET', key, unpack(fields))
  redis.call('PEXPIRE', key, lifetime)
end

-- Changes a state, and what the process holds of it.
local function hold(process, subject, state, concurrent, amount)
  state.concurrent = math.max(0, state.concurrent + concurrent)
  state.held = floor_money(add(state.held, amount))
  local key = prefix .. 'holding:' .. process
  local c, d, n = string.match(redis.call('HGET', key, subject) or '0 0 0', '^(%-?%d+) (%-?%d+) (%d+)$')
  local sum = add(money(d, n), amount)
  c = tonumber(c) + concurrent
  if c == 0 and sum.d == 0 and sum.n == 0 then
    redis.call('HDEL', key, subject)
  else
    redis.call('HSET', key, subject, whole(c) .. ' ' .. whole(sum.d) .. ' ' .. whole(sum.n))
    redis.call('PEXPIRE', key, lifetime)
  end
end

local function release(process)
  local held = redis.call('HGETALL', prefix .. 'holding:' .. process)
  for i = 1, #held, 2 do
    local c, d, n = string.match(held[i + 1], '^(%-?%d+) (%-?%d+) (%d+)$')
    local state = load(held[i])
    hold(process, held[i], state, -tonumber(c), negative(money(d, n)))
    save(held[i], state)
  end
  redis.call('DEL', prefix .. 'holding:' .. process)
  redis.call('HDEL', processes, process)
  redis.call('HDEL', identities, process)
end
`;

/** Gives nothing for an unknown process; otherwise a verdict for each take, and how the subjects of takes stand. */
export const ROUND = `${PRELUDE}
if redis.call('HEXISTS', processes, given.process) == 0 then return false end
local states, changed = {}, {}
local function state(index)
  if not states[index] then
    states[index] = load(given.subjects[index])
    roll(states[index], given)
  end
  return states[index]
end

for _, finish in ipairs(given.finishes) do
  for _, index in ipairs(finish.subjects) do
    local s = state(index)
    if s.minute == finish.minute then s.tokens = math.max(0, s.tokens + finish.tokens) end
    hold(given.process, given.subjects[index], s, -1, money(finish.cost[1], finish.cost[2]))
    changed[index] = true
  end
end

local function exceeded(s, limits, take, cost)
  local function over(used, limit) return limit and above(add(used, cost), money(limit[1], limit[2])) end
  if over(add(s.total, s.held), limits.budgetTotal) then return 'budgetTotal' end
  if over(add(s.month, s.held), limits.budgetPerMonth) then return 'budgetPerMonth' end
  if over(add(s.day, s.held), limits.budgetPerDay) then return 'budgetPerDay' end
  if limits.tokensPerMinute and s.tokens + take.tokens > limits.tokensPerMinute then return 'tokensPerMinute' end
  if limits.requestsPerMinute and s.requests + 1 > limits.requestsPerMinute then return 'requestsPerMinute' end
  if limits.concurrent and s.concurrent + 1 > limits.concurrent then return 'concurrent' end
end

local function decide(take)
  local cost, unseeded = money(take.cost[1], take.cost[2]), {}
  for _, level in ipairs(take.levels) do
    if not state(level.subject).seeded then unseeded[#unseeded + 1] = level.subject - 1 end
  end
  if #unseeded > 0 then return 'unseeded ' .. table.concat(unseeded, ' ') end
  for _, level in ipairs(take.levels) do
    local limit = exceeded(state(level.subject), level.limits, take, cost)
    if limit then return 'refused ' .. (level.subject - 1) .. ' ' .. limit end
  end
  for _, level in ipairs(take.levels) do
    local s = state(level.subject)
    s.requests, s.tokens = s.requests + 1, s.tokens + take.tokens
    hold(given.process, given.subjects[level.subject], s, 1, cost)
    changed[level.subject] = true
  end
  return 'granted'
end

local verdicts, stands = {}, {}
for i, take in ipairs(given.takes) do verdicts[i] = decide(take) end
for index in pairs(changed) do save(given.subjects[index], states[index]) end
for index, s in pairs(states) do
  local stand = { given.subjects[index] }
  for _, name in ipairs(NUMBERS) do stand[#stand + 1] = whole(s[name]) end
  for _, name in ipairs(MONEY) do
    stand[#stand + 1] = whole(s[name].d)
    stand[#stand + 1] = whole(s[name].n)
  end
  if s.seeded then stands[#stands + 1] = stand end
end
return { verdicts, stands }
`;

export const RESTATE = `${PRELUDE}
for _, process in ipairs(given.replaces) do release(process) end
release(given.process)
redis.call('HSET', processes, given.process, given.seenAt)
redis.call('HSET', identities, given.process, given.identity)
for _, holding in ipairs(given.holdings) do
  local state = load(holding.subject)
  hold(given.process, holding.subject, state, holding.concurrent, money(holding.held[1], holding.held[2]))
  save(holding.subject, state)
end
return 1
`;

export const RELEASE = `${PRELUDE}
for _, process in ipairs(given.processes) do release(process) end
return 1
`;

export const BEAT = `${PRELUDE}
if redis.call('HEXISTS', processes, given.process) == 0 then return 0 end
redis.call('HSET', processes, given.process, given.seenAt)
redis.call('PEXPIRE', prefix .. 'holding:' .. given.process, lifetime)
return 1
`;

/** Sums only grow, so that the greater of two is the later. */
export const RECORDED = `${PRELUDE}
local registered = redis.call('HEXISTS', processes, given.process) == 1
local function later(state, number, sum, given_number, given_sum)
  if given_number > state[number] then
    state[number], state[sum] = given_number, given_sum
  elseif given_number == state[number] and above(given_sum, state[sum]) then
    state[sum] = given_sum
  end
end
for _, holding in ipairs(registered and given.holdings or {}) do
  local state = load(holding.subject)
  hold(given.process, holding.subject, state, -holding.concurrent, negative(money(holding.held[1], holding.held[2])))
  save(holding.subject, state)
end
for _, spent in ipairs(given.spent) do
  local state = load(spent.subject)
  -- Of subjects that nobody asks for nothing is kept.
  if given.seed or state.seeded then
    later(state, 'day_number', 'day', spent.day, money(spent.daySpent[1], spent.daySpent[2]))
    later(state, 'month_number', 'month', spent.month, money(spent.monthSpent[1], spent.monthSpent[2]))
    local total = money(spent.totalSpent[1], spent.totalSpent[2])
    if above(total, state.total) then state.total = total end
    state.seeded = true
    save(spent.subject, state)
  end
end
return 1
`;
