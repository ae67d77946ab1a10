create table if not exists payment (
	id varchar(36) not null primary key,
	amount bigint not null check (amount > 0),
	refunded bigint not null,
	currency varchar(3) not null,
	reference varchar(140) not null,
	created_at timestamp with time zone not null,
	check (refunded between 0 and amount)
);

create table if not exists refund (
	id varchar(36) not null primary key,
	payment_id varchar(36) not null references payment (id),
	amount bigint not null check (amount > 0),
	created_at timestamp with time zone not null
);

create table if not exists booking (
	id varchar(36) not null primary key,
	reference varchar(140) not null,
	payment_id varchar(36) references payment (id),
	created_at timestamp with time zone not null
);
