/**
 * What decide.ts and state.ts do, in Lua, so that Redis does it in one step. Numbers are doubles there: money is a pair of
 * dollars and nanodollars of which the second is at least 0 and below 10^9, exact up to 2^53 dollars. Numbers come and go
 * as text, because cjson keeps but 14 digits. Keys that depend on what a process holds are not declared: all keys share
 * one hash tag and so live on one node.
 *
 * A subject is a hash of the names in NUMBERS, those in MONEY with `_d` and `_n` behind them, and `seeded`, 1 once the
 * database's sums are in it. A process's holdings are a hash of `<subject>` to `<concurrent> <dollars> <nanodollars>`.
 */
export const PRELUDE = `
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
