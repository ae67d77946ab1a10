-- KEYS[1] record; ARGV: version, state and token of the record to be; what follows its
-- created_at; how long its key lives (ms); token of the abandoned claim to take over or
-- ''. Answers '' if acquired, otherwise the record, and behind it the time (8 bytes)
-- unless it is completed: what a retry meets is answered as it is.
local record = read('GET')
if not record then
	redis.call('SET', KEYS[1], ARGV[1] .. struct.pack('>I8', clock()) .. ARGV[2], 'PX', ARGV[3])
	return ''
end
local now = clock()
if record:byte(2) == COMPLETED and #record >= FIXED_LENGTH then
	local created_at, ttl = struct.unpack('>I8xxxxxxxxI8', record, 11)
	if created_at + ttl > now then
		return record
	end
end
local state, token, lease_until, created_at, expires_at = unpack_header(record)
if not state or is_live(state, lease_until, expires_at, now) then
	-- A driver sends a call again whose connection broke before the answer
	local repeated = state and token == ARGV[1]:sub(3)
	local abandoned = state and lease_until <= now and token == ARGV[4]
	if not repeated and not abandoned then
		return record .. struct.pack('>I8', now)
	end
else
	created_at, expires_at = now, now + struct.unpack('>I8', ARGV[2], 9)
end
lease_until = now + struct.unpack('>I8', ARGV[2])
redis.call('SET', KEYS[1],
	ARGV[1] .. struct.pack('>I8I8I8', created_at, lease_until - created_at, expires_at - created_at) .. ARGV[2]:sub(17),
	'PX', math.max(lease_until, expires_at, now + 1) - now)
return ''
