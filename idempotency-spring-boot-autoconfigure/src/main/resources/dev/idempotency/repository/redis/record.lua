-- Stands before every script. A record is one string: version (1 byte), state (1),
-- token (8), lease_until, created_at, completed_at, expires_at (8 each, epoch
-- milliseconds of this server's clock), status and content length (6), and then what
-- only the client reads. All numbers are big-endian.
local VERSION, IN_FLIGHT, COMPLETED = 1, 0, 1
local HEADER, FIXED_LENGTH = '>BBc8I8I8I8I8', 48

local function clock()
	local time = redis.call('TIME')
	return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Answers state, token, lease_until, created_at, completed_at, expires_at; nil for a
-- record that this version cannot read, which no script may touch.
local function unpack_header(record)
	if #record < FIXED_LENGTH then
		return nil
	end
	local version, state, token, lease_until, created_at, completed_at, expires_at = struct.unpack(HEADER, record)
	if version ~= VERSION or (state ~= IN_FLIGHT and state ~= COMPLETED) then
		return nil
	end
	return state, token, lease_until, created_at, completed_at, expires_at
end

-- A record that is not live counts as absent, until its key is gone a moment later.
local function is_live(state, lease_until, expires_at, now)
	return expires_at > now or (state == IN_FLIGHT and lease_until > now)
end
