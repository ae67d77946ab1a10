-- Experimental: no server of it has ever run this. For Oracle 12.2 and later; fails if the table exists.
-- Times are milliseconds since the epoch by the clock of the database.
create table @@table@@ (
	id raw(32) not null primary key,
	operation varchar2(255 char) not null,
	fingerprint raw(255) not null,
	token number(19) not null,
	created_at number(19) not null,
	lease_until number(19) not null,
	expires_at number(19) not null,
	completed_at number(19),
	status number(5),
	response blob
);

create index @@index@@ on @@table@@ (expires_at);
