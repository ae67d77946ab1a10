-- Experimental: no server of it has ever run this. For SQL Server 2016 and later.
-- Times are milliseconds since the epoch by the clock of the database.
if object_id('@@table@@') is null
create table @@table@@ (
	id binary(32) not null primary key,
	operation nvarchar(255) not null,
	fingerprint varbinary(255) not null,
	token bigint not null,
	created_at bigint not null,
	lease_until bigint not null,
	expires_at bigint not null,
	completed_at bigint,
	status smallint,
	response varbinary(max),
	index @@index@@ (expires_at)
);
