-- KEYS[1] record. Answers '' if there is none, otherwise the record and behind it the
-- time (8 bytes).
local record = redis.call('GET', KEYS[1])
if not record then
	return ''
end
return record .. struct.pack('>I8', clock())
