-- KEYS[1] any record. Answers 1 if a claim can be a plain SET, otherwise 0. NX together with
-- GET is as old as PEXPIRETIME (Redis 7.0), and of no use where scripts may not call that.
if type(redis.pcall('PEXPIRETIME', KEYS[1])) == 'number' then
	return 1
end
return 0
