-- KEYS[1] record; ARGV: token, lease (ms). Answers 1 if the lease is extended, 0 if the
-- record is not claimed with this token, -1 if it is unreadable. The key outlives the
-- ttl as long as its lease is renewed.
local record = read('GETRANGE', 0, FIXED_LENGTH - 1)
if record == '' then
	return 0
end
local state, token, lease_until, created_at, expires_at = unpack_header(record)
if not state then
	return -1
end
local now = clock()
if state ~= IN_FLIGHT or token ~= ARGV[1] or not is_live(state, lease_until, expires_at, now) then
	return 0
end
lease_until = now + ARGV[2]
redis.call('SETRANGE', KEYS[1], 18, struct.pack('>I8', lease_until - created_at))
redis.call('PEXPIRE', KEYS[1], math.max(lease_until, expires_at, now + 1) - now)
return 1
