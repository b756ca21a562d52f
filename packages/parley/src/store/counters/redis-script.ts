import { PRELUDE } from './redis-prelude.ts';

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
