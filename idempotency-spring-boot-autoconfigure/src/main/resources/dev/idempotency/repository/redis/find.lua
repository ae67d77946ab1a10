-- KEYS[1] record. Answers '' if there is none, otherwise the time (8 bytes) and the
-- record.
local record = redis.call('GET', KEYS[1])
if not record then
	return ''
end
return struct.pack('>I8', clock()) .. record
