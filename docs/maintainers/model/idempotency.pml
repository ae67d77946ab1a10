/*
 * The protocol of operations that are held by a lease: one key, several requests for it, one
 * store. docs/maintainers/protocol.md says what is checked and what is left out; ./check runs it.
 *
 * Names on the left are the model's, on the right the code's:
 *
 *   Request         one client that sends the same request until it is answered, and the thread
 *                   that serves it: IdempotencyInterceptor, Exchange, IdempotencyEngine
 *   LeaseKeeper     engine.LeaseKeeper: the renewals of all claims that a process holds
 *   Time            the store's clock: leases end, records expire
 *   Operator        DELETE of a record
 *   Network         calls that reach the store after their caller has given up
 *   store_...       the statements of repository.jdbc.Statements, the Lua scripts of
 *                   repository.redis, MemoryIdempotencyRepository
 *
 * Everything that can go wrong costs one unit of TROUBLE, of which a run has a bounded number:
 * a call that fails (it takes effect never, now or later, and the caller cannot tell), a call
 * that a driver sends twice, a crash or an Error, a handler that fails, a lease that ends although
 * its owner lives (it is frozen, or cut off from the store; renewal.pml says when else), an expiry,
 * a deletion. All combinations at all moments are tried. A process that is frozen is one that does
 * nothing for a while, so it needs no step of its own. Labels have a step of their own, a skip:
 * whoever jumps there lets the others go on first.
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

/* With OTHER_REQUEST the last client uses the key for another request: another fingerprint. */
#ifdef OTHER_REQUEST
#define FINGERPRINT(client) (client == CLIENTS - 1)
#else
#define FINGERPRINT(client) 0
#endif

mtype = { NONE, IN_FLIGHT, COMPLETED };			/* the record */
mtype = { ACQUIRED, RUNNING, ABANDONED, DONE, FAILED };	/* what a claim met */
mtype = { CLAIM, COMPLETE, RELEASE, RENEW };		/* calls under way */

byte trouble;

/* The record. Its response is named by the token of the execution that gave it. */
mtype rec = NONE;
byte rec_token;
bit rec_fingerprint;
bool leased;		/* lease_until > now */
bool expired;		/* expires_at <= now */

#define GONE (expired && !(rec == IN_FLIGHT && leased))		/* {gone} */
#define LIVE (rec != NONE && !GONE)					/* {live} */
#define RUNS (LIVE && rec == IN_FLIGHT)				/* status is null and {live} */

byte rec_response;

/* Tokens are random, so no two are equal. A counter of each process would repeat itself where its
   image is restored more than once: here each client is served by another copy of it. */
#ifdef MUTATION_COUNT_TOKENS
byte counters[CLIENTS];
#define tokens counters[client]
#else
byte tokens;
#endif
byte held[CLIENTS];		/* LeaseKeeper.claims: the token, 0 if none */
byte answered;			/* clients that have their final answer */

/* Calls that failed for their caller and are still to reach the store, or never will. */
#define LATE 2
mtype late_call[LATE];
byte late_token[LATE];
byte late_abandoned[LATE];
bit late_fingerprint[LATE];

/* What only the properties need. */
byte generation;		/* counts the records: from a claim to its release, deletion or expiry */
byte the_response;		/* that of this generation, 0 until there is one */
byte guarded;			/* the token whose lease has run since its claim, 0 if none */
byte may_start = 1;		/* 1 + take-overs + releases + deletions + expiries - executions */

/* What only the witnesses need: see check. */
#if WITNESS
byte running;			/* handlers that run */
bool any_start;			/* a handler was entered */
byte unrecorded_store;		/* the response that a client got because the store failed */
byte unrecorded_freed;		/* ... or because its record was no more */
byte release_failed;		/* the token of a claim whose handler failed, and then its release */
bool recorded;			/* an owner was told that its response is the record's */
#define NOTE(variable, value) variable = value
#else
#define NOTE(variable, value) skip
#endif

/* Two owners may run, so that it is seen what becomes of their responses. */
#if WITNESS == 9
#define ALONE(condition) skip
#else
#define ALONE(condition) assert(condition)
#endif

inline begin_record(t, f)
{
	if
	:: rec != NONE -> may_start++		/* it had expired */
	:: else
	fi;
	rec = IN_FLIGHT; rec_token = t; rec_fingerprint = f; rec_response = 0;
	leased = true; expired = false;
	generation++; the_response = 0;
	NOTE(recorded, false)
}

inline end_record()
{
	rec = NONE; rec_token = 0; rec_fingerprint = 0; rec_response = 0;
	leased = false; expired = false;
	the_response = 0; may_start++;
	NOTE(recorded, false)
}

/* IdempotencyRepository.claim: insert or replace, take over, or answer with what is there. */
inline store_claim(t, f, abandoned, answer)
{
	if
	:: !LIVE ->
		begin_record(t, f);
		answer = ACQUIRED
	:: RUNS && rec_token == t ->		/* the call was sent twice */
		assert(rec_fingerprint == f);
#ifdef MUTATION_CLAIM_NOT_REPEATABLE
		answer = RUNNING
#else
		answer = ACQUIRED
#endif
#ifdef MUTATION_TAKE_OVER_LEASED
	:: RUNS && rec_token != t && abandoned != 0 ->
#else
#ifdef MUTATION_TAKE_OVER_ANY_TOKEN
	:: RUNS && rec_token != t && !leased && !expired && abandoned != 0 ->
#else
	:: RUNS && rec_token != t && !leased && !expired && abandoned == rec_token ->
#endif
#endif
		assert(rec_fingerprint == f);	/* property 6 */
		rec_token = t; rec_fingerprint = f;
		leased = true; may_start++;
		answer = ACQUIRED
	:: else ->
		if
		:: rec == COMPLETED -> answer = DONE
		:: rec == IN_FLIGHT && leased -> answer = RUNNING
		:: else -> answer = ABANDONED
		fi
	fi
}

/* IdempotencyRepository.complete */
inline store_complete(t, answer)
{
	if
#ifdef MUTATION_COMPLETE_ANYTHING
	:: LIVE ->
#else
#ifdef MUTATION_COMPLETE_WITHOUT_TOKEN
	:: RUNS ->
#else
#ifdef MUTATION_COMPLETE_WITHIN_LEASE
	:: RUNS && leased && rec_token == t ->
#else
	:: RUNS && rec_token == t ->
#endif
#endif
#endif
		assert(the_response == 0);	/* property 1 */
		rec = COMPLETED; rec_response = t; leased = false;
		the_response = t;
		guarded = (guarded == t -> 0 : guarded);
		answer = true
#ifndef MUTATION_COMPLETE_NOT_REPEATABLE
	:: LIVE && rec == COMPLETED && rec_token == t -> answer = true	/* isCompleted: a repeated call */
#endif
	:: else -> answer = false
	fi
}

/* IdempotencyRepository.release. Only a handler that failed may free its key. */
inline store_release(t, did_fail, answer)
{
	if
#ifdef MUTATION_RELEASE_WITHOUT_TOKEN
	:: RUNS ->
#else
	:: RUNS && rec_token == t ->
#endif
		guarded = (guarded == t && did_fail -> 0 : guarded);
		end_record();
		answer = true
	:: else -> answer = false
	fi
}

/* IdempotencyRepository.renew, of one lease */
inline store_renew(t, answer)
{
	if
	:: RUNS && rec_token == t -> leased = true; answer = true
	:: else -> answer = false
	fi
}

/* The call fails for its caller, and reaches the store later or never: see Network. */
inline fails(call, t, f, abandoned)
{
	SOME_TROUBLE;
	if
	:: late_call[0] == 0 ->
		late_call[0] = call; late_token[0] = t; late_abandoned[0] = abandoned; late_fingerprint[0] = f
	:: late_call[0] != 0 && late_call[1] == 0 ->
		late_call[1] = call; late_token[1] = t; late_abandoned[1] = abandoned; late_fingerprint[1] = f
	:: else		/* as many as we follow: this one never takes effect */
	fi
}

#define HAS_LOST(t) (!LIVE || rec_token != t)

proctype Request(byte client)
{
	byte me;		/* the token of the claim */
	byte my_generation;
	byte abandoned;		/* Claim.abandonedToken */
	bool has_answer;	/* the client has its response, completion goes on in the background */
	bool yes;
	mtype met;
#ifdef MUTATION_LOOK_UP_FIRST
	bool was_free;
#endif

/* IdempotencyEngine.begin. A client that is told 409 or 503 comes again. */
begin:
	skip;
#ifdef MUTATION_LOOK_UP_FIRST
	was_free = !LIVE;
#endif
	atomic {
		me = 0; my_generation = 0; yes = false;
		met = FAILED;
		if
		:: true ->
#ifdef MUTATION_LOOK_UP_FIRST
			if
			:: was_free -> tokens++; begin_record(tokens, FINGERPRINT(client)); met = ACQUIRED
			:: else -> tokens++; store_claim(tokens, FINGERPRINT(client), abandoned, met)
			fi
#else
			tokens++;
			store_claim(tokens, FINGERPRINT(client), abandoned, met)
#endif
		:: SOME_TROUBLE;		/* the driver sends it again when a connection has broken */
			tokens++;
			store_claim(tokens, FINGERPRINT(client), abandoned, met);
			store_claim(tokens, FINGERPRINT(client), abandoned, met);
			assert(met == ACQUIRED || rec_token != tokens)	/* property 7 */
		:: fails(CLAIM, tokens + 1, FINGERPRINT(client), abandoned);
			tokens++
		fi;
		if
		:: met == ACQUIRED ->
			me = tokens; my_generation = generation; abandoned = 0; met = 0;
			ALONE(guarded == 0);	/* property 3 */
			guarded = me;
			held[client] = me;	/* LeaseKeeper.hold */
			goto handler
		:: met == FAILED ->		/* withoutRepository: 503 */
			abandoned = 0; met = 0;
			goto begin
		:: met != ACQUIRED && met != FAILED ->
			tokens--;		/* written nowhere: the next attempt may have it */
			if
			:: rec_fingerprint != FINGERPRINT(client) ->	/* check: 422 */
				goto has_final_answer
			:: rec_fingerprint == FINGERPRINT(client) && met == DONE ->	/* Decision.Replay */
				assert(rec_response == the_response);	/* property 2 */
				goto has_final_answer
			:: rec_fingerprint == FINGERPRINT(client) && met == RUNNING ->	/* 409 in-flight, or wait */
				met = 0;
				goto begin
			:: rec_fingerprint == FINGERPRINT(client) && met == ABANDONED ->
#ifdef REJECT
				/* 409 outcome-unknown */
#if WITNESS == 7
				assert(any_start);
#endif
#if WITNESS == 8
				assert(release_failed != rec_token);
#endif
#else
				abandoned = rec_token;	/* Claim.takingOver */
#endif
				met = 0;
				goto begin
			fi
		fi
	}

handler:	/* the handler is entered */
	skip;
	atomic {
		if
		:: true ->
			ALONE(may_start > 0);	/* property 4 */
			may_start--;
			NOTE(any_start, true);
			NOTE(running, running + 1);
#if WITNESS == 5
			assert(running < 2)
#endif
		:: SOME_TROUBLE; may_start--; goto crashed
		fi
	}
	atomic {	/* and left: its effect is there, or it failed, or its process is dead */
		NOTE(running, running - 1);
		if
		:: true -> goto complete
		:: SOME_TROUBLE -> goto release
		:: SOME_TROUBLE -> goto crashed
		fi
	}

complete:	/* IdempotencyEngine.completeLease */
	skip;
	atomic {
		if
		:: store_complete(me, yes);
			if
#ifdef MUTATION_IGNORE_LOST
			:: true ->
#else
			:: yes ->			/* Completion.Recorded */
#endif
				assert(the_response == me);	/* property 2 */
#if WITNESS == 1
				assert(unrecorded_store == 0 || unrecorded_store == me);
#endif
#if WITNESS == 2 || WITNESS == 6
				assert(unrecorded_freed == 0);
#endif
#if WITNESS == 9
				assert(!recorded);
#endif
				NOTE(recorded, true);
				held[client] = 0;
				goto has_final_answer
#ifndef MUTATION_IGNORE_LOST
			:: !yes ->
				assert(HAS_LOST(me));	/* property 5 */
				goto lost
#endif
			fi
		:: fails(COMPLETE, me, 0, 0);
			if
			:: true -> goto complete	/* Patience */
			:: !has_answer ->		/* Completion.Unrecorded: the client has its response */
#if WITNESS == 4
				assert(the_response == 0 || the_response == me);
#endif
				NOTE(unrecorded_store, me);
				has_answer = true; answered++;
#ifdef MUTATION_FREE_WHEN_UNRECORDED
				store_release(me, false, yes);
#endif
#ifdef MUTATION_NOT_LATE
				held[client] = 0;
				goto over
#else
				goto complete		/* LateCompletions: recorded and renewed in the background */
#endif
			:: has_answer ->		/* refused again and again, or the application stops */
				held[client] = 0;
				goto over
			fi
		:: SOME_TROUBLE -> goto crashed
		fi
	}

lost:	/* IdempotencyEngine.lost: leases.lost counts it; find */
	skip;
	atomic {
		if
		:: has_answer ->
			held[client] = 0;
			goto over
		:: !has_answer ->
			if
			:: !LIVE || rec_fingerprint != FINGERPRINT(client) ->	/* Completion.Unrecorded */
				/* property 8: only if its record is no more */
				assert(!LIVE || generation != my_generation);
				NOTE(unrecorded_freed, me);
				held[client] = 0;
				goto has_final_answer
			:: LIVE && rec_fingerprint == FINGERPRINT(client) && rec == COMPLETED ->	/* Superseded */
				assert(rec_response == the_response);	/* property 2 */
				held[client] = 0;
				goto has_final_answer
			:: LIVE && rec_fingerprint == FINGERPRINT(client) && rec == IN_FLIGHT ->	/* 409 in-flight */
#if WITNESS == 3
				assert(false);
#endif
				held[client] = 0;
				goto begin
			fi
		:: !has_answer && trouble < TROUBLE -> trouble++;	/* find fails: 503 */
			held[client] = 0;
			goto begin
		:: SOME_TROUBLE -> goto crashed
		fi
	}

release:	/* IdempotencyEngine.release; the client got the failure, and comes again */
	skip;
	atomic {
		held[client] = 0;
		if
		:: store_release(me, true, yes)
		:: fails(RELEASE, me, 0, 0);
			NOTE(release_failed, me)
		:: SOME_TROUBLE		/* the process dies before it */
		fi;
		goto begin
	}

crashed:	/* or an Error was thrown; the client, if it has no answer yet, comes again */
	skip;
	atomic {
#ifdef MUTATION_ERROR_KEEPS_CLAIM
		if
		:: held[client] = 0	/* the process is dead */
		:: true			/* it lives */
		fi;
#else
		held[client] = 0;
#endif
		if
		:: has_answer -> goto over
		:: else -> goto begin
		fi
	}

has_final_answer:
	skip;
	atomic {
		answered = answered + (has_answer -> 0 : 1);
		has_answer = true
	}
over:
	me = 0
}

/*
 * The thread of LeaseKeeper. A claim whose lease still runs needs nothing here: renewing it would
 * change nothing. The claims may be of one process or of several.
 */
#define OWNS(client) (RUNS && rec_token == held[client])
#define DUE(client) (held[client] != 0 && !(OWNS(client) && leased))

inline drop(client)
{
	assert(!OWNS(client));		/* property 9 */
	held[client] = 0
}

inline renew(client)
{
	if
#ifdef MUTATION_RENEW_ELSEWHERE
	:: yes = false;			/* another database, which has no such claim */
#else
	:: store_renew(held[client], yes);
#endif
		if
		:: yes
		:: !yes ->
#ifdef MUTATION_DROP_BY_RECORD
			drop(0);
			drop(1);
#if CLIENTS > 2
			drop(2)
#endif
#else
			drop(client)
#endif
		fi
	:: fails(RENEW, held[client], 0, 0)
	fi;
	yes = false
}

proctype LeaseKeeper()
{
	bool yes;
end:	do
	:: atomic { DUE(0) -> renew(0) }
	:: atomic { DUE(1) -> renew(1) }
#if CLIENTS > 2
	:: atomic { DUE(2) -> renew(2) }
#endif
	od
}

#if CLIENTS > 2
#define HELD (held[0] == rec_token || held[1] == rec_token || held[2] == rec_token)
#else
#define HELD (held[0] == rec_token || held[1] == rec_token)
#endif

proctype Time()
{
end:	do
#ifndef MUTATION_NO_LEASE
	/* The owner is dead, or nobody ever knew that the claim had been acquired */
	:: atomic { rec == IN_FLIGHT && leased && !HELD -> leased = false; guarded = 0 }
#endif
	/* The owner is frozen, or its renewals do not get through */
	:: atomic { rec == IN_FLIGHT && leased && HELD && trouble < TROUBLE ->
		trouble++; leased = false; guarded = 0 }
#if WITNESS != 6
	:: atomic { rec != NONE && !expired && trouble < TROUBLE -> trouble++; expired = true }
#endif
	od
}

proctype Operator()
{
end:	do
	:: false
#if WITNESS != 6
	:: atomic { LIVE && trouble < TROUBLE -> trouble++; end_record(); guarded = 0 }
#endif
#if defined(REJECT) && !defined(NO_OPERATOR)
	/* Resolves what is answered outcome-unknown */
	:: atomic { RUNS && !leased && !expired -> end_record() }
#endif
	od
}

/* What a failed call does to the record after its caller has gone on: something, or nothing. */
inline arrives(call)
{
	if
	:: true			/* it never arrives */
	:: late_call[call] == CLAIM ->
		store_claim(late_token[call], late_fingerprint[call], late_abandoned[call], met);
		/* a claim that nobody knows of: no handler will run under it */
		may_start = may_start - (met == ACQUIRED -> 1 : 0)
	:: late_call[call] == COMPLETE -> store_complete(late_token[call], yes)
	:: late_call[call] == RELEASE -> store_release(late_token[call], true, yes)
	:: late_call[call] == RENEW -> store_renew(late_token[call], yes)
	fi;
	late_call[call] = 0; late_token[call] = 0; late_abandoned[call] = 0; late_fingerprint[call] = 0;
	met = 0; yes = false
}

proctype Network()
{
	mtype met;
	bool yes;
end:	do
	:: atomic { late_call[0] != 0 -> arrives(0) }
	:: atomic { late_call[1] != 0 -> arrives(1) }
	od
}

init {
	atomic {
		run Request(0);
		run Request(1);
#if CLIENTS > 2
		run Request(2);
#endif
		run LeaseKeeper();
		run Time();
		run Operator();
		run Network()
	}
}

/* Every client gets its final answer, whatever happened: property 10. */
ltl answered { <> (answered == CLIENTS) }

/* No lease runs for ever: property 11. */
ltl not_stuck { [] <> !(rec == IN_FLIGHT && leased) }
