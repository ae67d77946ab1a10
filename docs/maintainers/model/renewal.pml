/*
 * What keeps the claims of one process alive, in time: the thread that renews leases, the thread
 * of late completions, and the connections that renewals need. idempotency.pml takes for granted
 * that a renewal comes round before its lease ends; this one checks that it does.
 * docs/maintainers/protocol.md says what is checked and what is left out; ./check runs it.
 *
 *   Renewer         the thread of engine.LeaseKeeper, a PeriodicTask
 *   Late            the thread of engine.LateCompletions, another one
 *   Clock           time, which passes when no thread can go on; and what requests do in it: they
 *                   claim keys, run for as long as they like, and leave late completions
 *
 * Time is counted in the pauses of both threads. A pause is a sixth of the lease, as for leases
 * of up to six seconds: longer ones have more turns in them. One unit of TROUBLE costs a renewal
 * that fails, an Error in a thread, and each pause that a renewal hangs. Late
 * completions may take two pauses each for nothing; with SLOW_STORE renewals one.
 */

#ifndef TROUBLE
#define TROUBLE 1
#endif

#define SOME_TROUBLE (trouble < TROUBLE) -> trouble++
#ifdef SLOW_STORE
#define SLOW (!hangs)
#else
#define SLOW SOME_TROUBLE
#endif

#ifdef NO_OUTAGE
#define LATE_ONES false
#else
#define LATE_ONES true
#endif

/* Two or four */
#ifndef CLAIMS
#define CLAIMS 4
#endif
#if CLAIMS > 2
#define ANY(of) (of(0) || of(1) || of(2) || of(3))
#else
#define ANY(of) (of(0) || of(1))
#endif

#define LEASE 6

/*
 * The longest wait of a late completion that the store would take: the rest of a turn, a pause,
 * and a turn, in which each takes two pauses. A trouble may cost it a turn more.
 */
#define LONGEST_TURN (2 * CLAIMS)
#define LONGEST_WAIT (LONGEST_TURN + 1 + LONGEST_TURN + TROUBLE * (LONGEST_TURN + 2))

mtype = { FREE, RUNNING, LATE };

mtype claim[CLAIMS] = FREE;
byte lease[CLAIMS];		/* what is left of it */

/* The first, when late, may be poisoned: the store refuses it until it is given up. How long the
   last one waits is measured. */
#define POISONED 0
#define MEASURED (CLAIMS - 1)
bool poisoned;
byte waited;
bool pending[CLAIMS];		/* in the turn that is under way */
bool renewed[CLAIMS];		/* after it became late, or was tried last */

byte renewer;			/* the time until its thread goes on */
byte late;
byte trouble;

bool due[CLAIMS];		/* is being renewed */
#define DUE(c) (claim[c] == LATE || (claim[c] == RUNNING && LEASE - lease[c] >= LEASE / 3))	/* HeldClaim.isDue */

/* The connections of the repository: jdbc.Lender */
#define OWN 2
byte requests;			/* calls of requests that hold one */
byte renewals;			/* renewals that do */
#ifdef MUTATION_NONE_RESERVED
#define FOR_REQUESTS OWN
#else
#define FOR_REQUESTS (OWN - 1)
#endif

#ifdef BORROWED
/* They are the application's: every handler holds one to its end (open-in-view) */
#define HOLDS_NONE(c) (claim[c] != RUNNING)
#define CONNECTION ANY(HOLDS_NONE)
#else
#define CONNECTION (requests + renewals < OWN)
#endif

inline wait_for(timer, pauses)
{
	timer = pauses;
	timer == 0
}

inline free(c)
{
	claim[c] = FREE; lease[c] = 0; pending[c] = false; renewed[c] = false; due[c] = false;
	poisoned = (c == POISONED -> false : poisoned);
	waited = (c == MEASURED -> 0 : waited)
}

/* Borrows a connection, and waits for the answer of the store. */
inline call_renew()
{
	CONNECTION;
	renewals++;
	do
	:: SLOW; hangs = true; wait_for(renewer, 1)
	:: true -> break
	od;
	renewals--;
	hangs = false
}

/* LeaseKeeper.renewDue: those that were due when it began */
inline renew_due()
{
	if
	:: ANY(DUE) ->
		c = 0;
		do
		:: c < CLAIMS -> due[c] = DUE(c); c++
		:: c == CLAIMS -> break
		od;
		c = 0;
		call_renew();
		if
		:: true ->
			do
			:: c < CLAIMS ->
				lease[c] = (due[c] -> LEASE : lease[c]);
				renewed[c] = renewed[c] || (due[c] && claim[c] == LATE);
				c++
			:: c == CLAIMS -> break
			od;
			c = 0
		:: SOME_TROUBLE		/* the store failed */
		:: SOME_TROUBLE;	/* an Error */
#ifdef MUTATION_ERROR_ENDS_RENEWAL
			goto over
#endif
		fi;
		do
		:: c < CLAIMS -> due[c] = false; c++
		:: c == CLAIMS -> break
		od;
		c = 0
	:: else
	fi
}

/* LateCompletions.record */
inline try_again(timer)
{
	c = 0;
	do
	:: c < CLAIMS -> pending[c] = (claim[c] == LATE && renewed[c]); c++
	:: c == CLAIMS -> break
	od;
	c = 0;
	complete_pending(timer)
}

inline complete_pending(timer)
{
	do
	:: c < CLAIMS && pending[c] ->
		renewed[c] = false;
		if	/* how long it takes */
		:: true
		:: wait_for(timer, 1)
		:: wait_for(timer, 2)
		fi;
		if
		:: !(c == POISONED && poisoned) -> free(c)	/* recorded */
		:: c == POISONED && poisoned -> free(c)		/* refused for the last time */
		:: c == POISONED && poisoned			/* refused */
#ifdef MUTATION_REFUSED_ENDS_TURN
			-> break
#endif
		:: SOME_TROUBLE;				/* an Error, say */
#ifdef MUTATION_ERROR_ENDS_LATE
			goto over
#endif
		fi;
		c++
	:: c < CLAIMS && !pending[c] -> c++
	:: c == CLAIMS -> break
	od;
	c = 0;
	do
	:: c < CLAIMS -> pending[c] = false; c++
	:: c == CLAIMS -> break
	od;
	c = 0
}

proctype Renewer()
{
	byte c;
	bool hangs;
turn:	atomic {
		wait_for(renewer, 1);
		renew_due();
#ifdef MUTATION_ONE_THREAD
		try_again(renewer);
#endif
		goto turn
	}
over:	skip
}

proctype Late()
{
	byte c;
	bool hangs;
turn:	atomic {
		wait_for(late, 1);
		try_again(late);
		goto turn
	}
over:	skip
}

inline time_passes()
{
	renewer = (renewer > 0 -> renewer - 1 : 0);
	late = (late > 0 -> late - 1 : 0);
	c = 0;
	do
	:: c < CLAIMS && claim[c] == FREE -> c++
	:: c < CLAIMS && claim[c] != FREE ->
		lease[c]--;
		assert(lease[c] > 0);	/* property 12 */
		if
		:: c == MEASURED && claim[c] == LATE ->
			waited++;
			assert(waited <= LONGEST_WAIT)	/* property 13 */
		:: else
		fi;
		c++
	:: c == CLAIMS -> break
	od;
	c = 0
}

inline becomes_late(c)
{
	claim[c] = LATE; renewed[c] = false;
	if
	:: true
	:: c == POISONED -> poisoned = true
	fi
}

inline requests_go_on()
{
	do
	:: c < CLAIMS ->
		if
		:: true
		:: claim[c] == FREE -> claim[c] = RUNNING; lease[c] = LEASE
		:: claim[c] == RUNNING -> free(c)
		:: claim[c] == RUNNING && LATE_ONES -> becomes_late(c)
		fi;
		c++
	:: c == CLAIMS -> break
	od;
	c = 0;
	if	/* a call of a request hangs, or comes to its end */
	:: true
	:: requests < FOR_REQUESTS -> requests++
	:: requests > 0 -> requests--
	fi
}

proctype Clock()
{
	byte c;
	do
	:: atomic { timeout -> time_passes(); requests_go_on() }
	od
}

init {
	atomic {
		run Renewer();
#ifndef MUTATION_ONE_THREAD
		run Late();
#endif
		run Clock()
	}
}
