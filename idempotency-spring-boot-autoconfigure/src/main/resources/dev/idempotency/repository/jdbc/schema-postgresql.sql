-- Times are milliseconds since the epoch by the clock of the database.
-- The columns are ordered so that none needs padding. A completion changes no indexed
-- column, so it stays in the page of its claim if there is room, and no index is written.
-- A lower fillfactor would make room more often, but was measured to take up to a third
-- more space: a page is only tidied up once it is nearly full.
create table if not exists @@table@@ (
	token bigint not null,
	created_at bigint not null,
	lease_until bigint not null,
	expires_at bigint not null,
	completed_at bigint,
	status smallint,
	id bytea not null primary key,
	fingerprint bytea not null,
	operation varchar(255) not null,
	response bytea
);

create index if not exists @@index@@ on @@table@@ (expires_at);
