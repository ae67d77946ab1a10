-- Stands before every script. A record is one string: version (1 byte), state (1),
-- token (8), created_at, lease, ttl, completed_at (8 each), status and content length
-- (6), and then what only the client reads. created_at and completed_at are epoch
-- milliseconds of this server's clock, lease and ttl are milliseconds from created_at to
-- the end of the lease and of the ttl. All numbers are big-endian. The key lives for the
-- longer of both; a completed record, for its ttl.
local VERSION, IN_FLIGHT, COMPLETED = 2, 0, 1
-- Until completed_at, and until what only the client reads
local TIMES_LENGTH, FIXED_LENGTH = 34, 48

local function clock()
	local time = redis.call('TIME')
	return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- What is under the key. What is no string was not written by a script of ours: it is
-- answered as a record that this version cannot read.
local function read(command, ...)
	local record = redis.pcall(command, KEYS[1], ...)
	if type(record) == 'table' then
		if not record.err:find('WRONGTYPE', 1, true) then
			error(record.err)
		end
		return '?'
	end
	return record
end

-- Answers state, token, lease_until, created_at, expires_at; nil for a record that this
-- version cannot read, which no script may touch.
local function unpack_header(record)
	if #record < FIXED_LENGTH then
		return nil
	end
	local version, state, token, created_at, lease, ttl = struct.unpack('>BBc8I8I8I8', record)
	if version ~= VERSION or (state ~= IN_FLIGHT and state ~= COMPLETED) then
		return nil
	end
	return state, token, created_at + lease, created_at, created_at + ttl
end

-- A record that is not live counts as absent, until its key is gone a moment later.
local function is_live(state, lease_until, expires_at, now)
	return expires_at > now or (state == IN_FLIGHT and lease_until > now)
end
