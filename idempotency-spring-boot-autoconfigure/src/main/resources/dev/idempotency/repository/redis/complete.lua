-- KEYS[1] record; ARGV: token, status and content length, content. Answers 1 if the
-- outcome is recorded, 0 if the record is not claimed with this token, -1 if it is
-- unreadable. What answers 1 writes, a repetition too: WAIT is about writes.
local record = redis.call('GET', KEYS[1])
if not record then
	return 0
end
local state, token, lease_until, created_at, _, expires_at = unpack_header(record)
if not state then
	return -1
end
local now = clock()
if token ~= ARGV[1] or not is_live(state, lease_until, expires_at, now) then
	return 0
end
if state == COMPLETED then
	redis.call('PEXPIRE', KEYS[1], expires_at - now)
	return 1
end
if expires_at <= now then
	redis.call('DEL', KEYS[1])
	return 1
end
redis.call('SET', KEYS[1],
	struct.pack(HEADER, VERSION, COMPLETED, token, lease_until, created_at, now, expires_at)
		.. ARGV[2] .. record:sub(FIXED_LENGTH + 1) .. ARGV[3],
	'PX', expires_at - now)
return 1
