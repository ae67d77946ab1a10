-- KEYS[1] record; ARGV: token, lease (ms), ttl (ms), the record after its header, token
-- of the abandoned claim to take over or ''. Answers '' if acquired, otherwise the time
-- (8 bytes) and the record.
local now = clock()
local created_at, expires_at = now, now + ARGV[3]
local record = redis.call('GET', KEYS[1])
if record then
	local state, token, lease_until, created, _, expires = unpack_header(record)
	if not state or is_live(state, lease_until, expires, now) then
		-- A driver sends a call again whose connection broke before the answer
		local repeated = state == IN_FLIGHT and token == ARGV[1]
		local abandoned = state == IN_FLIGHT and lease_until <= now and token == ARGV[5]
		if not repeated and not abandoned then
			return struct.pack('>I8', now) .. record
		end
		created_at, expires_at = created, expires
	end
end
local lease_until = now + ARGV[2]
redis.call('SET', KEYS[1],
	struct.pack(HEADER, VERSION, IN_FLIGHT, ARGV[1], lease_until, created_at, 0, expires_at) .. ARGV[4],
	'PX', math.max(lease_until, expires_at, now + 1) - now)
return ''
