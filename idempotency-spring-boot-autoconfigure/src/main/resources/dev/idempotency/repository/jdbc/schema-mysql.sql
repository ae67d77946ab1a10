-- Times are milliseconds since the epoch by the clock of the database.
create table if not exists @@table@@ (
	id binary(32) not null primary key,
	operation varchar(255) not null,
	fingerprint varbinary(255) not null,
	token bigint not null,
	created_at bigint not null,
	lease_until bigint not null,
	expires_at bigint not null,
	completed_at bigint,
	status smallint,
	response longblob,
	index @@index@@ (expires_at)
) engine = innodb;
