-- KEYS[1] record. Answers 1 if there was one, readable or not, otherwise 0.
local record = read('GETRANGE', 0, FIXED_LENGTH - 1)
if record == '' then
	return 0
end
redis.call('DEL', KEYS[1])
local state, _, lease_until, _, expires_at = unpack_header(record)
if state and not is_live(state, lease_until, expires_at, clock()) then
	return 0
end
return 1
