-- KEYS[1] record; ARGV: token. Answers 1 if the record is freed, 0 if it is not claimed
-- with this token, -1 if it is unreadable.
local record = read('GETRANGE', 0, FIXED_LENGTH - 1)
if record == '' then
	return 0
end
local state, token, lease_until, _, expires_at = unpack_header(record)
if not state then
	return -1
end
if state ~= IN_FLIGHT or token ~= ARGV[1] or not is_live(state, lease_until, expires_at, clock()) then
	return 0
end
return redis.call('DEL', KEYS[1])
