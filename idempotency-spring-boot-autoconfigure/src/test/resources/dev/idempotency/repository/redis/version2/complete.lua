-- KEYS[1] record; ARGV: token, status and content length, content. Answers 1 if the
-- outcome is recorded, 0 if the record is not claimed with this token, -1 if it is
-- unreadable. What answers 1 writes, a repetition too: WAIT is about writes.
local record = read('GET')
if not record then
	return 0
end
local state, token, lease_until, _, expires_at = unpack_header(record)
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
local completed = string.char(VERSION, COMPLETED) .. record:sub(3, TIMES_LENGTH) .. struct.pack('>I8', now)
	.. ARGV[2] .. record:sub(FIXED_LENGTH + 1) .. ARGV[3]
if lease_until <= expires_at then
	redis.call('SET', KEYS[1], completed, 'KEEPTTL')
else
	redis.call('SET', KEYS[1], completed, 'PX', expires_at - now)
end
return 1
