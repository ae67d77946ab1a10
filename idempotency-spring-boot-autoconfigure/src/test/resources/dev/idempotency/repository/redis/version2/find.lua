-- KEYS[1] record. Answers '' if there is none, otherwise the record and behind it the
-- time (8 bytes).
local record = read('GET')
if not record then
	return ''
end
return record .. struct.pack('>I8', clock())
