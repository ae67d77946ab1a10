-- Stands before every script. A record is one string: version (1 byte), state (1),
-- token (8), created_at, lease, ttl, completed_at (8 each), status and content length
-- (6), and then what only the client reads. created_at and completed_at are epoch
-- milliseconds of this server's clock, lease and ttl are milliseconds from created_at to
-- the end of the lease and of the ttl. All numbers are big-endian. The key lives for the
-- longer of both; a completed record, for its ttl.
-- Version 3 is what a plain SET claims with, which has no clock: a record in flight whose
-- created_at is 0, and follows from the time at which its key ends. The first script that
-- writes it makes it version 2.
local VERSION, UNDATED, IN_FLIGHT, COMPLETED = 2, 3, 0, 1
-- Until completed_at, and until what only the client reads
local TIMES_LENGTH, FIXED_LENGTH = 34, 48

local function clock()
	local time = redis.call('TIME')
	return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Gives a record that SET wrote its created_at. Without an end of its key, which somebody
-- took away, it stays what no script can read.
local function date(record)
	local ends_at = redis.call('PEXPIRETIME', KEYS[1])
	if ends_at < 0 then
		return record
	end
	local lease, ttl = struct.unpack('>I8I8', record, 19)
	return string.char(VERSION) .. record:sub(2, 10) .. struct.pack('>I8', ends_at - math.max(lease, ttl, 1))
		.. record:sub(19)
end

-- What is under the key, with a created_at. What is no string was not written by us: it is
-- answered as a record that this version cannot read.
local function read(command, ...)
	local record = redis.pcall(command, KEYS[1], ...)
	if type(record) == 'table' then
		if not record.err:find('WRONGTYPE', 1, true) then
			error(record.err)
		end
		return '?'
	end
	if record and #record >= FIXED_LENGTH and record:byte(1) == UNDATED and record:byte(2) == IN_FLIGHT then
		return date(record)
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
