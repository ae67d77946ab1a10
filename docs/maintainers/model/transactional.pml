/*
 * The protocol of operations with transactional = true: one key, several requests for it, one
 * database. Effect and record are written in one transaction, and the claim is a lock of the
 * session that runs it. docs/maintainers/protocol.md says what is checked and what is left out.
 *
 *   Request         one client that sends the same request until it is answered, and the thread
 *                   that serves it: IdempotencyEngine, TransactionalClaims
 *   Database        ends the sessions of the dead, and lets records expire
 *   lock            pg_try_advisory_xact_lock of Statements.lockAndFind
 *   row             the row with the primary key that a transaction has written and not yet
 *                   committed: nobody else can write it
 *
 * Without a flag it is PostgreSQL (LOCK_FIRST: the lock at the claim, the row at the end). With
 * ROW_FIRST it is MariaDB, MySQL and H2: the row at the claim, no other lock. With NO_LOCK two
 * applications do not see each other's lock, because they write the name of the table in two
 * ways: only the primary key is left.
 *
 * What goes wrong costs TROUBLE, as in idempotency.pml: crashes, failing handlers, failing
 * commits, commits whose answer is lost, expiries.
 */

#ifndef CLIENTS
#define CLIENTS 3
#endif
#ifndef TROUBLE
#define TROUBLE 3
#endif
#ifndef WITNESS
#define WITNESS 0
#endif

#define SOME_TROUBLE (trouble < TROUBLE) -> trouble++
#define NOBODY 255
#define SESSIONS 6

byte trouble;

/* What is committed. */
bool record;		/* there is one, and it is live */
bool record_of_effect;	/* it is that of an operation that took effect, not of a thrown 4xx */
byte effects;		/* of this key, since the last record expired */

/* Sessions of the database, each with at most one transaction. */
mtype = { CLOSED, OPEN, DEAD, COMMITTING };
mtype session[SESSIONS] = CLOSED;
bool effect_of[SESSIONS];	/* written, not committed */
bool record_in[SESSIONS];	/* written, not committed */

byte lock = NOBODY;
byte row = NOBODY;

byte answered;

#define CONSISTENT (effects == (record && record_of_effect -> 1 : 0))

inline begin_transaction(s)
{
	s = 0;
	do
	:: session[s] == CLOSED -> break
	:: else -> s++
	od;
	session[s] = OPEN
}

inline end_transaction(s)
{
	lock = (lock == s -> NOBODY : lock);
	row = (row == s -> NOBODY : row);
	session[s] = CLOSED; effect_of[s] = false; record_in[s] = false
}

/* One step for everybody else: all of it is there, or nothing. */
inline commit(s)
{
	if
	:: record_in[s] ->
#ifdef MUTATION_RECORD_APART
		record_of_effect = true;	/* it took effect before */
#else
		record_of_effect = effect_of[s];
#endif
#ifndef MUTATION_NO_LAST_WORD
		assert(!record);	/* property T1 */
#endif
		record = true
	:: else
	fi;
	if
	:: effect_of[s] -> effects++
	:: else
	fi;
	end_transaction(s);
	assert(effects <= 1);		/* property T1 */
	assert(CONSISTENT)		/* property T2 */
}

/* A commit that was sent: its session ends with it, or without it. */
inline commit_or_not(s)
{
	if
	:: commit(s)
	:: end_transaction(s)
	fi
}

#ifdef MUTATION_RECORD_APART
inline commit_effect(s)
{
	effects++; effect_of[s] = false;
	assert(effects <= 1)		/* property T1 */
}
#endif

proctype Request(byte client)
{
	byte s = NOBODY;
	bool thrown;	/* a 4xx was thrown, the operation rolled back, its answer is to be recorded */

begin:	/* a client that is told 409, 503 or of a failure comes again */
	atomic { s = NOBODY; thrown = false };
claim:	/* TransactionalClaims.claim: lock ... */
	skip;
	atomic {
		begin_transaction(s);
		if
#ifdef ROW_FIRST
		:: row != NOBODY ->
#else
#ifdef NO_LOCK
		:: false ->
#else
		:: lock != NOBODY ->
#endif
#endif
			end_transaction(s);		/* ClaimResult.Uncommitted */
			if
			:: thrown ->			/* Completion.Overtaken: the client has its own 4xx */
#if WITNESS == 1
				assert(false);
#endif
				goto has_final_answer
			:: else ->			/* 409 in-flight, or wait */
				s = NOBODY;
				goto begin
			fi
		:: else ->
#ifdef ROW_FIRST
			row = s
#else
#ifndef NO_LOCK
			lock = s
#endif
#endif
		fi
	}
	/* ... and look up, in a second statement with a snapshot of its own */
	atomic {
		if
		:: record ->
			end_transaction(s);
			if
			:: thrown
#if WITNESS == 1
				-> assert(false)
#endif
			:: else
			fi;
			goto has_final_answer		/* Decision.Replay, or Completion.Overtaken */
		:: !record && thrown -> goto complete
		:: !record && !thrown
		:: SOME_TROUBLE -> goto crashed
		fi
	}

	/* the handler works in the transaction */
	atomic {
		if
		:: effect_of[s] = true
		:: SOME_TROUBLE;			/* fails: rolled back before anybody is told */
			end_transaction(s);
			goto begin
		:: SOME_TROUBLE;			/* throws a 4xx: rolled back, then recorded by itself */
			end_transaction(s);
			thrown = true;
			goto record_alone
		:: SOME_TROUBLE -> goto crashed
		fi
	}
#ifdef MUTATION_RECORD_APART
	atomic {	/* the usual way: the handler commits, the record comes after it */
		commit_effect(s)
	}
	if
	:: true
	:: SOME_TROUBLE -> goto crashed
	fi;
#endif
	goto complete;

record_alone:	/* IdempotencyEngine.completeAlone */
	skip;
	atomic {
		if
		:: true -> goto claim
		:: SOME_TROUBLE ->
			if
			:: true -> goto has_final_answer	/* Completion.Unrecorded: the key is free */
			:: true -> s = NOBODY; goto begin	/* crash */
			fi
		fi
	}

complete:	/* TransactionalCalls.complete: the row is written, unless another one is there */
	skip;
	atomic {
		if
		:: row == NOBODY || row == s ->
			if
#ifdef MUTATION_NO_LAST_WORD
			:: true ->
#else
			:: !record ->
#endif
				row = s; record_in[s] = true
#ifndef MUTATION_NO_LAST_WORD
			:: record ->
				end_transaction(s);
				goto superseded
#endif
			fi
		:: row != NOBODY && row != s ->		/* it has waited for the other one long enough */
			end_transaction(s);
			goto superseded
		:: SOME_TROUBLE -> goto crashed
		fi
	}
	atomic {
		if
		:: commit(s);
			assert(record);		/* property T3: Completion.Recorded */
			goto has_final_answer
		:: SOME_TROUBLE;			/* the commit fails: the client is told, and comes again */
			end_transaction(s);
			goto begin
		:: SOME_TROUBLE;			/* nobody knows: it is committed, or will be, or not */
			session[s] = COMMITTING;
			goto begin
		:: SOME_TROUBLE -> goto crashed
		fi
	}

superseded:	/* IdempotencyEngine.findWinner, after the rollback */
	skip;
	atomic {
#if WITNESS == 2
		assert(false);
#endif
		if
		:: thrown -> goto has_final_answer	/* Completion.Overtaken */
		:: !thrown && record -> goto has_final_answer	/* Completion.Superseded: the winner's response */
		:: !thrown && !record -> goto begin	/* 409 in-flight */
		:: SOME_TROUBLE -> s = NOBODY; goto begin
		fi
	}

crashed:	/* its session stays, until the database has noticed */
	session[s] = DEAD;
	goto begin;

has_final_answer:
	atomic { s = NOBODY; thrown = false; answered++ }
}

proctype Database()
{
end:	do
#ifndef MUTATION_SESSIONS_STAY
	:: atomic { session[0] == DEAD -> end_transaction(0) }
	:: atomic { session[1] == DEAD -> end_transaction(1) }
	:: atomic { session[2] == DEAD -> end_transaction(2) }
	:: atomic { session[3] == DEAD -> end_transaction(3) }
	:: atomic { session[4] == DEAD -> end_transaction(4) }
	:: atomic { session[5] == DEAD -> end_transaction(5) }
#endif
	:: atomic { session[0] == COMMITTING -> commit_or_not(0) }
	:: atomic { session[1] == COMMITTING -> commit_or_not(1) }
	:: atomic { session[2] == COMMITTING -> commit_or_not(2) }
	:: atomic { session[3] == COMMITTING -> commit_or_not(3) }
	:: atomic { session[4] == COMMITTING -> commit_or_not(4) }
	:: atomic { session[5] == COMMITTING -> commit_or_not(5) }
	:: atomic { record && trouble < TROUBLE ->
		trouble++;
		record = false; record_of_effect = false; effects = 0 }
	od
}

init {
	atomic {
		run Request(0);
		run Request(1);
#if CLIENTS > 2
		run Request(2);
#endif
		run Database()
	}
}

/* Every client gets its final answer: property T4. */
ltl answered { <> (answered == CLIENTS) }

/* The key is not held for ever: property T5. */
ltl not_stuck { [] <> (lock == NOBODY && row == NOBODY) }
